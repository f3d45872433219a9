"""What is sent to another copy: pages of a line, forgets, belongings."""

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar

import aiosqlite

from core.errors import UserError
from pipeline.store.format.events import Event
from pipeline.store.format.pages import (
    LARGE_BYTES,
    SIGNED_EVERY,
    STOPS_AT_BYTES,
    EarlyForget,
    Held,
    Page,
)
from pipeline.store.format.peer_drafts import Membership

from .lines import events_between, heads, signatures, signed_places
from .tables import COLUMNS, FORGETS


class LineUnreadable(UserError):
    """A row of a line is damaged: what cannot be read cannot be sent."""

    code: ClassVar[str] = "line_unreadable"


_MOST_SENT = 2 * SIGNED_EVERY
"""Events to a page. The most that is allowed, 512, takes 1 MB more of either service."""

_STAY = "('voice_print')"
"""Kinds of belongings that never leave the install that made them."""


async def page_after(
    connection: aiosqlite.Connection, known: Membership, origin: str, seq: int
) -> Page | None:
    """The next piece of this line, up to a signed event and to where the line counts; or None."""
    places = await signed_places(connection, origin, seq, _MOST_SENT)
    end = known.ends.get(origin)
    if end is not None:
        # Where no signature at its end is left, the next one beyond it vouches for it as well.
        places = ([each for each in places if each <= end] or places[:1]) if seq < end else []
    if not places:
        return None
    events = await events_between(connection, origin, seq, places[-1])
    if [each.seq for each in events] != list(range(seq + 1, places[-1] + 1)):
        raise LineUnreadable(
            f"The events of the line {origin} beyond {seq} cannot be read here.",
            advice="`afterthought check` names it; `afterthought rebuild` mends what it can.",
        )
    held = await _held_by(connection, events)
    last = _where_it_stops(events, held, places)
    cut = tuple(events[: last - seq])
    signature = (await signatures(connection, origin, [last]))[last]
    return Page(cut, held, signature)


def _where_it_stops(events: Sequence[Event], held: Mapping[str, Held], places: list[int]) -> int:
    """The first of these places where the page is large enough; else the last."""
    at, size = iter(places), 0
    place = next(at)
    for event in events:
        size += len(event.payload_text) + sum(
            len(held[name].content) for name in event.commitments if name in held
        )
        if event.seq == place:
            following = next(at, None)
            if size >= STOPS_AT_BYTES or following is None:
                return place
            place = following
    return places[-1]


async def _held_by(connection: aiosqlite.Connection, events: Sequence[Event]) -> dict[str, Held]:
    """What hangs off these events and is small enough for a page."""
    first, last = events[0], events[-1]
    query = (
        "SELECT id, salt, content FROM belonging WHERE id IN (SELECT value FROM json_each(?)) "
        f"AND length(content) <= ? AND kind NOT IN {_STAY} "
        "AND (origin, seq) >= (?, ?) AND (origin, seq) <= (?, ?)"
    )
    names = json.dumps([name for each in events for name in each.commitments])
    rows = await connection.execute_fetchall(
        query, (names, LARGE_BYTES, first.origin, first.seq, last.origin, last.seq)
    )
    return {row[0]: Held(*row) for row in rows if _is_held(row)}


def _is_held(row: Sequence[object]) -> bool:
    return isinstance(row[1], bytes) and isinstance(row[2], bytes)


async def belongings(connection: aiosqlite.Connection, named: Sequence[str]) -> list[Held]:
    """Those of these that are here and may leave."""
    query = (
        "SELECT id, salt, content FROM belonging WHERE id IN (SELECT value FROM json_each(?)) "
        f"AND kind NOT IN {_STAY}"
    )
    rows = await connection.execute_fetchall(query, (json.dumps([*named]),))
    return [Held(*row) for row in rows if _is_held(row)]


async def last_forgets(connection: aiosqlite.Connection) -> dict[str, int]:
    """The `seq` of the last forget of each line, early ones included."""
    found: dict[str, int] = {}
    for origin in await heads(connection):
        query = f"SELECT max(seq) FROM event WHERE origin = ? AND {FORGETS}"
        for (seq,) in await connection.execute_fetchall(query, (origin,)):
            if seq is not None:
                found[origin] = seq
    query = "SELECT origin, max(seq) FROM early_forget GROUP BY origin"
    for origin, seq in await connection.execute_fetchall(query):
        found[origin] = max(seq, found.get(origin, 0))
    return found


async def forgets_after(
    connection: aiosqlite.Connection, known: Membership, after: Mapping[str, int]
) -> list[EarlyForget]:
    """The forgets beyond these of which the signature is here, in the order of their lines."""
    found: list[EarlyForget] = []
    for origin, last in (await last_forgets(connection)).items():
        since, end = after.get(origin, 0), known.ends.get(origin, last)
        if last <= since:
            continue
        span = "origin = ?1 AND seq > ?2 AND seq <= ?3"
        query = (
            f"SELECT {COLUMNS} FROM event WHERE {span} AND {FORGETS} "
            f"UNION SELECT {COLUMNS} FROM early_forget WHERE {span} AND NOT EXISTS (SELECT 1 "
            "FROM event WHERE (event.origin, event.seq) = (early_forget.origin, early_forget.seq)) "
            "ORDER BY seq"
        )
        rows = await connection.execute_fetchall(query, (origin, since, end))
        events = [Event(*row) for row in rows]
        signed = await signatures(connection, origin, [each.seq for each in events])
        found += [EarlyForget(e, signed[e.seq]) for e in events if e.seq in signed]
    return found
