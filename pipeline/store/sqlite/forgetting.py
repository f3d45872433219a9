"""What a forget does in the database: the bytes go, then the pages that held them.

docs/journal-format.md lists the steps. Each may be repeated after a kill.
"""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

import aiosqlite

from pipeline.store.format.events import Draft
from pipeline.store.tombstones import read_tombstones

from .connection import waiting_at_most
from .exchange.wanted import want_no_more
from .journal import all_events_of, append, is_forgotten
from .rows import refold
from .sound_rows import make_sound_of_due
from .views import scrub_index


async def unapplied(connection: aiosqlite.Connection, home: Path) -> list[str]:
    """Ids with a tombstone in the file of which the database has something left."""
    query = "SELECT 1 FROM event WHERE subject = ? LIMIT 1"
    found = []
    for moment in read_tombstones(home):
        if await is_forgotten(connection, moment):
            continue
        if list(await connection.execute_fetchall(query, (moment,))):
            found.append(moment)
    return found


async def erase(
    connection: aiosqlite.Connection, origin: str, drafted: Sequence[Draft], at_ms: int | None
) -> None:
    """The one transaction of a forget; the caller holds it."""
    for draft in drafted:
        if await is_forgotten(connection, draft.subject):
            continue
        await append(connection, origin, draft, at_ms)
        await erase_what_belongs(connection, draft.subject)
        await refold(connection, [draft.subject])
    await connection.execute("INSERT OR IGNORE INTO scrub_due VALUES (1)")


async def erase_what_belongs(connection: aiosqlite.Connection, subject: str) -> None:
    """Erase what hangs off the events of a subject; what of it is to come is wanted no more.

    By subject, and by the ids in its events: one of the two may be damaged.
    """
    await make_sound_of_due(connection, subject)
    promised = [
        each for event in await all_events_of(connection, subject) for each in event.commitments
    ]
    await connection.execute(
        "DELETE FROM belonging WHERE subject = ? OR id IN (SELECT value FROM json_each(?))",
        (subject, json.dumps(promised)),
    )
    await want_no_more(connection, promised)
    await connection.execute("DELETE FROM waiting_forget WHERE subject = ?", (subject,))
    await connection.execute("DELETE FROM own_vectors WHERE moment = ?", (subject,))


async def erase_sound(connection: aiosqlite.Connection, subject: str) -> None:
    """Erase the sound that a moment has; its file goes next. Inside a transaction."""
    await make_sound_of_due(connection, subject)
    query = "DELETE FROM belonging WHERE subject = ? AND kind = 'sound'"
    await connection.execute(query, (subject,))


async def erase_superseded(
    connection: aiosqlite.Connection, subject: str, names: Collection[str]
) -> None:
    """Erase sounds of a moment that others took the place of, by the ids of their belongings.

    Their files go next, unless something still names them. Inside a transaction.
    """
    await make_sound_of_due(connection, subject)
    query = "DELETE FROM belonging WHERE subject = ? AND id IN (SELECT value FROM json_each(?))"
    await connection.execute(query, (subject, json.dumps([*names])))


async def scrub(connection: aiosqlite.Connection, patience_ms: int) -> bool:
    """True once nothing is left of erased bytes in freed pages and in the write-ahead log.

    False while another program reads an older state: then it stays due (`scrub_due`).

    Merging the keyword index frees the pages that still list a forgotten word, and
    `secure_delete` overwrites what is freed; measured on SQLite 3.40.1, where FTS5's
    own secure-delete option does not exist yet.
    """
    if not list(await connection.execute_fetchall("SELECT 1 FROM scrub_due")):
        return True
    await scrub_index(connection)
    async with waiting_at_most(connection, patience_ms):
        is_cleared = await _log_is_cleared(connection)
    if is_cleared:
        await connection.execute("DELETE FROM scrub_due")
    return is_cleared


async def _log_is_cleared(connection: aiosqlite.Connection) -> bool:
    """Copy the write-ahead log in and truncate it; False while a reader still needs it."""
    rows = list(await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)"))
    return bool(rows) and rows[0][0] == 0
