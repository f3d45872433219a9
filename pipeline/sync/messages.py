"""What two peers tell each other in JSON, read with care. docs/sync-protocol.md has the words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.errors import UserError
from pipeline.store.exchange_port import Head, WantedSound
from pipeline.store.format.readable import MOST_WHOLE
from pipeline.store.work_port import Job

PROTOCOL = 1

MOST_LINES = 100_000
"""Of a hello: an archive of many wearables has some thousand."""

_ORIGIN = re.compile("[0-9a-f]{16}")
_HASH = re.compile("[0-9a-f]{64}")
_ID = re.compile("[0-9a-f]{32}")
_MOMENT = re.compile("[0-9a-f]{16}-[0-9]{1,16}")


class OtherProtocol(UserError):
    """The peer speaks another version of the protocol."""

    code: ClassVar[str] = "other_protocol"


class NotUnderstood(UserError):
    """What a peer said makes no sense."""

    code: ClassVar[str] = "not_understood"


@dataclass(frozen=True, slots=True)
class Hello:
    """How things stand with a copy: how far each line and its forgets have come.

    `at_ms` is the wall clock in ms, None where it is not set. `wishes` grows with each sound that
    the wearer there wants at once.
    """

    origin: str | None
    heads: Mapping[str, Head]
    forgets: Mapping[str, int]
    version: str = ""
    at_ms: int | None = None
    wishes: int = 0

    def told(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "protocol": PROTOCOL,
            "version": self.version,
            "origin": self.origin,
            "heads": {name: [seq, last.hex()] for name, (seq, last) in self.heads.items()},
            "forgets": dict(self.forgets),
            "at_ms": self.at_ms,
            "wishes": self.wishes,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a copy would have: sounds and how many bytes of each are there, ids of belongings."""

    sounds: tuple[tuple[WantedSound, int], ...] = ()
    belongings: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """The same as JSON."""
        sounds = [[each.sha256, each.bytes, there] for each, there in self.sounds]
        return {"sounds": sounds, "belongings": [*self.belongings]}


def read_hello(told: object) -> Hello:
    """Raises OtherProtocol and NotUnderstood."""
    if not isinstance(told, dict):
        raise _nonsense("hello")
    if told.get("protocol") != PROTOCOL:
        raise OtherProtocol(
            "The two installs speak different versions of the protocol.",
            advice=_which_to_update(told.get("protocol")),
        )
    origin, at_ms = told.get("origin"), told.get("at_ms")
    if not (origin is None or _is(_ORIGIN, origin)) or not (at_ms is None or _is_whole(at_ms)):
        raise _nonsense("hello")
    version = str(told.get("version", ""))[:64]
    heads = {name: _head(value) for name, value in _by_line(told, "heads").items()}
    forgets = read_after(told, "forgets")
    return Hello(origin, heads, forgets, version, at_ms, _number(told, "wishes", 0))


def read_after(told: object, name: str = "after") -> dict[str, int]:
    """Places by line. Raises NotUnderstood."""
    places = _by_line(told, name)
    if not all(_is_whole(each) and each >= 0 for each in places.values()):
        raise _nonsense(name)
    return places


def read_places(told: object) -> dict[str, list[int]]:
    """Places in lines, of which the hashes are asked for. Raises NotUnderstood."""
    places = _by_line(told, "places")
    for seqs in places.values():
        if not isinstance(seqs, list) or len(seqs) > MOST_IDS or not all(map(_is_whole, seqs)):
            raise _nonsense("places")
    return places


def read_hashes(told: object) -> dict[str, dict[int, str]]:
    """Hashes by line and place; JSON has the places as text. Raises NotUnderstood."""
    found: dict[str, dict[int, str]] = {}
    for origin, by_seq in _by_line(told, "hashes").items():
        if not isinstance(by_seq, dict):
            raise _nonsense("hashes")
        found[origin] = {}
        for seq, last in by_seq.items():
            if not (seq.isascii() and seq.isdecimal() and _is(_HASH, last)):
                raise _nonsense("hashes")
            found[origin][int(seq)] = last
    return found


def read_wait(told: object) -> tuple[dict[str, Head], int]:
    """The heads and the wish beyond which something is waited for. Raises NotUnderstood."""
    heads = {name: _head(value) for name, value in _by_line(told, "heads").items()}
    return heads, _number(told, "wishes", MOST_WHOLE)


def read_page_asked(told: object) -> tuple[str, int]:
    """The line, and after which event. Raises NotUnderstood."""
    match told:
        case {"origin": str(origin), "after": int(after)} if _is(_ORIGIN, origin):
            if _is_whole(after) and after >= 0:
                return origin, after
    raise _nonsense("events")


def read_ids(told: object) -> list[str]:
    """Ids of belongings. Raises NotUnderstood."""
    match told:
        case {"ids": list(ids)} if len(ids) <= MOST_IDS and all(_is(_ID, each) for each in ids):
            return ids
    raise _nonsense("belongings")


MOST_IDS = 256
"""Of belongings asked for at once."""

MOST_PROMISED = 16
"""Sounds that are promised at once: each is read as a whole first."""


def read_sounds(told: object, name: str = "sounds", most: int = MOST_IDS) -> list[str]:
    """Hashes of sounds. Raises NotUnderstood."""
    sounds = told.get(name) if isinstance(told, dict) else None
    if not isinstance(sounds, list) or len(sounds) > most:
        raise _nonsense(name)
    if not all(_is(_HASH, each) for each in sounds):
        raise _nonsense(name)
    return list(dict.fromkeys(sounds))


def read_wanted(told: object) -> Wanted:
    """Raises NotUnderstood."""
    match told:
        case {"sounds": list(sounds), "belongings": list(ids)}:
            if len(ids) <= MOST_IDS and all(_is(_ID, each) for each in ids):
                return Wanted(tuple(_wanted_sound(each) for each in sounds), tuple(ids))
    raise _nonsense("wanted")


def read_lease(told: object) -> tuple[Job, int]:
    """The work that is asked for, and for how many seconds. Raises NotUnderstood."""
    match told:
        case {
            "moment": str(moment),
            "revision": int(revision),
            "kind": "words" | "better" as kind,
            "for_s": int(for_s),
        } if _is(_MOMENT, moment) and _is_whole(revision) and _is_whole(for_s):
            return Job(moment, revision, kind), for_s
    raise _nonsense("lease")


def read_granted(told: object) -> int:
    """For how many seconds it was granted; 0 where it was not. Raises NotUnderstood."""
    match told:
        case {"granted": bool(granted), "for_s": int(for_s)} if _is_whole(for_s):
            return for_s if granted else 0
    raise _nonsense("lease")


def read_head(told: object) -> Head:
    """How far a line has come. Raises NotUnderstood."""
    match told:
        case {"head": head}:
            return _head(head)
    raise _nonsense("head")


def _wanted_sound(told: object) -> tuple[WantedSound, int]:
    match told:
        case [str(sha256), int(size), int(there)] if _is(_HASH, sha256):
            if 0 <= there <= size <= MOST_WHOLE:
                return WantedSound(sha256, size), there
    raise _nonsense("wanted")


def _by_line(told: object, name: str) -> dict[str, Any]:
    lines = told.get(name) if isinstance(told, dict) else None
    if (
        not isinstance(lines, dict)
        or len(lines) > MOST_LINES
        or not all(_is(_ORIGIN, each) for each in lines)
    ):
        raise _nonsense(name)
    return lines


def _number(told: object, name: str, default: int) -> int:
    """What an older version does not say is the default. Raises NotUnderstood."""
    number = told.get(name, default) if isinstance(told, dict) else None
    if not isinstance(number, int) or not _is_whole(number) or number < 0:
        raise _nonsense(name)
    return number


def _head(told: object) -> Head:
    match told:
        case [int(seq), str(last)] if _is_whole(seq) and seq > 0 and _is(_HASH, last):
            return seq, bytes.fromhex(last)
    raise _nonsense("heads")


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_whole(value: object) -> bool:
    return type(value) is int and abs(value) <= MOST_WHOLE


def _which_to_update(theirs: object) -> str:
    if isinstance(theirs, int) and theirs > PROTOCOL:
        return "Update this install; the other one is newer."
    return "Update the other install; this one is newer."


def _nonsense(what: str) -> NotUnderstood:
    return NotUnderstood(
        f"What the peer said makes no sense ({what}).", advice="Nothing of it was stored."
    )
