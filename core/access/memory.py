"""What is in a process's memory stays there: no core dump, no reader, no swap on a disk.

Words and sound are in the memory of whoever records, hears, searches or shows them.
"""

import ctypes
import os
import resource
from pathlib import Path

from core import log

_PR_SET_DUMPABLE = 4  # linux/prctl.h


def close_memory() -> None:
    """No core dump of this process, and no other process of its user looks into its memory.

    The limit is what children inherit. It does not bind a core_pattern that is a program
    (systemd-coredump), so the process is also undumpable; that ends with an exec, so that a
    child which hears sound or words calls this itself.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        log.get_log().warning("still_dumpable", reason=os.strerror(ctypes.get_errno()))


def swaps(table: Path = Path("/proc/swaps")) -> list[str]:
    """The devices and files to which this machine swaps, compressed memory (zram) included."""
    try:
        lines = table.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:  # a kernel that cannot swap has no such file
        return []
    return [line.split()[0] for line in lines[1:] if line.strip()]  # the first is the heading


def swaps_on_disk(table: Path = Path("/proc/swaps")) -> list[str]:
    """Those of them that outlive a loss of power; zram is memory, and does not."""
    return [each for each in swaps(table) if not Path(each).name.startswith("zram")]
