"""The archive's sound: files named by the hash of their bytes, swept when nothing names them."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiosqlite

from core.files import sync_folder


def sound_folder(home: Path) -> Path:
    return home / "sound"


def sound_path(home: Path, sha256: str) -> Path:
    """Where the sound with this hash lies."""
    return sound_folder(home) / sha256[:2] / f"{sha256}.mp4"


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class MadeSound:
    """A finished sound file that still lies under a temporary name."""

    path: Path
    sha256: str


def adopt(home: Path, made: MadeSound) -> None:
    """Move a finished sound file to the place that its bytes give it; durable on return.

    The caller holds the archive's write transaction, as `sweep`'s does. Adopting the
    same bytes twice is harmless.
    """
    target = sound_path(home, made.sha256)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with made.path.open("rb") as file:
        os.fsync(file.fileno())
    made.path.replace(target)
    sync_folder(target.parent)
    sync_folder(sound_folder(home))


async def referenced(connection: aiosqlite.Connection) -> set[str]:
    """The hashes that some moment's belonging names."""
    rows = await connection.execute_fetchall("SELECT content FROM belonging WHERE kind = 'sound'")
    return {json.loads(row[0])["sha256"] for row in rows}


async def remove_unnamed(
    connection: aiosqlite.Connection, home: Path, sounds: Sequence[str]
) -> None:
    """Remove those of these files that nothing names any more. Held as for `sweep`."""
    for sha256 in set(sounds) - await referenced(connection):
        sound_path(home, sha256).unlink(missing_ok=True)


async def sweep(connection: aiosqlite.Connection, home: Path) -> int:
    """Remove sound that nothing names; how many files went.

    The caller holds the write transaction: files are adopted inside one, so none is met
    between its coming and the event that names it.
    """
    named = await referenced(connection)
    gone = [path for path in sound_folder(home).glob("*/*.mp4") if path.stem not in named]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
