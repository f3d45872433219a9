"""A backup is looked through before it counts, and before anything is touched on its word."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import UserError
from core.files import open_at_once
from pipeline.exchange import manifest as manifests
from pipeline.exchange.manifest import Manifest, ManifestBroken
from pipeline.exchange.tar_file import Member, TarBroken, members, pieces, sha256_of

Progress = Callable[[int, int], None]
"""Hears how many bytes of how many are done."""


class BackupUnusable(UserError):
    """The file is no backup, a damaged one, or one of a newer version."""

    code = "backup_unusable"


@dataclass(frozen=True, slots=True)
class LookedThrough:
    """A backup whose every byte was read and is what it should be."""

    manifest: Manifest
    members: tuple[Member, ...]
    """All but the manifest and the sounds, which may be very many."""


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """A backup to be read. Raises BackupUnusable for whatever is wrong with it, also later."""
    try:
        backup = open_at_once(file)
    except FileNotFoundError as error:
        raise _unusable(file, "it is not there", "Check its name.") from error
    except OSError as error:
        raise _unusable(
            file, str(error.strerror), "Check its name, and who may read it."
        ) from error
    with backup:
        try:
            yield backup
        except TarBroken as error:
            raise _unusable(file, error.reason, _ANOTHER) from error
        except ManifestBroken as error:
            advice = "Update Afterthought, and try again." if error.is_newer else _ANOTHER
            raise _unusable(file, error.reason, advice) from error


def manifest_of(backup: BinaryIO) -> Manifest:
    """What a backup says of itself; its files are passed over. Raises TarBroken, ManifestBroken."""
    last = None
    for member in members(backup):
        last = member
    return _manifest_in(backup, last)


def look_through(backup: BinaryIO, progress: Progress) -> LookedThrough:
    """Every byte of it, compared with its hash. Raises TarBroken, ManifestBroken."""
    whole, found, seen = os.fstat(backup.fileno()).st_size, {}, set[str]()
    sounds = sound_bytes = 0
    altered: dict[str, str] = {}
    last = None
    for member in members(backup):
        if last is not None and last.name == manifests.NAME:
            raise TarBroken("something follows what should be its end")
        last = member
        if member.name == manifests.NAME:
            continue
        _must_be_expected(member, seen)
        parts = _passed(pieces(backup, member), member.begins, whole, progress)
        sha256 = sha256_of(parts)
        if sound := manifests.SOUND.fullmatch(member.name):
            sounds, sound_bytes = sounds + 1, sound_bytes + member.size
            if sound[2] != sha256:
                altered[sound[2]] = sha256
        else:
            found[member.name] = (member, sha256)
    told = _manifest_in(backup, last)
    _must_agree(told, {name: (each.size, sha256) for name, (each, sha256) in found.items()})
    if (sounds, sound_bytes, altered) != (told.sounds, told.sound_bytes, dict(told.altered)):
        raise TarBroken("its sounds are not those that were put into it")
    return LookedThrough(told, tuple(member for member, _ in found.values()))


_ANOTHER = "Use another backup. Nothing was changed."


def _unusable(file: Path, reason: str, advice: str) -> BackupUnusable:
    return BackupUnusable(f"{file} cannot be used as a backup: {reason}.", advice=advice)


def _must_be_expected(member: Member, seen: set[str]) -> None:
    if not manifests.is_known(member.name):
        raise TarBroken("it has a file in it that belongs into no backup")
    if member.name in seen:
        raise TarBroken("it has the same file twice")
    seen.add(member.name)


def _passed(parts: Iterator[bytes], begins: int, whole: int, progress: Progress) -> Iterator[bytes]:
    for part in parts:
        begins += len(part)
        progress(begins, whole)
        yield part


def _manifest_in(backup: BinaryIO, last: Member | None) -> Manifest:
    if last is None or last.name != manifests.NAME or last.size > manifests.MOST_BYTES:
        raise TarBroken("it does not end as a backup of Afterthought does")
    return manifests.understood(b"".join(pieces(backup, last)))


def _must_agree(told: Manifest, found: dict[str, tuple[int, str]]) -> None:
    """Raises TarBroken where a file is not the one that was put in, or one is missing."""
    differing = {name for name, each in found.items() if told.files.get(name) != each}
    if differing or found.keys() != told.files.keys() or manifests.ARCHIVE not in found:
        raise TarBroken("what is in it is not what was put into it")
