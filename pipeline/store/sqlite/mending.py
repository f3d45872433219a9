"""What a rebuild puts right in the journal itself, before the views are made anew of it.

Only single flipped bits, and only where a hash proves what was there (`format/mending.py`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import NamedTuple

import aiosqlite

from pipeline.store.format.events import Event
from pipeline.store.format.mending import mended_content, mended_event, one_bit_away
from pipeline.store.format.readable import has_its_types

from .damage import past_damage
from .exchange.tables import COLUMNS
from .journal import belongings, events_of, is_forgotten, subjects

_AT_ONCE = 1_000
"""Rows that are held in memory together: an event has a kilobyte."""

_RAW = ", ".join(
    f"CAST({name} AS BLOB)" if name in {"origin", "author", "kind", "subject", "payload"} else name
    for name in COLUMNS.split(", ")
)
"""The columns of an event; texts as their bytes, which need not be text any more."""


class _Named(NamedTuple):
    """All of a belonging that its event says of it, but for its commitment."""

    id: str
    origin: str
    seq: int
    kind: str
    subject: str


class _Stored(NamedTuple):
    """A belonging as it is stored."""

    rowid: int
    named: _Named
    salt: bytes
    content: bytes


async def mend_journal(connection: aiosqlite.Connection) -> int:
    """How many rows had a flipped bit that was put right.

    The caller holds the transaction, and has made the indexes anew.
    """
    mended = await _mend_events(connection)
    for subject in await subjects(connection):
        mended += await _mend_belongings(connection, subject)
    return mended + await _mend_install(connection)


async def mend_last_events(connection: aiosqlite.Connection) -> None:
    """Put right what the next event is appended to. The caller holds the transaction.

    The next event takes its place from them: on a damaged one it would leave a hole for ever,
    or stand where that one belongs.
    """
    query = (
        f"SELECT rowid, {COLUMNS} FROM event WHERE rowid IN ("
        "(SELECT rowid FROM event ORDER BY lamport DESC, origin DESC, seq DESC LIMIT 1), "
        "(SELECT rowid FROM event WHERE origin = (SELECT origin FROM install) "
        "ORDER BY seq DESC LIMIT 1))"
    )
    for rowid, *row in await connection.execute_fetchall(query):
        if not _is_whole(Event(*row)):
            await _mend_event(connection, rowid)
    await _mend_install(connection)


async def _mend_events(connection: aiosqlite.Connection) -> int:
    altered: list[int] = []
    async with connection.execute(f"SELECT rowid, {COLUMNS} FROM event") as rows:
        while some := await rows.fetchmany(_AT_ONCE):
            altered += [rowid for rowid, *row in some if not _is_whole(Event(*row))]
    return sum([await _mend_event(connection, rowid) for rowid in altered])


def _is_whole(event: Event) -> bool:
    return has_its_types(event) and event.computed_hash() == event.hash


async def _mend_event(connection: aiosqlite.Connection, rowid: int) -> bool:
    query = f"SELECT {_RAW} FROM event WHERE rowid = ?"
    ((*columns,),) = await connection.execute_fetchall(query, (rowid,))
    event = mended_event(columns)
    if event is None:
        return False
    assignments = ", ".join(f"{name} = ?" for name in COLUMNS.split(", "))
    query = f"UPDATE event SET {assignments} WHERE rowid = ?"
    return await _is_taken(connection, query, (*astuple(event), rowid))


async def _mend_belongings(connection: aiosqlite.Connection, subject: str) -> int:
    """Give each event of this subject what it names; what was forgotten is left out."""
    if await is_forgotten(connection, subject):
        return 0
    promised = {
        _Named(entry["id"], event.origin, event.seq, entry["kind"], subject): entry["commitment"]
        for event in await events_of(connection, subject)
        for entry in event.payload.get("belongings", [])
    }
    there = await _stored(connection, subject, [name.id for name in promised])
    altered = [row for row in there if not _is_as_promised(row, promised)]
    missing = promised.keys() - {row.named for row in there if row not in altered}
    ids = {name.id for name in promised}
    return sum(
        [
            await _mend_belonging(connection, row, name, promised[name])
            for name in missing
            for row in altered
            if row.named.id == name.id or row.named.id not in ids
        ]
    )


async def _stored(
    connection: aiosqlite.Connection, subject: str, ids: Sequence[str]
) -> list[_Stored]:
    """What is of this subject, or has one of these ids: one of the two may be damaged."""
    columns = "rowid, salt, content, id, origin, seq, kind, subject"
    where = "subject = ? OR id IN (SELECT value FROM json_each(?))"
    rows = await belongings(connection, columns, where, (subject, json.dumps(ids)))
    return [
        _Stored(rowid, _Named(*names), salt, content)
        for rowid, salt, content, *names in rows
        if isinstance(salt, bytes) and isinstance(content, bytes)
    ]


def _is_as_promised(row: _Stored, promised: Mapping[_Named, str]) -> bool:
    commitment = hashlib.sha256(row.salt + row.content).hexdigest()
    return promised.get(row.named) == commitment


async def _mend_belonging(
    connection: aiosqlite.Connection, row: _Stored, name: _Named, commitment: str
) -> bool:
    mended = mended_content(row.salt, row.content, commitment)
    if mended is None:
        return False
    query = (
        "UPDATE main.belonging SET id = ?, origin = ?, seq = ?, kind = ?, subject = ?, "
        "salt = ?, content = ? WHERE rowid = ?"
    )
    return await _is_taken(connection, query, (*name, *mended, row.rowid))


async def _mend_install(connection: aiosqlite.Connection) -> int:
    """Its one row, by its key; and by its origin, where that is of no event."""
    keyed = await connection.execute("UPDATE install SET only = 1 WHERE only != 1")
    mended = keyed.rowcount
    query = (
        "SELECT CAST(origin AS BLOB) FROM install "
        "WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.origin = install.origin)"
    )
    for (origin,) in await connection.execute_fetchall(query):
        rows = await connection.execute_fetchall("SELECT DISTINCT origin FROM event")
        known = one_bit_away(origin, [row[0] for row in rows])
        if known is not None:
            await connection.execute("UPDATE install SET origin = ?", (known,))
            mended += 1
    return mended


async def _is_taken(
    connection: aiosqlite.Connection, update: str, values: Sequence[object]
) -> bool:
    """True where the row is written; False where another has its place by now, or its page."""
    with past_damage():
        await connection.execute(update, values)
        return True
    return False
