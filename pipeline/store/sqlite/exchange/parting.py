"""Lines that part: the events of the version that gives way go on in a line of their own.

docs/sync-protocol.md, "Lines that part". What is made here is the same wherever it is made.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace

import aiosqlite

from pipeline.store.format import drafts
from pipeline.store.format.events import (
    FIRST_PREVIOUS_HASH,
    Draft,
    Event,
    canonical_json,
    seal,
)
from pipeline.store.format.readable import readable_event
from pipeline.store.sqlite.journal import events_of
from pipeline.store.views.moment_fold import undone_events

from .lines import events_between
from .tables import COLUMNS

_LAST = 1 << 62
_DIGITS = 16


def name_of_branch(origin: str, losing_hash: bytes) -> str:
    """What the line is called in which the events beyond a fork go on."""
    made_of = b"afterthought fork 1\n" + origin.encode("ascii") + losing_hash
    return hashlib.sha256(made_of).hexdigest()[:_DIGITS]


def branch(events: Sequence[Event]) -> list[Event]:
    """These last events of a line as the first ones of another. Pure.

    They say what they said; an undo of one of them names its new place.
    """
    origin, first = events[0].place
    name = name_of_branch(origin, events[0].hash)
    moved: list[Event] = []
    previous_hash = FIRST_PREVIOUS_HASH
    for event in events:
        unsealed = replace(
            event,
            origin=name,
            seq=event.seq - first + 1,
            payload_text=_payload(event, origin, first, name),
            previous_hash=previous_hash,
        )
        moved.append(seal(unsealed))
        previous_hash = moved[-1].hash
    return moved


def _payload(event: Event, origin: str, first: int, name: str) -> str:
    if readable_event(event).kind != "act_undone":
        return event.payload_text
    payload = event.payload
    if payload["origin"] != origin or payload["seq"] < first:
        return event.payload_text
    return canonical_json({**payload, "origin": name, "seq": payload["seq"] - first + 1})


Moved = Sequence[tuple[Event, Event]]
"""Events as they stood before, and as they stand now."""


async def move_branch(connection: aiosqlite.Connection, origin: str, first: int) -> Moved:
    """Put the events of a line from `first` on into one of their own, with all that hangs off them.

    The caller holds the transaction.
    """
    events = await events_between(connection, origin, first - 1, _LAST)
    if not events:
        return []
    moved = await _put(connection, events, branch(events))
    for table in ("event", "discounted", "signature"):
        await connection.execute(
            f"DELETE FROM {table} WHERE origin = ? AND seq >= ?", (origin, first)
        )
    return moved


async def _put(
    connection: aiosqlite.Connection, before: Sequence[Event], after: Sequence[Event]
) -> Moved:
    """Store events in a line of their own, which stood elsewhere before; all that this moves.

    What a peer has sent of the line already is the same, or parts from it in its turn: an image
    that was put back more than once.
    """
    name = after[0].origin
    there = await events_between(connection, name, 0, _LAST)
    alike = sum(1 for ours, theirs in zip(after, there, strict=False) if ours == theirs)
    moved = [*zip(before, after, strict=True)]
    new = after[alike:]
    if alike < min(len(after), len(there)):
        if after[alike].hash < there[alike].hash:
            moved += await move_branch(connection, name, there[alike].seq)
        else:
            moved[alike:] = await _put(connection, before[alike:], branch(new))
            before, new = before[:alike], ()
    for event in new:
        await connection.execute(
            f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            tuple(getattr(event, each) for each in event.__slots__),
        )
    for table in ("belonging", "wanted_belonging", "waiting_forget", "discounted"):
        await connection.execute(
            f"UPDATE OR IGNORE {table} SET origin = ?1, seq = seq - ?2 + 1 "
            "WHERE origin = ?3 AND seq >= ?2 AND seq < ?4",
            (name, *before[0].place[::-1], before[0].seq + len(before)),
        )
    return moved


async def undos_to_tell(
    connection: aiosqlite.Connection, moved: Moved, lines: Collection[str]
) -> list[Draft]:
    """Undos in these lines that count, of events that have moved; each names the new place."""
    now = {before.place: after.place for before, after in moved}
    left = {before.origin for before, _ in moved}
    found: list[Draft] = []
    for subject in dict.fromkeys(before.subject for before, _ in moved):
        events = await events_of(connection, subject)
        undone = undone_events(events)
        for event in events:
            counts = event.kind == "act_undone" and event.place not in undone
            if counts and event.origin in {*lines} - left and event.undoes in now:
                place = now[event.undoes]
                draft = drafts.act_undone(subject, *place, author=event.author)
                found.append(drafts.of_act(draft, event.act_id))
    return found
