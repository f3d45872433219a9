"""Files that are memory alone: nothing of them is on a disk, not even by way of swap.

They have no name; another process reads one by its descriptor. Where the machine swaps and this
process's group may be swapped, the pages are locked, each file by itself.
"""

import mmap
import os
from collections.abc import Iterable
from typing import Literal, Self

from core.errors import UserError

from .memory import swaps
from .no_swap import group_cannot_swap, locked_mapping, may_lock

Protection = Literal["no_swap", "lock"]
"""What keeps the pages off the disk: they cannot be swapped anyway, or each file is locked."""

LEAST_LOCKED_BYTES = 2 * 1024 * 1024
"""Less than this, a minute of sound, is not worth to begin with. The ring is locked beside it."""


class NoMemory(UserError):
    """There is no memory here that could not be swapped to a disk."""

    code = "no_unswapped_memory"


def protection() -> Protection:
    """What is to be had here. Raises NoMemory with what to do about it."""
    if not hasattr(os, "memfd_create"):
        raise NoMemory("This system has no files that are memory alone.", advice="Use Linux.")
    if group_cannot_swap() or not swaps():
        return "no_swap"
    if may_lock(LEAST_LOCKED_BYTES):
        return "lock"
    raise NoMemory(
        "What ambient holds in memory could be swapped to the disk here, so ambient stays off.",
        advice="Let the unit start capture (it forbids swap), raise `ulimit -l`, or turn swap off.",
    )


class UnswappedFile:
    """One such file, written at once, piece by piece and without a copy between.

    Raises OSError where there is no room for it.
    """

    def __init__(self, content: Iterable[bytes | memoryview], how: Protection) -> None:
        self._file = os.fdopen(os.memfd_create("heard", os.MFD_CLOEXEC), "w+b", buffering=0)
        self._locked: mmap.mmap | None = None
        try:
            self.bytes = self._write([memoryview(each).cast("B") for each in content], how)
        except BaseException:
            self.wipe()
            raise

    @classmethod
    def copy_of(cls, file: int, how: Protection) -> Self:
        """The content of another file, read right into such memory.

        Raises OSError where there is no room for it, EOFError where the other is cut off meanwhile.
        """
        made = cls((), how)
        try:
            made._read(file, how)
        except BaseException:
            made.wipe()
            raise
        return made

    def fileno(self) -> int:
        """Its descriptor, for a process that is to read it."""
        return self._file.fileno()

    def wipe(self) -> None:
        """Its content is gone, also for who has the descriptor. Idempotent."""
        if self._file.closed:
            return
        size = os.fstat(self._file.fileno()).st_size
        if self._locked is not None:
            self._locked[:] = bytes(len(self._locked))
            self._locked.close()
            self._locked = None
        elif size:
            os.pwrite(self._file.fileno(), bytes(size), 0)
        self._file.truncate(0)
        self._file.close()

    def _read(self, file: int, how: Protection) -> None:
        size, own = os.fstat(file).st_size, self._file.fileno()
        if not size:
            return
        os.ftruncate(own, size)
        mapping = locked_mapping(own, size) if how == "lock" else mmap.mmap(own, size)
        if how == "lock":
            self._locked = mapping
        try:
            with memoryview(mapping) as view:
                while self.bytes < size:
                    count = os.preadv(file, [view[self.bytes :]], self.bytes)
                    if not count:
                        raise EOFError
                    self.bytes += count
        finally:
            if how != "lock":
                mapping.close()

    def _write(self, content: list[memoryview], how: Protection) -> int:
        size = sum(map(len, content))
        if how == "lock" and size:
            os.ftruncate(self._file.fileno(), size)
            self._locked = locked_mapping(self._file.fileno(), size)
            at = 0
            for each in content:
                self._locked[at : at + len(each)] = each
                at += len(each)
            return size
        for each in content:
            left = each
            while left:
                left = left[self._file.write(left) or 0 :]
        return size
