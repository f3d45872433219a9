"""What the journal has of peers: whose signatures count in this archive, and as what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .events import Draft, Event, new_belonging

Role = Literal["full", "archive", "read_only"]
"""What a peer may do here; docs/sync-protocol.md has the table."""

ROLES: tuple[Role, ...] = ("full", "archive", "read_only")

PEER = "peer-"
"""How the subject of what is about a peer begins; the first 16 digits of its key follow."""

SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Signature:
    """One key's word for a line of events up to and with `seq`.

    `key` is 64 hex digits. An `is_writer` signs the line that it writes itself; others vouch.
    """

    origin: str
    seq: int
    key: str
    signature: bytes
    is_writer: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A key whose signatures count, with its certificate (base64) and role.

    `name` is the belonging with the peer's name. `origin` is the line that it wrote when it was
    added, None where that is not known.
    """

    key: str
    certificate: str
    role: Role
    origin: str | None = None
    name: str | None = None

    @property
    def subject(self) -> str:
        return peer_subject(self.key)


@dataclass(frozen=True, slots=True)
class Membership:
    """Who belongs to an archive, by key, and where the lines of those end who write no more.

    `former` has by key the last events that count of the lines of those; `ends` has them by line.
    `own_role` is what this install itself may do on the others: None where it was removed.
    """

    members: Mapping[str, Member]
    ends: Mapping[str, int]
    former: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    own_role: Role | None = "full"


def peer_subject(key: str) -> str:
    """The id under which everything about the peer with this key stands."""
    return f"{PEER}{key[:16]}"


def peer_added(
    key: str, certificate: str, role: Role, *, name: str, origin: str | None = None
) -> Draft:
    """The install with this key may do from now on what its role says. `certificate` is base64."""
    payload = {"key": key, "certificate": certificate, "role": role, "origin": origin}
    belonging = new_belonging("peer_name", name.encode())
    return Draft("peer_added", peer_subject(key), "wearer", payload, (belonging,))


def peer_removed(key: str, lines: Mapping[str, int]) -> Draft:
    """Nothing that it writes counts any more beyond these last events, by origin."""
    payload = {"key": key, "lines": dict(lines)}
    return Draft("peer_removed", peer_subject(key), "wearer", payload)


def membership(own_key: str, events: Iterable[Event], keys: Mapping[str, str]) -> Membership:
    """Who belongs to the archive of the install with this key. Pure.

    `events` are those of the kinds `peer_added` and `peer_removed`; `keys` says by origin whose
    line it is. Only what this install or a member with the role `full` wrote counts.
    """
    known = [each for each in events if each.subject == peer_subject(each.payload["key"])]
    counting = sorted(_counting(own_key, known, keys), key=lambda each: each.order)
    members: dict[str, Member] = {}
    lines: dict[str, Mapping[str, int]] = {}
    for event in counting:
        writer = members.get(keys[event.origin])
        if writer is not None and writer.role != "full" and writer.key != own_key:
            continue  # it had the right, and has it no more
        key = event.payload["key"]
        if event.kind == "peer_added":
            members[key] = _member(event)
            if members[key].role == "read_only":
                lines.setdefault(key, {})
            else:
                lines.pop(key, None)
        else:
            members.pop(key, None)
            lines[key] = event.payload["lines"]
    # Whoever is removed keeps its own archive; it is the others that do not listen to it any more.
    own = members.pop(own_key, None)
    own_role = own.role if own is not None else None if own_key in lines else "full"
    lines.pop(own_key, None)
    ends: dict[str, int] = {}
    for removed in lines.values():
        for origin, seq in removed.items():
            ends[origin] = min(seq, ends.get(origin, seq))
    return Membership(members, ends, lines, own_role)


def _counting(own_key: str, events: Sequence[Event], keys: Mapping[str, str]) -> list[Event]:
    """What this install says, what those say whom it added, and so on.

    When each of them said it does not matter: lines come in any order.
    """
    trusted, found = {own_key}, list[Event]()
    due = [*events]
    while new := [each for each in due if keys.get(each.origin) in trusted]:
        found += new
        due = [each for each in due if each not in new]
        trusted |= {each.payload["key"] for each in new if each.payload.get("role") == "full"}
    return found


def _member(event: Event) -> Member:
    payload = event.payload
    named = [each["id"] for each in payload.get("belongings", []) if each["kind"] == "peer_name"]
    name = named[0] if named else None
    return Member(payload["key"], payload["certificate"], payload["role"], payload["origin"], name)


def signed_message(event: Event, *, is_writer: bool) -> bytes:
    """What is signed of a line that ends in this event."""
    told = f'["{event.origin}",{event.seq},"{event.hash.hex()}",{str(is_writer).lower()}]'
    return b"afterthought line 1\n" + told.encode()
