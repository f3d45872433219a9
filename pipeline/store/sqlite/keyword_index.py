"""Filling the keyword index: the words of each passage, as search asks for them."""

import sqlite3
from collections.abc import Iterable

import aiosqlite

from core.log import get_log
from core.text.words import index_text

AT_ONCE = 5_000
"""Passages between two lines of the log, while all are indexed."""

# What was heard where a name of the wearer stands is found as well as the name.
_TEXT = "iif(heard_as = '', text, text || ' ' || heard_as)"
_PASSAGES = f"SELECT rowid, speaker, date_words, {_TEXT} FROM passage"
_INSERT = "INSERT INTO passage_words (rowid, speaker, date_words, text) VALUES (?, ?, ?, ?)"

Row = tuple[int, str, str, str]
"""The rowid of a passage; its speaker, date in words, and text with what was heard else."""


def as_indexed(row: Row) -> Row:
    """What the index holds of a passage."""
    rowid, *texts = row
    speaker, date_words, text = map(index_text, texts)
    return rowid, speaker, date_words, text


async def index_moment(connection: aiosqlite.Connection, moment: str) -> None:
    """Add the passages of a moment that has none there. The caller holds the transaction."""
    rows = await connection.execute_fetchall(f"{_PASSAGES} WHERE moment = ?", (moment,))
    await _add(connection, rows)


async def index_everything(connection: aiosqlite.Connection) -> None:
    """Fill the empty index with all passages. The caller holds the transaction.

    A hundred thousand take half a minute on a small machine, so the log says how far it is.
    """
    ((passages,),) = await connection.execute_fetchall("SELECT count(*) FROM passage")
    query = f"{_PASSAGES} WHERE rowid > ? ORDER BY rowid LIMIT ?"
    last, done = -1, 0
    while rows := list(await connection.execute_fetchall(query, (last, AT_ONCE))):
        await _add(connection, rows)
        last, done = rows[-1][0], done + len(rows)
        if passages > AT_ONCE:
            get_log().warning("index_being_filled", passages=done, of=passages)


async def _add(connection: aiosqlite.Connection, rows: Iterable[sqlite3.Row]) -> None:
    await connection.executemany(_INSERT, [as_indexed(tuple(row)) for row in rows])


async def count_differing(connection: aiosqlite.Connection) -> int:
    """How many passages the index has otherwise than it should, has not, or has beyond them."""
    passages = await connection.execute_fetchall(_PASSAGES)
    indexed = await connection.execute_fetchall(
        "SELECT rowid, speaker, date_words, text FROM passage_words"
    )
    should_be = {as_indexed(tuple(row)) for row in passages}
    return len({row[0] for row in should_be ^ {tuple(row) for row in indexed}})
