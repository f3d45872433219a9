"""A clip that is still being written: locked by its writer, durable as far as it was synced."""

import fcntl
import os
from pathlib import Path

from core.audio import Samples
from core.files import sync_folder

from .names import OPEN
from .opening import open_letter
from .taken_back import take_back


class DiskClip:
    """One file of the spool, `<moment>.<revision>.open` until it is closed.

    Not thread-safe. When the disk refuses, every method raises OSError, and what was
    durable before stays so.
    """

    def __init__(self, target: Path, header: bytes, pcm: Samples) -> None:
        """Durable up to here on return. `target` is what it is called once it is closed."""
        self._target = target
        self._path = target.with_suffix(OPEN)
        self._header_bytes = len(header)
        part = self._path.with_name(f"{self._path.name}.part")
        self._file = part.open("wb")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)  # it goes with the file through its renames
            self._file.write(header)
            self.append(pcm)
            self.sync()
            part.replace(self._path)
            sync_folder(target.parent)
        except BaseException:
            self._file.close()
            part.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)  # it was refused, so nobody may find it later
            raise

    def append(self, pcm: Samples) -> None:
        """Add what has come since; durable after the next `sync`."""
        self._file.write(pcm.tobytes())

    def sync(self) -> None:
        """Make everything that was appended durable."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self, samples: int) -> Path:
        """End the clip after so many samples of it and hand it to the worker; where it lies.

        Raises FileNotFoundError where it was forgotten while it was being written.
        """
        with self._file:
            self._file.flush()
            self._file.truncate(self._header_bytes + 2 * samples)
            self.sync()
            self._path.replace(self._target)
        sync_folder(self._target.parent)
        return self._target

    def take_back(self) -> None:
        """End it where it is and move it out of every model's sight; durable on return.

        One that was forgotten while it was being written stays gone. Where the disk refuses,
        it is erased before OSError is raised: better gone than heard by somebody's model.
        """
        with self._file:
            try:
                self.sync()
                take_back(self._path)
            except FileNotFoundError:
                return
            except OSError:
                self._path.unlink(missing_ok=True)
                raise

    def remove(self) -> None:
        """Take it out: a later revision, durable by now, holds all of it."""
        self._path.unlink(missing_ok=True)
        self._file.close()


def is_being_written(path: Path) -> bool:
    """True where the writer of an open clip lives. Raises OSError, LetterBroken."""
    with open_letter(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
