"""The archive's sound on disk: files named by the hash of their bytes."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

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

    The caller holds the archive's write transaction, so that no sweep meets the file
    unnamed. Adopting the same bytes twice is harmless.
    """
    target = sound_path(home, made.sha256)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with made.path.open("rb") as file:
        os.fsync(file.fileno())
    made.path.replace(target)
    sync_folder(target.parent)
    sync_folder(sound_folder(home))


def sound_files(home: Path) -> list[str]:
    """The hashes by which the files are named that are there."""
    return [path.stem for path in sound_folder(home).glob("*/*.mp4")]


def remove_sound(home: Path, sha256: str) -> None:
    """Remove the file with this hash, where it is there."""
    sound_path(home, sha256).unlink(missing_ok=True)
