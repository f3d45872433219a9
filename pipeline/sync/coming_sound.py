"""A sound on its way here: resumed where it was cut, and verified before it counts."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO, ClassVar

from core.errors import UserError
from core.files import erase_file, make_folder
from pipeline.store.sound_files import coming_path, sound_folder

SYNCED_EVERY_BYTES = 4 * 1024 * 1024
"""So much is written at most before it is made durable: whoever keeps beside it waits little."""

_READ_BYTES = 256 * 1024


class SoundRefused(UserError):
    """What came is not the sound that was asked for."""

    code: ClassVar[str] = "sound_refused"


class SoundDamaged(SoundRefused):
    """The peer's file is not what its name says."""


class ComingSound:
    """The part of a sound that is here already, to be gone on with."""

    def __init__(self, path: Path, file: BinaryIO, size: int) -> None:
        self._path, self._file, self._size = path, file, size
        self._hash = hashlib.sha256()
        self._unsynced = 0
        self.there = 0
        """Bytes that are here."""
        self._read_what_is_there()

    def _read_what_is_there(self) -> None:
        self._file.seek(0)
        while chunk := self._file.read(_READ_BYTES):
            self._hash.update(chunk)
            self.there += len(chunk)
        if self.there > self._size:
            self._begin_again()

    def _begin_again(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._hash, self.there = hashlib.sha256(), 0

    async def write(self, chunk: bytes) -> None:
        """Take in what follows. Raises SoundRefused where it is more than there should be."""
        if self.there + len(chunk) > self._size:
            raise SoundRefused(
                "A sound that came is longer than it should be.", advice="It was not stored."
            )
        self._file.write(chunk)
        self._hash.update(chunk)
        self.there += len(chunk)
        self._unsynced += len(chunk)
        if self._unsynced >= SYNCED_EVERY_BYTES:
            await self._sync()

    async def _sync(self) -> None:
        self._file.flush()
        await asyncio.to_thread(os.fsync, self._file.fileno())
        self._unsynced = 0

    async def finished(self) -> Path | None:
        """The verified file, once all of it is here; None while some is to come.

        Raises SoundRefused where its bytes have another hash than its name: they are erased.
        """
        self._file.flush()
        if self.there < self._size:
            return None
        if self._hash.hexdigest() != self._path.stem:
            self._begin_again()
            raise SoundDamaged(
                "A sound that came is not the one that was asked for.",
                advice="It was not stored, and is asked for again.",
            )
        await self._sync()
        return self._path


@contextlib.contextmanager
def coming_sound(home: Path, sha256: str, size: int) -> Iterator[ComingSound | None]:
    """What is here of this sound, `size` bytes in all; None where another one brings it just now.

    What was written stays for the next time, whatever ends this.
    """
    make_folder(sound_folder(home))
    path = coming_path(home, sha256)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(descriptor, "r+b") as file:  # noqa: PTH123 - of a descriptor
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield ComingSound(path, file, size)


def forget_part(home: Path, sha256: str) -> None:
    """Erase what came of a sound that nobody wants."""
    erase_file(coming_path(home, sha256))


async def chunks_of(file: BinaryIO, start: int) -> AsyncIterator[bytes]:
    """The bytes of a file from `start` on, piece by piece."""
    file.seek(start)
    while chunk := file.read(_READ_BYTES):
        yield chunk
