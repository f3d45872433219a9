"""Keeps what was never pressed for off the disk: no core dump, no reader, no swap, no old block.

The ring alone is locked, never the whole process: `mlockall` made 363 MB of 87 (x86).
"""

import ctypes
import mmap
import os
import resource
from pathlib import Path

import numpy as np

from core import log
from core.access.memory import close_memory, swaps
from core.capture_status import RingMemory
from core.pcm import Pcm

_M_PERTURB = -6  # malloc.h

_LIBC = ctypes.CDLL(None, use_errno=True)
# Addresses are longer than the int that ctypes would make of them.
_LIBC.mlock.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_LIBC.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)


def harden() -> None:
    """No core dump of this process, no reader of its memory, and no sound in what it frees.

    A child that hears sound calls this itself: part of it ends with an exec.
    """
    close_memory()
    _overwrite_what_is_freed()


def _overwrite_what_is_freed() -> None:
    """Have the C library fill each block that is freed: parts of the sound passed through many.

    Any value but 0 turns it on. Blocks of up to 1,032 bytes (32 ms of sound) that their thread
    keeps for itself are left out (glibc, `tcache`). A library that is not glibc may lack it.
    """
    mallopt = getattr(_LIBC, "mallopt", None)
    if mallopt is None or not mallopt(_M_PERTURB, 1):
        log.get_log().warning("freed_memory_is_not_overwritten")


def page_aligned(samples: int) -> Pcm:
    """An array of so many zeros in pages of its own: locked, they hold nothing else."""
    mapping = mmap.mmap(-1, _bytes_in_pages(samples), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    # Through a view: `core.pcm.release_memory` gives the pages of a plain mapping back.
    return np.frombuffer(memoryview(mapping), np.int16)[:samples]


def hold_in_memory(pcm: Pcm) -> RingMemory:
    """Keep this array's pages off the disk, as well as this machine lets us; how well that is.

    The array is to be `page_aligned`. Locked is surest; a group that may not swap is as good, and
    costs no pages that nothing was written to; a machine without swap may get some later, so it
    is asked last.
    """
    address, size = pcm.ctypes.data, _bytes_in_pages(len(pcm))
    _LIBC.madvise(address, size, mmap.MADV_DONTDUMP)
    if group_cannot_swap():
        return "no_swap"
    if _LIBC.mlock(address, size) == 0:
        return "locked"
    return "swappable" if swaps() else "no_swap"


def locked_mapping(descriptor: int, size_bytes: int) -> mmap.mmap:
    """A shared mapping of a file of memory, whose pages are locked.

    Raises OSError where this process may lock no more.
    """
    mapping = mmap.mmap(descriptor, size_bytes)
    mapping.madvise(mmap.MADV_DONTDUMP)
    address = np.frombuffer(mapping, np.uint8).ctypes.data
    if _LIBC.mlock(address, size_bytes) != 0:
        mapping.close()
        raise OSError(ctypes.get_errno(), "no more memory may be locked")
    return mapping


def group_cannot_swap(
    groups: Path = Path("/proc/self/cgroup"), tree: Path = Path("/sys/fs/cgroup")
) -> bool:
    """True where the kernel may not swap this process's control group, or one that it is in.

    Only the second version of control groups can promise it: swappiness 0 of the first does not
    bind the kernel when the whole machine runs short.
    """
    named = next((line for line in _lines(groups) if line.startswith("0::/")), None)
    if named is None:
        return False
    folder = tree / named.removeprefix("0::/")
    above = [each for each in folder.parents if each.is_relative_to(tree)]
    return any("0" in _lines(each / "memory.swap.max") for each in (folder, *above))


def may_lock(size_bytes: int) -> bool:
    """True where a process started like this one may lock so much."""
    limit, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    return os.geteuid() == 0 or limit == resource.RLIM_INFINITY or limit >= size_bytes


def _bytes_in_pages(samples: int) -> int:
    size = max(1, samples * np.dtype(np.int16).itemsize)
    return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE


def _lines(path: Path) -> list[str]:
    """Nothing where the kernel has no such file."""
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
