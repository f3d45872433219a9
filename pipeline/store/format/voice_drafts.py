"""What the journal has of voices: the wearer's print, who speaks when, and the names of voices.

A print is never synced, and says so. Of other people's voices nothing is stored but the turns.
"""

import json
import secrets
from dataclasses import dataclass, replace
from math import isfinite
from struct import iter_unpack

from core.moment import VoiceTurn

from .events import Draft, new_belonging
from .readable import has_shape, is_number, is_text, is_whole, json_object, list_of, or_none

WEARER = "wearer"
"""What the wearer's voice is called in turns; others are letters."""

VOICE = "voice-"
"""How the subject of an enrolment begins; 64 random bits follow."""


ROW_BYTES = 2 * 256
"""Of a direction of a print: so many numbers has what the model says of a voice."""


@dataclass(frozen=True, slots=True)
class VoicePrint:
    """What the wearer's voice is known by: directions of unit length, by the model of that name.

    `vector` is little-endian float16, one or more rows of `ROW_BYTES`. It was made of so many
    seconds of speech.
    """

    model: str
    vector: bytes
    seconds: float
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Turns:
    """Who speaks when in one revision of a clip: letters, and the wearer by no name."""

    turns: tuple[VoiceTurn, ...]
    model: str


def new_voice_subject() -> str:
    return f"{VOICE}{secrets.token_hex(8)}"


def is_enrolment(subject: str) -> bool:
    """True where events of this subject are about the wearer's print, and no moment."""
    return subject.startswith(VOICE)


def voice_enrolled(subject: str, print_: VoicePrint) -> Draft:
    """The wearer's voice is known by this print from now on; one before it counts no more."""
    head = {"model": print_.model, "seconds": print_.seconds, "name": print_.name}
    content = json.dumps(head, ensure_ascii=False).encode() + b"\n" + print_.vector
    payload = {"seconds": round(print_.seconds), "sync": "never"}
    belonging = new_belonging("voice_print", content)
    return Draft("voice_enrolled", subject, WEARER, payload, (belonging,))


def read_voice_print(content: bytes) -> VoicePrint | None:
    """The print that a belonging of that kind holds; None where it is damaged."""
    line, _, vector = content.partition(b"\n")
    head = json_object(line)
    if head is None or not has_shape(head, _PRINT) or not vector or len(vector) % ROW_BYTES:
        return None
    rows = [vector[at : at + ROW_BYTES] for at in range(0, len(vector), ROW_BYTES)]
    if not all(map(_is_direction, rows)):
        return None
    return VoicePrint(head["model"], vector, head["seconds"], head["name"])


def _is_direction(row: bytes) -> bool:
    numbers = [number for (number,) in iter_unpack("<e", row)]
    return all(map(isfinite, numbers)) and any(numbers)


_PRINT = {"model": is_text, "seconds": is_number, "name": or_none(is_text)}


def with_turns(draft: Draft, turns: Turns) -> Draft:
    """The same draft, and beside its words who speaks when."""
    content = {
        "model": turns.model,
        "start_ms": [each.start_ms for each in turns.turns],
        "end_ms": [each.end_ms for each in turns.turns],
        "voice": [each.voice for each in turns.turns],
    }
    belonging = new_belonging("turns", json.dumps(content, ensure_ascii=False).encode())
    return replace(draft, belongings=(*draft.belongings, belonging))


def read_turns(content: bytes) -> Turns | None:
    """The turns that a belonging of that kind holds; None where it is damaged."""
    found = json_object(content)
    if found is None or not has_shape(found, _TURNS):
        return None
    columns = [found[name] for name in ("start_ms", "end_ms", "voice")]
    if len({len(each) for each in columns}) > 1:
        return None
    turns = tuple(VoiceTurn(*row) for row in zip(*columns, strict=True))
    return Turns(turns, found["model"])


_TURNS = {
    "model": is_text,
    "start_ms": list_of(is_whole),
    "end_ms": list_of(is_whole),
    "voice": list_of(or_none(is_text)),
}


def voice_named(moment: str, voice: str, name: str, *, revision: int) -> Draft:
    """A voice of a moment has this name, wherever it speaks in it."""
    payload = {"voice": voice, "revision": revision}
    belonging = new_belonging("speaker", name.encode())
    return Draft("voice_named", moment, WEARER, payload, (belonging,))
