"""What keeps memory from being swapped to a disk: a group that may not be, and locked pages."""

import ctypes
import mmap
import os
import resource
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
# Addresses are longer than the int that ctypes would make of them.
_LIBC.mlock.argtypes = (ctypes.c_void_p, ctypes.c_size_t)


def locked(address: int, size_bytes: int) -> bool:
    """True where these pages are locked from now on; `ctypes` has the error where not."""
    return bool(_LIBC.mlock(address, size_bytes) == 0)


def locked_mapping(descriptor: int, size_bytes: int) -> mmap.mmap:
    """A shared mapping of a file of memory, whose pages are locked.

    Raises OSError where this process may lock no more.
    """
    mapping = mmap.mmap(descriptor, size_bytes)
    mapping.madvise(mmap.MADV_DONTDUMP)
    if not locked(ctypes.addressof(ctypes.c_char.from_buffer(mapping)), size_bytes):
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


def _lines(path: Path) -> list[str]:
    """Nothing where the kernel has no such file."""
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []
