"""The archive's sound on disk: files named by the hash of their bytes.

Sound that no moment names is never erased at once, for that is one file's word: it is set
aside first, and comes back when a moment names it. What a forget named is erased.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.files import erase_file, sync_folder

ASIDE_FOR_MS = 30 * 24 * 3600 * 1000
"""Thirty days: long enough to notice that something is missing, and to put it right."""

_NAME = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}\.mp4")
"""How a sound of ours is named, below its folder. Whatever else lies there is not ours."""


def sound_folder(home: Path) -> Path:
    return home / "sound"


def sound_path(home: Path, sha256: str) -> Path:
    """Where the sound with this hash lies."""
    return sound_folder(home) / sha256[:2] / f"{sha256}.mp4"


def part_path(home: Path, moment: str) -> Path:
    """Where the sound of a moment lies while it is being made."""
    return sound_folder(home) / f"{moment}.part"


def coming_path(home: Path, sha256: str) -> Path:
    """Where the sound with this hash lies while it is coming from a peer."""
    return sound_folder(home) / f"{sha256}.coming"


def coming_files(home: Path) -> list[Path]:
    """What has come in part."""
    return sorted(sound_folder(home).glob("*.coming"))


def aside_folder(home: Path) -> Path:
    """Where sound lies that no moment names, until it is erased."""
    return sound_folder(home) / "aside"


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
    folder = sound_folder(home)
    found = folder.glob("*/*.mp4")
    return sorted(p.stem for p in found if _is_ours(p, str(p.relative_to(folder))))


def sounds_aside(home: Path) -> list[str]:
    """The hashes of the sounds that were set aside."""
    return sorted(path.stem for path in _aside(home))


def set_sound_aside(home: Path, sha256: str, now_ms: int | None) -> None:
    """Put a sound that nothing names out of the way, whole; its days begin now."""
    folder = aside_folder(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    target = _aside_path(home, sha256)
    sound_path(home, sha256).replace(target)
    _begin_days(target, now_ms)
    sync_folder(folder)


def bring_sound_back(home: Path, sha256: str) -> None:
    """Put a sound that was set aside to its place again: something names it."""
    aside, target = _aside_path(home, sha256), sound_path(home, sha256)
    if target.exists():  # it was made anew meanwhile
        aside.unlink(missing_ok=True)
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside.replace(target)
    sync_folder(target.parent)


def erase_old_sounds_aside(home: Path, now_ms: int | None) -> None:
    """Erase what was set aside long enough; without a clock, nothing.

    By the file's time. One that lies in the future, or was set without a clock, begins now.
    """
    if now_ms is None:
        return
    for path in _aside(home):
        since_ms = path.stat().st_mtime_ns // 1_000_000
        if not 0 < since_ms <= now_ms:
            _begin_days(path, now_ms)
        elif now_ms - since_ms >= ASIDE_FOR_MS:
            erase_file(path)


def erase_sound(home: Path, sha256: str) -> None:
    """Erase the file with this hash, wherever it is there. What is no hash names no file."""
    if not _NAME.fullmatch(f"{sha256[:2]}/{sha256}.mp4"):
        return
    erase_file(sound_path(home, sha256))
    erase_file(_aside_path(home, sha256))


def erase_half_made(home: Path, moments: Iterable[str]) -> None:
    """Erase what is being made, or was when its maker was killed, of the sound of these moments."""
    for moment in moments:
        erase_file(part_path(home, moment))


def _aside(home: Path) -> Iterator[Path]:
    for path in list(aside_folder(home).glob("*.mp4")):
        if _is_ours(path, f"{path.name[:2]}/{path.name}"):
            yield path


def _is_ours(path: Path, name: str) -> bool:
    """True for a file that is named as we name sound; a link or a folder is none of ours."""
    return _NAME.fullmatch(name) is not None and path.is_file() and not path.is_symlink()


def _aside_path(home: Path, sha256: str) -> Path:
    return aside_folder(home) / f"{sha256}.mp4"


def _begin_days(path: Path, now_ms: int | None) -> None:
    at_ns = (now_ms or 0) * 1_000_000
    os.utime(path, ns=(at_ns, at_ns))
