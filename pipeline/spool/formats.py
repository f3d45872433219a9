"""What the files of the spool hold, written and read; docs/journal-format.md lists it.

What is read may be anything: a letter may have lain on a bad card, or come from elsewhere. So every
field is looked at here, once, and nothing behind this needs to doubt one.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from re import fullmatch
from typing import Any, TypeVar, get_args

from core.clock import Recorded, is_representable, recorded_from_json
from core.facts import Fact, FactKind
from core.moment import Reference
from core.sockets.socket_client import read_object
from core.spool_port import Clip, ClipOrigin, TypedText

from .names import is_id, is_of
from .opening import LetterBroken, open_letter

LONGEST_HEADER = 1024 * 1024
"""Bytes. Ours have some hundred; what claims more would be read into memory before it is judged."""

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of one text and what is known of it: 4 MiB, each byte of it written as an escape."""

MOST = 2**53
"""No count of ours comes near it, and every program reads a number up to here exactly."""

_Read = TypeVar("_Read", Clip, TypedText, Fact, Reference)
_FIELDS_OF_STRETCH = 3
_MAGIC = b"AFTCLIP1"
_HEADER_AT = len(_MAGIC) + 4


@dataclass(frozen=True, slots=True)
class ClipHead:
    """What a file says of its clip, and where in it how many samples lie."""

    clip: Clip
    sound_at: int
    samples: int


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line of a batch that is no text of ours: its bytes as they are, and why."""

    line: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The texts of a letter, and those of its lines that are none."""

    texts: list[TypedText]
    broken: list[BrokenLine]


def clip_bytes(clip: Clip, sound: Iterable[bytes] = ()) -> Iterator[bytes]:
    """A file of a clip, piece by piece: its header, then the sound."""
    text = json.dumps(asdict(clip)).encode()
    text += b" " * (-(_HEADER_AT + len(text)) % 64)  # the samples begin at an even place
    yield _MAGIC + len(text).to_bytes(4, "little") + text
    yield from sound


def read_clip_head(path: Path) -> ClipHead:
    """The head of a clip's file. Raises LetterBroken, and OSError where the disk fails."""
    with open_letter(path) as file:
        start = file.read(_HEADER_AT)
        if not start:
            raise LetterBroken("it is empty")
        if len(start) < _HEADER_AT or not start.startswith(_MAGIC):
            raise LetterBroken("it is no clip")
        length = int.from_bytes(start[-4:], "little")
        if length > LONGEST_HEADER:
            raise LetterBroken("its header is too long")
        header = file.read(length)
        bytes_after = file.seek(0, 2) - _HEADER_AT - length
    if len(header) < length:
        raise LetterBroken("it ends within its header")
    clip = _clip(header)
    if not is_of(path, clip):
        raise LetterBroken("its header is that of another clip")
    return ClipHead(clip, _HEADER_AT + length, bytes_after // 2)


def read_batch(path: Path) -> Batch:
    """The texts of a letter. Raises LetterBroken, and OSError where the disk fails."""
    batch = Batch([], [])
    for line in lines_of(path):
        try:
            batch.texts.append(_text(line))
        except LetterBroken as error:
            batch.broken.append(BrokenLine(line, error.reason))
    if not batch.texts:
        raise LetterBroken(batch.broken[0].reason if batch.broken else "it is empty")
    return batch


def lines_of(batch: Path) -> list[bytes]:
    """The lines of a batch of texts, whatever they say. Raises LetterBroken, OSError."""
    lines = []
    with open_letter(batch) as file:
        while line := file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise LetterBroken("it has a line that is too long")
            lines.append(line)
    return lines


def id_in(line: bytes) -> str | None:
    """The id of a text on a line; None where the line has none."""
    found = (read_object(line) or {}).get("id")
    return found if isinstance(found, str) else None


def read_fact(path: Path) -> Fact:
    """A fact. Raises LetterBroken, and OSError where the disk fails."""
    with open_letter(path) as file:
        fields = _object(file.read(LONGEST_HEADER + 1))
    recorded, told = _recorded(fields.pop("recorded", None)), fields.pop("ended", None)
    ended = None if told is None else _recorded(told)
    fact = _made(Fact, recorded=recorded, ended=ended, **fields)
    details: object = fact.details
    is_told = isinstance(details, Mapping) and all(map(_may_be_told, details.items()))
    if fact.kind not in get_args(FactKind) or not (is_told and _is_text(fact.stream)):
        raise LetterBroken("it is no fact of ours")
    if not _is_count(fact.position) or f"{fact.id}.fact" != path.name:
        raise LetterBroken("it is another fact than its name says")
    return fact


def _clip(header: bytes) -> Clip:
    fields = _object(header)
    recorded, reasons = _recorded(fields.pop("recorded", None)), fields.pop("reasons", ())
    if not isinstance(reasons, list) or not all(map(_is_text, reasons)):
        raise LetterBroken("its reasons are none")
    replaces = fields.pop("replaces", [])
    if not isinstance(replaces, list) or not all(map(_is_moment, replaces)):
        raise LetterBroken("what it takes the place of is no moment of ours")
    fields |= {"recorded": recorded, "reasons": tuple(reasons), "replaces": tuple(replaces)}
    clip = _made(Clip, **fields)
    is_ours = is_id(clip.id) and clip.how in get_args(ClipOrigin) and _is_count(clip.revision)
    is_ours = is_ours and _is_act_or_none(clip.act)
    if not is_ours or not all(map(_is_text_or_none, (clip.speaker, clip.source))):
        raise LetterBroken("its header is none of ours")
    return clip


def _text(line: bytes) -> TypedText:
    fields = _object(line)
    recorded, told = _recorded(fields.pop("recorded", None)), fields.pop("reference", None)
    reference = None if told is None else _reference(told)
    text = _made(TypedText, recorded=recorded, reference=reference, **fields)
    if not is_id(text.id) or text.how not in {"typed", "imported"} or not _is_count(text.nth):
        raise LetterBroken("it is no text of ours")
    if not _is_act_or_none(text.act):
        raise LetterBroken("its act is none of ours")
    if not _is_moment_or_none(text.about):
        raise LetterBroken("what it is about is no moment of ours")
    if not (_is_text(text.text) and _is_text_or_none(text.speaker)):
        raise LetterBroken("its text cannot be stored")
    return text


def _reference(told: object) -> Reference:
    reference = _made(Reference, **told) if isinstance(told, dict) else None
    if reference is None or not _is_text(reference.source):
        raise LetterBroken("its reference is none")
    names_line = reference.line is None or _is_count(reference.line)
    if not names_line or not all(map(_is_text_or_none, (reference.ref, reference.folder))):
        raise LetterBroken("its reference is none")
    return reference


def _recorded(told: object) -> Recorded:
    try:
        recorded = recorded_from_json(told) if isinstance(told, dict) else None
    except TypeError as error:
        raise LetterBroken("its time is none") from error
    if recorded is None or not all(map(_is_text_or_none, (recorded.boot, recorded.source))):
        raise LetterBroken("its time is none")
    if not is_representable(recorded):
        raise LetterBroken("its time is one that no calendar has")
    return recorded


def _object(line: bytes) -> dict[str, Any]:
    fields = read_object(line)
    if fields is None:
        raise LetterBroken("it is not JSON")
    return fields


def _made(kind: type[_Read], /, **fields: Any) -> _Read:  # noqa: ANN401 - as it was read
    try:
        return kind(**fields)
    except TypeError as error:
        raise LetterBroken("it has other fields than ours") from error


def _is_text(value: object) -> bool:
    """True for what can be stored: a text without NUL and without half a character."""
    return isinstance(value, str) and "\0" not in value and not _has_surrogate(value)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _is_act_or_none(value: object) -> bool:
    """An act goes into the journal, which holds no word of anybody's."""
    return value is None or (
        isinstance(value, str) and fullmatch("[0-9a-f]{16}", value) is not None
    )


def _is_moment(value: object) -> bool:
    """What a clip takes the place of, and what a note is about, go into the journal, too."""
    return isinstance(value, str) and fullmatch("[0-9a-f]{1,32}-[0-9]{1,16}", value) is not None


def _is_moment_or_none(value: object) -> bool:
    return value is None or _is_moment(value)


def _is_text_or_none(value: object) -> bool:
    return value is None or _is_text(value)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= MOST


def _may_be_told(detail: tuple[object, object]) -> bool:
    """No event's payload holds a number with a fraction; only what was passed over has layers."""
    name, value = detail
    if not isinstance(name, str):
        return False
    match name, value:
        case "counts", dict():
            return all(_is_text(key) and _is_count(count) for key, count in value.items())
        case "spans", list():
            return all(map(_is_stretch, value))
    return value is None or _is_plain(value)


def _is_stretch(value: object) -> bool:
    """True for a list of a few plain values: an offset, a length and a reason."""
    return (
        isinstance(value, list) and len(value) <= _FIELDS_OF_STRETCH and all(map(_is_plain, value))
    )


def _is_plain(value: object) -> bool:
    return (isinstance(value, int) and abs(value) <= MOST) or _is_text(value)
