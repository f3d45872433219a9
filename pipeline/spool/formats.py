"""What the files of the spool hold, written and read; docs/journal-format.md lists it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar, get_args

from core.clock import Recorded
from core.facts import Fact, FactKind
from core.moment import Reference
from core.spool_port import Clip, TypedText

_MAGIC = b"AFTCLIP1"
_HEADER_AT = len(_MAGIC) + 4
_Written = TypeVar("_Written", Clip, TypedText)


class LetterBroken(Exception):
    """A letter that is not what its name says."""


@dataclass(frozen=True, slots=True)
class ClipHead:
    """What a file says of its clip, and where in it how many samples lie."""

    clip: Clip
    sound_at: int
    samples: int


def clip_bytes(clip: Clip, sound: Iterable[bytes] = ()) -> Iterator[bytes]:
    """A file of a clip, piece by piece: its header, then the sound."""
    text = json.dumps(asdict(clip)).encode()
    text += b" " * (-(_HEADER_AT + len(text)) % 64)  # the samples begin at an even place
    yield _MAGIC + len(text).to_bytes(4, "little") + text
    yield from sound


def read_clip_head(path: Path) -> ClipHead:
    """The head of a clip's file. Raises LetterBroken."""
    with path.open("rb") as file:
        start = file.read(_HEADER_AT)
        if len(start) < _HEADER_AT or not start.startswith(_MAGIC):
            raise LetterBroken(path.name)
        length = int.from_bytes(start[-4:], "little")
        header = file.read(length)
    sound_at = _HEADER_AT + length
    samples = (path.stat().st_size - sound_at) // 2
    return ClipHead(_from_json(Clip, header, path), sound_at, max(0, samples))


def read_texts(path: Path) -> list[TypedText]:
    """The texts of a batch. Raises LetterBroken."""
    return [_from_json(TypedText, line, path) for line in path.read_bytes().splitlines()]


def read_fact(path: Path) -> Fact:
    """A fact. Raises LetterBroken."""
    try:
        fields = json.loads(path.read_bytes())
        fields["recorded"] = Recorded(**fields["recorded"])
        if fields["ended"] is not None:
            fields["ended"] = Recorded(**fields["ended"])
        fact = Fact(**fields)
        is_one = fact.kind in get_args(FactKind) and all(map(_may_be_told, fact.details.values()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LetterBroken(path.name) from error
    if not is_one:
        raise LetterBroken(path.name)
    return fact


def _from_json(kind: type[_Written], line: bytes, path: Path) -> _Written:
    try:
        fields = json.loads(line)
        fields["recorded"] = Recorded(**fields["recorded"])
        if fields.get("reference"):
            fields["reference"] = Reference(**fields["reference"])
        if "reasons" in fields:
            fields["reasons"] = tuple(fields["reasons"])
        return kind(**fields)
    except (ValueError, TypeError, KeyError) as error:
        raise LetterBroken(path.name) from error


def _may_be_told(detail: object) -> bool:
    """No event's payload holds a number with a fraction, nor anything in layers."""
    return detail is None or isinstance(detail, int | str)
