"""What a backup says of itself, in its last file: `manifest.json`."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.store.format.readable import is_sha256

NAME = "manifest.json"
FORMAT = 1
MOST_BYTES = 64 * 1024 * 1024

ARCHIVE = "archive.db"
TOMBSTONES = "tombstones"
SETTINGS = "settings.toml"
SOUND = re.compile(r"sound/([0-9a-f]{2})/(\1[0-9a-f]{62})\.mp4")
SPOOL = re.compile(r"spool/(?:aside/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,80}")
"""Everything that waits; no name of it leads out of its folder."""

_ORIGIN = re.compile(r"[0-9a-f]{16}")


class ManifestBroken(Exception):
    """It is not what a backup of ours says of itself; `reason` is a sentence without its end."""

    def __init__(self, reason: str, *, is_newer: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_newer = is_newer


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup: the ends of the journal's lines, each file but the sounds, what lacks.

    `lines` has for each origin its last seq and that event's hash. Sounds are known by their
    names, which are their hashes; `altered` names those whose bytes are others, and what
    those bytes' hash is. What is not in it and is no damage: `away`, by hash the name of the
    machine that keeps a sound; `to_come`, what no machine had brought yet. `doubt` is why the
    journal was not believed.
    """

    id: str
    made: str
    archive_version: int
    lines: Mapping[str, tuple[int, str]]
    moments: int
    events: int
    sounds: int
    sound_bytes: int
    files: Mapping[str, tuple[int, str]]
    missing: tuple[str, ...] = ()
    altered: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    doubt: str | None = None
    away: Mapping[str, str] = field(default_factory=dict)
    to_come: tuple[str, ...] = ()

    @property
    def waiting(self) -> int:
        """How many files of the spool are in it."""
        return sum(SPOOL.fullmatch(name) is not None for name in self.files)


def written(manifest: Manifest) -> bytes:
    """The manifest as it stands in the file."""
    told = {"afterthought_backup": FORMAT, **asdict(manifest)}
    return json.dumps(told, indent=1).encode("ascii") + b"\n"


def understood(content: bytes) -> Manifest:
    """The manifest that this says. Raises ManifestBroken. Fields that nobody knows are left out."""
    try:
        told = json.loads(content)
        version = told["afterthought_backup"]
        if isinstance(version, int) and version > FORMAT:
            raise ManifestBroken("a newer version of Afterthought made it", is_newer=True)
        return _manifest(told)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ManifestBroken("what it says of itself makes no sense") from error


def is_known(name: str) -> bool:
    """True for the name of a file that belongs into a backup."""
    return name in {ARCHIVE, TOMBSTONES, SETTINGS} or any(
        pattern.fullmatch(name) for pattern in (SOUND, SPOOL)
    )


def _manifest(told: dict[str, Any]) -> Manifest:
    return Manifest(
        id=_checked(told["id"], r"[0-9a-f]{32}"),
        made=_checked(told["made"], r"[0-9T:.+-]{0,40}"),
        archive_version=int(told["archive_version"]),
        lines={
            _checked(each, _ORIGIN.pattern): (int(seq), _hash(sha256))
            for each, (seq, sha256) in told["lines"].items()
        },
        moments=int(told["moments"]),
        events=int(told["events"]),
        sounds=int(told["sounds"]),
        sound_bytes=int(told["sound_bytes"]),
        files={
            _file(name): (int(size), _hash(sha256))
            for name, (size, sha256) in told["files"].items()
        },
        missing=tuple(map(_hash, told["missing"])),
        altered={_hash(name): _hash(sha256) for name, sha256 in told["altered"].items()},
        problems=tuple(str(each)[:1000] for each in told["problems"]),
        doubt=None if told["doubt"] is None else str(told["doubt"])[:1000],
        away={_hash(each): str(name)[:1000] for each, name in told.get("away", {}).items()},
        to_come=tuple(map(_hash, told.get("to_come", []))),
    )


def _file(name: str) -> str:
    if not is_known(name) or SOUND.fullmatch(name):
        raise ValueError(name)
    return name


def _hash(told: object) -> str:
    if not is_sha256(told):
        raise ValueError(told)
    return str(told)


def _checked(told: object, pattern: str) -> str:
    if not isinstance(told, str) or re.fullmatch(pattern, told) is None:
        raise ValueError(pattern)
    return told
