"""Putting another archive in the place of the one that is there, whole or not at all.

It is made ready in a folder of the home. From the moment at which `ready.json` is there it
counts: whoever opens the archive next puts it in place, by renames alone. What was there
before is set aside whole.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.errors import ArchiveBusy
from core.files import erase_file, make_folder, read_small, sync_folder, write_durably

STAGING = "restoring"
ASIDE = "before-restore-"
_READY = "ready.json"
_LOCK = "restore.lock"

_BESIDE = ("archive.db-wal", "archive.db-shm")
"""What belongs to the database that goes; the one that comes has none of them."""

_NAMES = ("sound", "settings.toml", "journal.json", "tombstones", "archive.db")
"""In this order. Settings stay where none come; the others are always there to come."""


@dataclass(frozen=True, slots=True)
class PutInPlace:
    """Which backup was put in place, and where lies what was there before, if anything was."""

    backup: str
    aside: Path | None


def staging_folder(home: Path) -> Path:
    """Where what is to come in place is made ready."""
    return home / STAGING


def aside_folders(home: Path) -> list[Path]:
    """The folders in which lies what was in this home before a backup was restored."""
    return sorted(path for path in home.glob(f"{ASIDE}*") if path.is_dir())


@contextlib.contextmanager
def preparing(home: Path) -> Iterator[Path]:
    """An empty folder to make it ready in; nobody else opens the archive to write meanwhile.

    Whatever is in it at the end and was not made ready is erased. Raises ArchiveBusy.
    """
    with _alone(home):
        staging = make_folder(staging_folder(home))
        _clear(staging)
        staging.mkdir(mode=0o700)
        try:
            yield staging
        finally:
            if not _ready(home).exists():
                _clear(staging)


def make_ready(home: Path, backup: str) -> None:
    """From here on what lies in the folder counts, whatever happens. Durable on return."""
    os.sync()  # one call for thousands of sounds
    name = f"{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    told = json.dumps({"backup": backup, "aside": name})
    write_durably(_ready(home), [told.encode("ascii")])
    sync_folder(home)


def put_in_place(home: Path) -> PutInPlace:
    """Move it all to its place; may be repeated after any kill. The caller holds the lock."""
    staging, told = staging_folder(home), json.loads(read_small(_ready(home)))
    aside = make_folder(home / str(told["aside"]))
    if (staging / "archive.db").exists():
        for name in _BESIDE:
            _set_aside(home / name, aside)
    for name in _NAMES:
        if (staging / name).exists():
            _set_aside(home / name, aside)
            (staging / name).rename(home / name)
    _add_letters(staging / "spool", home / "spool")
    _add_letters(staging / "spool" / "aside", home / "spool" / "aside")
    sync_folder(aside)
    sync_folder(home)
    _ready(home).unlink()
    _clear(staging)
    return PutInPlace(str(told["backup"]), None if _is_gone_if_empty(aside) else aside)


def settle(home: Path, *, only_ready: bool = False) -> PutInPlace | None:
    """Finish what a kill left of a restore, before the archive is opened.

    What was made ready is put in place, else what there is of it is erased. Raises ArchiveBusy
    while it is still going on. With `only_ready`, what does not count yet is left alone.
    """
    staging = staging_folder(home)
    if not (_ready(home) if only_ready else staging).exists():
        return None
    with _alone(home):
        if _ready(home).exists():
            return put_in_place(home)
        _clear(staging)
    return None


def _ready(home: Path) -> Path:
    return staging_folder(home) / _READY


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / _LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sentence = "A backup is being restored into this home."
            raise ArchiveBusy(sentence, advice="Try again once that is done.") from None
        yield


def _clear(staging: Path) -> None:
    """Remove the folder. What was forgotten since the backup may be in it, but for its sound."""
    for path in staging.rglob("*"):
        if path.is_file() and path.suffix != ".mp4":
            erase_file(path)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(staging)


def _set_aside(path: Path, aside: Path) -> None:
    """Move what is there; under another name where one of its own lies there already."""
    if not os.path.lexists(path):
        return
    target, number = aside / path.name, 2
    while os.path.lexists(target):
        target, number = aside / f"{path.name}.{number}", number + 1
    path.rename(target)


def _add_letters(coming: Path, folder: Path) -> None:
    """Move what waits beside what waits here; of two with one name, ours stays."""
    if not coming.is_dir():
        return
    make_folder(folder)
    for letter in [path for path in coming.iterdir() if path.is_file()]:
        if not os.path.lexists(folder / letter.name):
            letter.rename(folder / letter.name)
    sync_folder(folder)


def _is_gone_if_empty(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True
