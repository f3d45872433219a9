"""Keeps what was never pressed for off the disk: no core dump, no reader, no swap, no old block.

The ring alone is locked, never the whole process: `mlockall` made 363 MB of 87 (x86).
"""

import ctypes
import mmap

import numpy as np

from core import log
from core.access.memory import close_memory, swaps
from core.access.no_swap import group_cannot_swap, locked
from core.capture_status import RingMemory
from core.pcm import Pcm

_M_PERTURB = -6  # malloc.h

_LIBC = ctypes.CDLL(None, use_errno=True)
# Addresses are longer than the int that ctypes would make of them.
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
    if locked(address, size):
        return "locked"
    return "swappable" if swaps() else "no_swap"


def _bytes_in_pages(samples: int) -> int:
    size = max(1, samples * np.dtype(np.int16).itemsize)
    return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
