"""Writing the views: fold one subject, replace its rows."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields

import aiosqlite

from core.facts import boot_subject
from core.log import get_log
from pipeline.store.views.clock_corrections import boots_named
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import Folded, MomentRow, PassageRow, fold, out_of_sight

from .damage import is_of_the_index
from .journal import contents_of, events_of, subjects
from .keyword_index import index_moment
from .own.vectors import own_vectors
from .views import drop_views, finish_views, make_index_anew

_BOOT = boot_subject("")
"""How the subject of an event about a boot begins."""


async def folded(connection: aiosqlite.Connection, subject: str) -> Folded:
    """What one subject comes to, by the events of the journal."""
    events = await events_of(connection, subject)
    clocks = [
        event
        for boot in sorted(boots_named(events))
        for event in await events_of(connection, boot_subject(boot))
    ]
    own = await own_vectors(connection, subject)
    rows = fold(events, await contents_of(connection, subject), clocks, own)
    return out_of_sight(rows) if await _waits(connection, subject) else rows


async def _waits(connection: aiosqlite.Connection, subject: str) -> bool:
    """True where somebody else's forget of it waits for this wearer's word."""
    query = "SELECT 1 FROM waiting_forget WHERE subject = ?"
    return bool(list(await connection.execute_fetchall(query, (subject,))))


async def refold(connection: aiosqlite.Connection, subjects: Iterable[str]) -> None:
    """Bring the rows of these subjects up to date. The caller holds the transaction.

    The keyword index is written along with the passages. Where that is damaged it is made
    anew: no word of the wearer has to wait for it.
    """
    due = [*subjects]
    await connection.execute("SAVEPOINT views")
    try:
        await _refold(connection, due)
    except sqlite3.DatabaseError as error:
        # A row of the index under a number that is not its own may be in the way, too.
        if not (is_of_the_index(error) or isinstance(error, sqlite3.IntegrityError)):
            raise
        get_log().warning("keyword_index_made_anew")
        await connection.execute("ROLLBACK TO views")
        await make_index_anew(connection)
        await _refold(connection, due)


async def _refold(connection: aiosqlite.Connection, subjects: Sequence[str]) -> None:
    for subject in subjects:
        await _refold_one(connection, subject)
    await connection.execute("RELEASE views")  # only now FTS5 writes what it has gathered


async def _refold_one(connection: aiosqlite.Connection, subject: str) -> None:
    rows = await folded(connection, subject)
    await connection.execute("DELETE FROM passage WHERE moment = ?", (subject,))
    await connection.execute("DELETE FROM moment WHERE id = ?", (subject,))
    await connection.execute("DELETE FROM interval WHERE id = ?", (subject,))
    await _write(connection, subject, rows)
    await index_moment(connection, subject)


async def refold_changed(connection: aiosqlite.Connection, changed: Iterable[str]) -> None:
    """Bring up to date what follows from events about these subjects: with a boot, what names it.

    The caller holds the transaction.
    """
    due = dict.fromkeys(changed)
    for boot in [each for each in due if each.startswith(_BOOT)]:
        due |= dict.fromkeys(await _of_boot(connection, boot.removeprefix(_BOOT)))
    await refold(connection, due)


async def refold_everything(connection: aiosqlite.Connection) -> int:
    """Drop the views and fold them anew; how many subjects there were.

    The caller holds the transaction.
    """
    await drop_views(connection)
    found = await subjects(connection)
    for subject in found:
        await _write(connection, subject, await folded(connection, subject))
    await finish_views(connection)
    return len(found)


async def _of_boot(connection: aiosqlite.Connection, boot: str) -> list[str]:
    query = (
        "SELECT id FROM moment WHERE boot = ?1 "
        "UNION ALL SELECT id FROM interval WHERE boot = ?1 OR end_boot = ?1"
    )
    return [row[0] for row in await connection.execute_fetchall(query, (boot,))]


async def _write(connection: aiosqlite.Connection, subject: str, rows: Folded) -> None:
    if rows.forgotten:
        await connection.execute("INSERT OR IGNORE INTO tombstone VALUES (?)", (subject,))
    if rows.moment is not None:
        await connection.execute(_insert("moment", MomentRow), astuple(rows.moment))
    if rows.interval is not None:
        await connection.execute(_insert("interval", IntervalRow), astuple(rows.interval))
    for passage in rows.passages:
        await connection.execute(_insert("passage", PassageRow), astuple(passage))


def _insert(table: str, row: type[MomentRow | PassageRow | IntervalRow]) -> str:
    names = [each.name for each in fields(row)]
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
