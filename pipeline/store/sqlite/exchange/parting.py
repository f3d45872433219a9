"""Lines that part: the events of the version that gives way go on in a line of their own.

docs/sync-protocol.md, "Lines that part". What is made here is the same wherever it is made.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import aiosqlite

from pipeline.store.format.events import FIRST_PREVIOUS_HASH, Event, canonical_json, seal
from pipeline.store.format.readable import readable_event

from .lines import events_between, head
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


async def move_branch(connection: aiosqlite.Connection, origin: str, first: int) -> list[str]:
    """Put the events of a line from `first` on into one of their own; the subjects they are about.

    With all that hangs off them. The caller holds the transaction.
    """
    events = await events_between(connection, origin, first - 1, _LAST)
    if not events:
        return []
    moved = branch(events)
    name = moved[0].origin
    there = await head(connection, name)
    known = 0 if there is None else there[0]
    for event in moved[known:]:  # what a peer has sent of it already is the same
        await connection.execute(
            f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            tuple(getattr(event, each) for each in event.__slots__),
        )
    for table in ("belonging", "wanted_belonging", "waiting_forget", "discounted"):
        await connection.execute(
            f"UPDATE OR IGNORE {table} SET origin = ?1, seq = seq - ?2 + 1 "
            "WHERE origin = ?3 AND seq >= ?2",
            (name, first, origin),
        )
    for table in ("event", "discounted", "signature"):
        await connection.execute(
            f"DELETE FROM {table} WHERE origin = ? AND seq >= ?", (origin, first)
        )
    return [each.subject for each in events]
