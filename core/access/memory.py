"""What is in a process's memory stays there: no core dump, no reader, no swap on a disk.

Words and sound are in the memory of whoever records, hears, searches or shows them.
"""

import ctypes
import os
import resource
import time
from pathlib import Path

from core import log

_PR_SET_DUMPABLE = 4  # linux/prctl.h
_M_ARENA_MAX = -8  # malloc.h

GIVE_BACK_EVERY_S = 20.0
"""How often freed memory is looked for."""


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


def share_one_heap() -> None:
    """Let the threads of this process, which are to come, take memory from one heap.

    glibc gives each a heap of its own, against a contention that Python's lock leaves no room
    for: with 16 threads 5 MB of the page's 52 (x86, 2026-11).
    """
    _call("mallopt", _M_ARENA_MAX, 1)


def _call(name: str, *values: int) -> None:
    """Call what glibc has and another C library may lack."""
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*values)


class FreedMemory:
    """What this process has freed: given to the system now and then, also from between the rest.

    A page's first ones leave 1 MB behind, of templates that were compiled (x86, 2026-11). To
    look for it takes a tenth of a millisecond.
    """

    def __init__(self) -> None:
        self._given_s = 0.0

    def look(self) -> None:
        """To be called often."""
        now_s = time.monotonic()
        if now_s - self._given_s >= GIVE_BACK_EVERY_S:
            self._given_s = now_s
            _call("malloc_trim", 0)


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
