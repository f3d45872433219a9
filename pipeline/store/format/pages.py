"""Pages: pieces of one line of events as two peers send them. Pure.

docs/sync-protocol.md has the format and what a receiver makes sure of.
"""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.errors import UserError

from .events import Event, canonical_json, seal
from .peer_drafts import SIGNATURE_BYTES, Signature
from .readable import MOST_WHOLE, has_its_types, json_object

MOST_EVENTS = 512
"""Of a page."""

SIGNED_EVERY = 64
"""A line has a signature at each event whose `seq` is a multiple of this one."""

STOPS_AT_BYTES = 1 << 20
"""A page ends at the first signed event beyond so many bytes."""

LARGE_BYTES = 64 * 1024
"""A belonging with more is asked for by itself."""

MOST_LAMPORT_AHEAD = 2**32
"""Beyond what is here. No archive appends so much: whoever says so wants later appends to fail."""

SALT_BYTES = 32

_LONGEST_PAYLOAD = 1 << 20
_COLUMNS = 9
"""Of an event as it is sent: without its two hashes."""
_ORIGIN = re.compile("[0-9a-f]{16}")
_ID = re.compile("[0-9a-f]{32}")
_KEY = re.compile("[0-9a-f]{64}")
_SUBJECT = re.compile("[!-~]{1,200}")
_KIND = re.compile("[a-z_]{1,64}")
_AUTHOR = re.compile("(wearer|selector|capture|pipeline|agent|dream|api:[0-9a-zA-Z_-]{1,64})")


class PageRefused(UserError):
    """Something that a peer sent is not what the protocol allows."""

    code: ClassVar[str] = "page_refused"

    def __init__(self, sentence: str, *, advice: str = "Nothing of it was stored.") -> None:
        super().__init__(sentence, advice=advice)


@dataclass(frozen=True, slots=True)
class Held:
    """The content of a belonging, of which the event says the rest."""

    id: str
    salt: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Events of one line, what hangs off them by id, and the signature of the last one.

    Belongings may be lacking: they are asked for later, of any peer.
    """

    events: tuple[Event, ...]
    held: Mapping[str, Held]
    signature: Signature

    @property
    def origin(self) -> str:
        return self.events[0].origin

    @property
    def last(self) -> Event:
        return self.events[-1]


@dataclass(frozen=True, slots=True)
class EarlyForget:
    """A `moment_forgotten` ahead of its place in the line, by a signature of its own."""

    event: Event
    signature: Signature


def page_lines(page: Page) -> Iterator[bytes]:
    """The page as it is sent: JSON Lines."""
    for event in page.events:
        yield _line("e", *_told(event))
        for name in event.commitments:
            held = page.held.get(name)
            if held is not None:
                yield held_line(held)
    yield _line("s", *_told_signature(page.signature))


def held_line(held: Held) -> bytes:
    """A belonging as it is sent."""
    return _line("b", held.id, b64encode(held.salt).decode(), b64encode(held.content).decode())


def forget_line(forget: EarlyForget) -> bytes:
    """An early forget as it is sent."""
    told = _told(forget.event)
    return _line(
        "f", *told, forget.event.previous_hash.hex(), *_told_signature(forget.signature)[2:]
    )


def read_page(lines: Iterable[bytes], previous_hash: bytes) -> Page:
    """The page in these lines, where the event before it has this hash.

    Raises PageRefused: it is no page, an event is none, or a belonging does not fit. Whether its
    signature counts, only an archive can say.
    """
    events: list[Event] = []
    held: dict[str, Held] = {}
    signature: Signature | None = None
    for line in lines:
        letter, *told = _read_line(line)
        if signature is not None:
            raise PageRefused("A page goes on after its signature.")
        if letter == "e":
            events.append(_follows(events, _read_event(told, previous_hash)))
            previous_hash = events[-1].hash
        elif letter == "b" and events:
            each = read_held(told)
            _must_fit(events[-1], each)
            held[each.id] = each
        elif letter == "s" and events:
            signature = _read_signature(told, events[-1])
        else:
            raise PageRefused("A page has a line that this version does not know.")
    if signature is None:
        raise PageRefused("A page came without its end.")
    return Page(tuple(events), held, signature)


def first_place(lines: Sequence[bytes]) -> tuple[str, int]:
    """Where in which line a page begins: its origin and `seq`. Raises PageRefused."""
    letter, *told = _read_line(lines[0] if lines else b"")
    event = _read_event(told, bytes(32)) if letter == "e" else None
    if event is None:
        raise PageRefused("A page does not begin with an event.")
    return event.place


def read_forget(line: bytes) -> EarlyForget:
    """The early forget in this line. Raises PageRefused."""
    letter, *told = _read_line(line)
    if letter != "f" or len(told) != _COLUMNS + 4:
        raise PageRefused("What came as a forget is none.")
    event = _read_event(told[:_COLUMNS], _hash(told[_COLUMNS]))
    if event.kind != "moment_forgotten" or event.version != 1:
        raise PageRefused("What came as a forget is something else.")
    rest = told[_COLUMNS + 1 :]
    return EarlyForget(event, _read_signature([*event.place, *rest], event))


def read_held_line(line: bytes) -> Held:
    """The belonging in this line. Raises PageRefused."""
    letter, *told = _read_line(line)
    if letter != "b":
        raise PageRefused("What came as a belonging is none.")
    return read_held(told)


def read_held(told: Sequence[Any]) -> Held:
    match told:
        case [str(name), str(salt), str(content)] if _ID.fullmatch(name):
            try:
                held = Held(name, b64decode(salt, validate=True), b64decode(content, validate=True))
            except ValueError:
                raise PageRefused("A belonging cannot be read.") from None
            if len(held.salt) == SALT_BYTES:
                return held
    raise PageRefused("A belonging is none.")


def _must_fit(event: Event, held: Held) -> None:
    if not fits(event, held):
        raise PageRefused(f"A belonging does not fit the event {event.id}.")


def fits(event: Event, held: Held) -> bool:
    """True where this content is what the event has committed itself to."""
    return hashlib.sha256(held.salt + held.content).hexdigest() == event.commitments.get(held.id)


def _follows(events: Sequence[Event], event: Event) -> Event:
    before = events[-1] if events else None
    if before is None:
        return event
    if (event.origin, event.seq) != (before.origin, before.seq + 1):
        raise PageRefused(f"The event {event.id} does not follow {before.id}.")
    if event.lamport <= before.lamport:
        raise PageRefused(f"The event {event.id} is out of order.")
    if len(events) >= MOST_EVENTS:
        raise PageRefused(f"A page has more than {MOST_EVENTS} events.")
    return event


def _read_event(told: Sequence[Any], previous_hash: bytes) -> Event:
    if len(told) != _COLUMNS:
        raise PageRefused("An event has not the columns of one.")
    event = Event(*told, previous_hash=previous_hash, hash=b"")  # type: ignore[misc]  # as below
    what = _what_is_wrong(event)
    if what:
        raise PageRefused(f"An event that came {what}.")
    return seal(event)


def _what_is_wrong(event: Event) -> str:
    if not has_its_types(event) or any(isinstance(each, bool) for each in _numbers(event)):
        return "has columns of another type"
    if any(abs(each) > MOST_WHOLE for each in _numbers(event)):
        return "has a number that is too large"
    if not (event.seq > 0 and event.lamport > 0 and event.version > 0):
        return "has a number below one"
    named = (
        (_ORIGIN, event.origin),
        (_AUTHOR, event.author),
        (_KIND, event.kind),
        (_SUBJECT, event.subject),
    )
    if not all(pattern.fullmatch(value) for pattern, value in named):
        return "has a name that no event can have"
    return _wrong_payload(event)


def _wrong_payload(event: Event) -> str:
    payload = json_object(event.payload_text)
    if payload is None or len(event.payload_text) > _LONGEST_PAYLOAD:
        return "has a payload that is no object"
    try:
        is_canonical = canonical_json(payload) == event.payload_text
    except (ValueError, RecursionError):
        is_canonical = False
    if not is_canonical:
        return "has a payload that is not written as it must be"
    belongings = payload.get("belongings", [])
    if not isinstance(belongings, list) or not all(map(_is_named, belongings)):
        return "names a belonging that none can be"
    return ""


def _is_named(entry: object) -> bool:
    match entry:
        case {"id": str(name), "kind": str(kind), "commitment": str(commitment)}:
            named = ((_ID, name), (_KIND, kind), (_KEY, commitment))
            return all(pattern.fullmatch(value) for pattern, value in named)
    return False


def _numbers(event: Event) -> list[int]:
    return [event.seq, event.lamport, event.version, 0 if event.at_ms is None else event.at_ms]


def _read_signature(told: Sequence[Any], event: Event) -> Signature:
    match told:
        case [str(origin), int(seq), str(key), str(text), bool(is_writer)]:
            is_of_it = (origin, seq) == event.place and _KEY.fullmatch(key)
            signature = _bytes(text)
            if is_of_it and len(signature) == SIGNATURE_BYTES:
                return Signature(origin, seq, key, signature, is_writer)
    raise PageRefused(f"The signature of {event.id} is none.")


def _told(event: Event) -> tuple[Any, ...]:
    return (
        event.origin,
        event.seq,
        event.lamport,
        event.at_ms,
        event.author,
        event.kind,
        event.version,
        event.subject,
        event.payload_text,
    )


def _told_signature(signature: Signature) -> tuple[Any, ...]:
    text = signature.signature.hex()
    return signature.origin, signature.seq, signature.key, text, signature.is_writer


def _hash(told: object) -> bytes:
    if isinstance(told, str) and _KEY.fullmatch(told):
        return bytes.fromhex(told)
    raise PageRefused("A hash that came is none.")


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _line(*told: object) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def _read_line(line: bytes) -> list[Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, list) or not told or not isinstance(told[0], str):
        raise PageRefused("What came is no line of a page.")
    return told
