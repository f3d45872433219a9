"""The journal's rows: appending events with what hangs off them, and reading them back."""

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Sequence
from dataclasses import astuple
from typing import Any

import aiosqlite

from pipeline.store.format.events import (
    FIRST_PREVIOUS_HASH,
    Belonging,
    Draft,
    Event,
    Place,
    place_event,
)
from pipeline.store.format.readable import has_its_types, readable_event
from pipeline.store.format.voice_drafts import VOICE
from pipeline.store.port import Forgotten

from .damage import past_damage
from .exchange.tables import COLUMNS, COUNTS, OF_PEERS
from .migrations import EVENT_ACT, LESSONS


async def append(
    connection: aiosqlite.Connection, origin: str, draft: Draft, at_ms: int | None
) -> Event:
    """Give a draft its place and store it. The caller holds the transaction.

    Raises Forgotten when the subject has a tombstone.
    """
    await must_not_be_forgotten(connection, draft.subject)
    event = place_event(draft, await _next_place(connection, origin), at_ms)
    await connection.execute(
        f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(event)
    )
    for belonging in draft.belongings:
        await _insert_belonging(connection, event, belonging)
    return event


async def must_not_be_forgotten(connection: aiosqlite.Connection, subject: str) -> None:
    """Raises Forgotten where the subject has a tombstone."""
    if await is_forgotten(connection, subject):
        raise Forgotten(subject)


async def is_forgotten(connection: aiosqlite.Connection, subject: str) -> bool:
    query = "SELECT 1 FROM tombstone WHERE subject = ?"
    return bool(list(await connection.execute_fetchall(query, (subject,))))


async def events_of(connection: aiosqlite.Connection, subject: str) -> list[Event]:
    """All events of one subject that count here, in fold order; early forgets among them."""
    query = f"SELECT {COLUMNS} FROM counted_event WHERE subject = ? ORDER BY lamport, origin, seq"
    return _events(await connection.execute_fetchall(query, (subject,)))


async def all_events_of(connection: aiosqlite.Connection, subject: str) -> list[Event]:
    """The same with those that do not count here."""
    query = f"SELECT {COLUMNS} FROM event WHERE subject = ? ORDER BY lamport, origin, seq"
    return _events(await connection.execute_fetchall(query, (subject,)))


async def subjects(connection: aiosqlite.Connection) -> list[str]:
    """Whatever an event is about, by name."""
    query = "SELECT subject FROM event UNION SELECT subject FROM early_forget ORDER BY subject"
    rows = await connection.execute_fetchall(query)
    return [row[0] for row in rows if isinstance(row[0], str)]


async def event_at(connection: aiosqlite.Connection, origin: str, seq: int) -> Event | None:
    query = f"SELECT {COLUMNS} FROM event WHERE origin = ? AND seq = ?"
    found = _events(await connection.execute_fetchall(query, (origin, seq)))
    return found[0] if found else None


async def latest_events(
    connection: aiosqlite.Connection,
    limit: int,
    authors: Sequence[str] = (),
    origin: str = "",
    kind: str = "",
) -> list[Event]:
    """The newest that count, first; of these authors, this origin and kind only, where named."""
    wanted, values = [COUNTS], [*authors]
    if authors:
        wanted.append(f"author IN ({', '.join('?' * len(authors))})")
    for column, value in (("origin", origin), ("kind", kind)):
        if value:
            wanted.append(f"{column} = ?")
            values.append(value)
    query = (
        f"SELECT {COLUMNS} FROM event WHERE {' AND '.join(wanted)} "
        "ORDER BY lamport DESC, origin DESC, seq DESC LIMIT ?"
    )
    return _events(await connection.execute_fetchall(query, (*values, limit)))


async def enrolments(connection: aiosqlite.Connection) -> list[Event]:
    """The events in which a voice was enrolled, the newest first; found by their subjects."""
    query = (
        f"SELECT {COLUMNS} FROM event WHERE subject >= ?1 AND subject < ?1 || char(1114111) "
        "ORDER BY lamport DESC, origin DESC, seq DESC"
    )
    found = _events(await connection.execute_fetchall(query, (VOICE,)))
    return [each for each in found if each.kind == "voice_enrolled"]


def _events(rows: Iterable[Any]) -> list[Event]:
    """The events in these rows, as `readable` has them; `check` alone sees them as they are."""
    found = [Event(*row) for row in rows]
    return [readable_event(each) for each in found if has_its_types(each)]


async def acts_backwards(
    connection: aiosqlite.Connection, origin: str, authors: Collection[str]
) -> AsyncGenerator[Event, None]:
    """What these authors did in this line, and every undo, newest first; read as one asks."""
    query = (
        f"SELECT {COLUMNS} FROM event WHERE {COUNTS} AND (kind = 'act_undone' "
        f"OR (origin = ? AND author IN ({', '.join('?' * len(authors))}))) "
        "ORDER BY lamport DESC, origin DESC, seq DESC"
    )
    async with connection.execute(query, (origin, *authors)) as rows:
        async for row in rows:
            for event in _events([row]):
                yield event


async def events_of_act(connection: aiosqlite.Connection, act: str) -> list[Event]:
    """The events of an act and every undo about their subjects, in fold order; none forgotten."""
    query = (
        f"SELECT {COLUMNS} FROM event WHERE (kind = 'act_undone' OR {EVENT_ACT} = ?1) "
        f"AND {COUNTS} AND subject IN (SELECT subject FROM event WHERE {EVENT_ACT} = ?1 "
        "EXCEPT SELECT subject FROM tombstone) ORDER BY lamport, origin, seq"
    )
    return _events(await connection.execute_fetchall(query, (act,)))


async def latest_of_act(connection: aiosqlite.Connection, act: str) -> Event | None:
    query = (
        f"SELECT {COLUMNS} FROM event WHERE {EVENT_ACT} = ? AND {COUNTS} "
        "ORDER BY lamport DESC, origin DESC, seq DESC LIMIT 1"
    )
    found = _events(await connection.execute_fetchall(query, (act,)))
    return found[0] if found else None


async def acts_named(connection: aiosqlite.Connection, named: str) -> list[str]:
    """The act ids that begin so; of very many, some."""
    query = (
        f"SELECT DISTINCT {EVENT_ACT} FROM event WHERE {EVENT_ACT} >= ?1 "
        f"AND {EVENT_ACT} < ?1 || char(1114111) LIMIT 9"
    )
    return [row[0] for row in await connection.execute_fetchall(query, (named,))]


async def origins_named(connection: aiosqlite.Connection, named: str) -> list[str]:
    """The origins that begin so."""
    query = "SELECT DISTINCT origin FROM event WHERE origin >= ?1 AND origin < ?1 || char(1114111)"
    return [row[0] for row in await connection.execute_fetchall(query, (named,))]


async def contents_of(connection: aiosqlite.Connection, subject: str) -> dict[str, bytes]:
    """What is left of a subject's belongings: content by id."""
    rows = await belongings(connection, "id, content", "subject = ?", (subject,))
    return {row[0]: row[1] for row in rows if isinstance(row[1], bytes)}


_TAKES_BACK = "kind IN ('act_undone', 'moment_restored', 'moment_forgotten')"
"""What may take an answer to selection back; what was forgotten is left out by its tombstone."""


async def lessons(connection: aiosqlite.Connection) -> list[Event]:
    """What was answered to selection, and every undo and restore of what that is about."""
    taught = f"SELECT subject FROM event WHERE {LESSONS}"
    there = f"{COUNTS} AND subject NOT IN (SELECT subject FROM tombstone)"
    # Not in the order of the events here: for that, SQLite would read all there are.
    query = (
        f"SELECT {COLUMNS} FROM event WHERE {LESSONS} AND {there} UNION ALL "
        f"SELECT {COLUMNS} FROM event WHERE subject IN ({taught}) AND {there} "
        f"AND {_TAKES_BACK} AND kind != 'moment_forgotten'"
    )
    found = _events(await connection.execute_fetchall(query))
    return sorted(found, key=lambda each: each.order)


async def taught_since(connection: aiosqlite.Connection, mark: int) -> tuple[bool, int]:
    """As the port has it. Rows of the journal are only ever added, so the last is the mark."""
    decides = f"{LESSONS} OR {_TAKES_BACK} OR {OF_PEERS}"  # by the last, whose answers count
    query = f"SELECT max(rowid), max({decides}) FROM event WHERE rowid > ?"
    ((last, is_taught),) = await connection.execute_fetchall(query, (mark,))
    return bool(is_taught), mark if last is None else last


async def content_of(connection: aiosqlite.Connection, belonging: str) -> bytes | None:
    """The content of one belonging; None where it is gone or cannot be read."""
    rows = await belongings(connection, "content", "id = ?", (belonging,))
    return next((row[0] for row in rows if isinstance(row[0], bytes)), None)


async def belongings(
    connection: aiosqlite.Connection, columns: str, where: str, values: Sequence[object]
) -> list[Any]:
    """These columns of the belongings that are meant; those that cannot be read are left out."""
    return await _readable(connection, columns, f"belonging WHERE {where}", values)


async def stored_events(connection: aiosqlite.Connection) -> list[Event]:
    """Every event as it is stored, line by line; those that cannot be read are left out."""
    rows = await _readable(connection, COLUMNS, "event WHERE true", ())
    return sorted((Event(*row) for row in rows), key=lambda event: (str(event.origin), event.seq))


async def _readable(
    connection: aiosqlite.Connection, columns: str, of: str, values: Sequence[object]
) -> list[Any]:
    """All rows at once; where that fails, one by one."""
    with past_damage():
        return list(await connection.execute_fetchall(f"SELECT {columns} FROM {of}", values))
    rows: list[Any] = []
    table = of.partition(" ")[0]
    for (rowid,) in list(await connection.execute_fetchall(f"SELECT rowid FROM {of}", values)):
        query = f"SELECT {columns} FROM {table} WHERE rowid = ?"
        with past_damage():
            rows += await connection.execute_fetchall(query, (rowid,))
    return rows


@contextlib.asynccontextmanager
async def without_unreadable(connection: aiosqlite.Connection) -> AsyncIterator[None]:
    """Within this, no query meets a belonging whose pages SQLite cannot read.

    One failed read inside a transaction makes every write after it fail, too (3.40.1). Who
    writes belongings within this names `main.belonging`: by its own name it is a view.
    """
    unreadable = await _unreadable(connection)
    if unreadable:
        await connection.execute(
            "CREATE TEMP VIEW belonging AS SELECT rowid AS rowid, * FROM main.belonging "
            f"WHERE rowid NOT IN ({', '.join(map(str, unreadable))})"
        )
    try:
        yield
    finally:
        await connection.execute("DROP VIEW IF EXISTS temp.belonging")


async def _unreadable(connection: aiosqlite.Connection) -> list[int]:
    """The rowids of the belongings of which not all can be read."""
    found: list[int] = []
    for (rowid,) in list(await connection.execute_fetchall("SELECT rowid FROM belonging")):
        query = "SELECT * FROM belonging WHERE rowid = ?"
        with past_damage():
            await connection.execute_fetchall(query, (rowid,))
            continue
        found.append(rowid)
    return found


async def _next_place(connection: aiosqlite.Connection, origin: str) -> Place:
    query = "SELECT seq, hash FROM event WHERE origin = ? ORDER BY seq DESC LIMIT 1"
    last = list(await connection.execute_fetchall(query, (origin,)))
    seq, previous_hash = last[0] if last else (0, FIRST_PREVIOUS_HASH)
    highest = list(await connection.execute_fetchall("SELECT max(lamport) FROM event"))
    return Place(origin, seq + 1, (highest[0][0] or 0) + 1, previous_hash)


async def _insert_belonging(
    connection: aiosqlite.Connection, event: Event, belonging: Belonging
) -> None:
    """The tombstone is looked up in the insert itself, so that nothing is revived."""
    await connection.execute(
        "INSERT INTO belonging (id, origin, seq, kind, subject, salt, content) "
        "SELECT ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM tombstone WHERE subject = ?)",
        (
            belonging.id,
            event.origin,
            event.seq,
            belonging.kind,
            event.subject,
            belonging.salt,
            belonging.content,
            event.subject,
        ),
    )
