"""Events and their hash chain, as pure values. The format is docs/journal-format.md."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FIRST_PREVIOUS_HASH = bytes(32)
_PREFIX = b"afterthought event 1\n"


@dataclass(frozen=True, slots=True)
class Belonging:
    """Something of the wearer's that hangs off an event: a text, a vector, a sound's name.

    The event carries only the commitment; `salt` and `content` are erased together.
    """

    id: str
    kind: str
    content: bytes
    salt: bytes

    @property
    def commitment(self) -> str:
        """SHA-256 of salt and content, in hex: what the journal knows of it."""
        return hashlib.sha256(self.salt + self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before the journal has given it its place."""

    kind: str
    subject: str
    author: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    belongings: tuple[Belonging, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the journal, as stored. `payload_text` is the very text that was hashed."""

    origin: str
    seq: int
    lamport: int
    at_ms: int | None
    author: str
    kind: str
    version: int
    subject: str
    payload_text: str
    previous_hash: bytes
    hash: bytes

    @property
    def id(self) -> str:
        return f"{self.origin}:{self.seq}"

    @property
    def order(self) -> tuple[int, str, int]:
        """The order in which every copy of the archive folds its events."""
        return (self.lamport, self.origin, self.seq)

    @property
    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = json.loads(self.payload_text)
        return payload

    @property
    def place(self) -> tuple[str, int]:
        """Which event it is: its origin and its seq."""
        return (self.origin, self.seq)

    @property
    def act_id(self) -> str | None:
        """The id of the act that it is part of; None where it is an act by itself."""
        return self.payload.get("act")

    @property
    def act(self) -> str:
        """The name of its act; its own id where it is an act by itself."""
        return self.act_id or self.id

    @property
    def undoes(self) -> tuple[str, int]:
        """The place of the event that this `act_undone` takes back."""
        return (self.payload["origin"], self.payload["seq"])

    @property
    def commitments(self) -> dict[str, str]:
        """Commitment by belonging id, of everything that hangs off this event."""
        return {entry["id"]: entry["commitment"] for entry in self.payload.get("belongings", [])}

    def computed_hash(self) -> bytes:
        """What `hash` must be if nothing was altered."""
        header = canonical_json(
            [
                self.origin,
                self.seq,
                self.lamport,
                self.at_ms,
                self.author,
                self.kind,
                self.version,
                self.subject,
            ]
        )
        text = f"{header}\n{self.payload_text}".encode()  # ASCII, unless it was altered
        return hashlib.sha256(_PREFIX + self.previous_hash + text).digest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the journal the next event of an origin goes."""

    origin: str
    seq: int
    lamport: int
    previous_hash: bytes


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no white space and ASCII only: the same bytes everywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def new_belonging(kind: str, content: bytes) -> Belonging:
    """A belonging with a random id and a random salt of 32 bytes."""
    return Belonging(secrets.token_hex(16), kind, content, secrets.token_bytes(32))


def place_event(draft: Draft, place: Place, at_ms: int | None) -> Event:
    """The event that this draft becomes at this place."""
    payload = dict(draft.payload)
    if draft.belongings:
        payload["belongings"] = [
            {"id": each.id, "kind": each.kind, "commitment": each.commitment}
            for each in draft.belongings
        ]
    unsealed = Event(
        place.origin,
        place.seq,
        place.lamport,
        at_ms,
        draft.author,
        draft.kind,
        draft.version,
        draft.subject,
        canonical_json(payload),
        place.previous_hash,
        b"",
    )
    return seal(unsealed)


def seal(event: Event) -> Event:
    """The same event with its hash computed."""
    fields = {name: getattr(event, name) for name in event.__slots__}
    return Event(**{**fields, "hash": event.computed_hash()})
