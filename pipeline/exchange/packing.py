"""What goes into a backup, a file at a time, and what could not go in."""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from core.files import open_at_once
from core.paths import Home
from pipeline.exchange.manifest import SPOOL
from pipeline.exchange.tar_file import PIECE_BYTES, Added, TarWriter
from pipeline.spool import aside, listing
from pipeline.spool.names import OPEN
from pipeline.spool.opening import LetterBroken, open_letter
from pipeline.store.sound_files import aside_folder, sound_path

Passed = Callable[[int], None]
"""Hears how many bytes were written."""


class _ReadFailed(Exception):
    """A file that is to go in, and cannot be read to its end."""


class Packing:
    """Puts the files of a home into a tar. What it could not put in is a sentence each.

    `elsewhere` are sounds that are not here and are no damage: another machine has them.
    """

    def __init__(self, home: Home, file: BinaryIO, passed: Passed) -> None:
        self.tar = TarWriter(file)
        self.files: dict[str, tuple[int, str]] = {}
        self.sounds: set[str] = set()
        self.sound_bytes = 0
        self.missing: set[str] = set()
        self.elsewhere: set[str] = set()
        self.altered: dict[str, str] = {}
        self.problems: list[str] = []
        self._home = home
        self._passed = passed

    def add_sounds(self, names: Iterable[str]) -> None:
        """Those that are not in it yet; `missing` has those that are nowhere."""
        for sha256 in sorted(set(names) - self.sounds):
            added = self._sound(sha256)
            if added is None:
                self.missing.add(sha256)
                continue
            self.missing.discard(sha256)
            self.sounds.add(sha256)
            self.sound_bytes += added.size
            if added.sha256 != sha256:
                self.altered[sha256] = added.sha256
                self.problems.append(f"The sound {sha256}.mp4 is damaged; it is in as it is.")

    def add_spool(self) -> None:
        """All that waits, and all that was set aside; not what a pause took back."""
        spool = self._home.spool
        for name, _ in listing.letters(spool):
            self._add_letter(spool, name)
        for entry, suffix in listing.entries(spool / aside.FOLDER):
            if entry.is_file(follow_symlinks=False) and suffix != ".part":
                self._add_letter(spool, f"{aside.FOLDER}/{entry.name}")

    def add(self, name: str, path: Path) -> None:
        """A file of another name, which is there. Raises OSError."""
        with path.open("rb") as file:
            self.add_bytes(name, iter(lambda: file.read(PIECE_BYTES), b""))

    def add_bytes(self, name: str, pieces: Iterable[bytes]) -> None:
        added = self.tar.add(name, self._counted(pieces))
        self.files[name] = (added.size, added.sha256)

    def _sound(self, sha256: str) -> Added | None:
        home = self._home.path
        for path in (sound_path(home, sha256), aside_folder(home) / f"{sha256}.mp4"):
            try:
                with open_at_once(path) as file:
                    name = f"sound/{sha256[:2]}/{sha256}.mp4"
                    return self.tar.add(name, self._counted(_read(file)))
            except FileNotFoundError:
                continue
            except (OSError, _ReadFailed) as error:
                self._tell(path, error)
        return None

    def _add_letter(self, spool: Path, name: str) -> None:
        if SPOOL.fullmatch(f"spool/{name}") is None:
            self.problems.append(f"The file {spool / name} is not in it: its name is too odd.")
            return
        for each in (name, name.removesuffix(OPEN) + ".clip"):  # it may be closed meanwhile
            with contextlib.suppress(FileNotFoundError):
                self._add_open_letter(spool / each, f"spool/{each}")
                return

    def _add_open_letter(self, path: Path, name: str) -> None:
        try:
            with open_letter(path) as file:
                mtime_s = int(os.fstat(file.fileno()).st_mtime)
                added = self.tar.add(name, self._counted(_read(file)), mtime_s=mtime_s)
                self.files[name] = (added.size, added.sha256)
        except FileNotFoundError:
            raise
        except (LetterBroken, _ReadFailed, OSError) as error:
            self._tell(path, error)

    def _tell(self, path: Path, error: Exception) -> None:
        """Raises the error where the backup's own disk refuses: it names no file then."""
        if isinstance(error, OSError) and error.filename is None:
            raise error
        why = error.strerror if isinstance(error, OSError) else error
        self.problems.append(f"The file {path} is not in it: {why}.")

    def _counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._passed(len(piece))
            yield piece


def _read(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a file up to where it ended when this began: a clip may be growing."""
    left = os.fstat(file.fileno()).st_size
    while left > 0:
        try:
            piece = file.read(min(left, PIECE_BYTES))
        except OSError as error:
            raise _ReadFailed(error.strerror) from error
        if not piece:
            return
        left -= len(piece)
        yield piece
