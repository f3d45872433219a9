"""Writing the views: fold one subject, replace its rows."""

from dataclasses import astuple, fields

import aiosqlite

from pipeline.store.journal import contents_of, events_of

from .moments import Folded, MomentRow, PassageRow, fold

_VIEW_TABLES = ("passage", "moment", "tombstone")


async def refold(connection: aiosqlite.Connection, subject: str) -> Folded:
    """Bring the rows of one subject up to date. The caller holds the transaction."""
    events = await events_of(connection, subject)
    folded = fold(events, await contents_of(connection, subject))
    await connection.execute("DELETE FROM passage WHERE moment = ?", (subject,))
    await connection.execute("DELETE FROM moment WHERE id = ?", (subject,))
    await _write(connection, subject, folded)
    return folded


async def refold_everything(connection: aiosqlite.Connection) -> int:
    """Drop all rows of the views and fold them anew; how many subjects there were."""
    for table in _VIEW_TABLES:
        await connection.execute(f"DELETE FROM {table}")
    query = "SELECT DISTINCT subject FROM event ORDER BY subject"
    subjects = [row[0] for row in await connection.execute_fetchall(query)]
    for subject in subjects:
        await refold(connection, subject)
    return len(subjects)


async def _write(connection: aiosqlite.Connection, subject: str, folded: Folded) -> None:
    if folded.forgotten:
        await connection.execute("INSERT OR IGNORE INTO tombstone VALUES (?)", (subject,))
    if folded.moment is not None:
        await connection.execute(_insert("moment", MomentRow), astuple(folded.moment))
    for passage in folded.passages:
        await connection.execute(_insert("passage", PassageRow), astuple(passage))


def _insert(table: str, row: type[MomentRow | PassageRow]) -> str:
    names = [each.name for each in fields(row)]
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
