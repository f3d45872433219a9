"""The tables of the views, dropped and made anew, whatever has become of them and their indexes.

How they are made is what the migrations come to; it is not read out of the damaged file.
"""

import contextlib
import functools
import sqlite3
from dataclasses import dataclass
from typing import Any

import aiosqlite

from core.log import get_log

from .connection import transaction
from .damage import is_of_the_index, past_damage
from .keyword_index import index_everything
from .migrations import MIGRATIONS

INDEX = "passage_words"
_TABLES = ("passage", "moment", "interval", "tombstone", "moment_change")
_OF_THE_JOURNAL = ("event", "belonging")
_OF_THE_INDEX = ("data", "idx", "content", "docsize", "config")


@dataclass(frozen=True, slots=True)
class _Fresh:
    """The statements that make the views and, by name, the indexes of the journal.

    `index_rows` are the rows that an empty keyword index consists of.
    """

    made: dict[str, list[str]]
    journal_indexes: dict[str, str]
    index_rows: dict[str, list[tuple[Any, ...]]]


async def drop_views(connection: aiosqlite.Connection) -> None:
    """Put empty tables in place of the views; whoever read them before reads them whole again.

    The caller holds the transaction, writes what all subjects come to, and calls `finish_views`.
    """
    for table in _TABLES:
        await connection.execute(f"DROP TABLE IF EXISTS {table}")
    for sql in (*_fresh().made["table"], *_fresh().made["index"]):
        await connection.execute(sql)
    await connection.execute("INSERT INTO moment_change (moment, nonce) VALUES ('', random())")


async def make_indexes_anew(connection: aiosqlite.Connection) -> None:
    """The indexes of the journal: in one that is damaged, no row can be found or changed.

    Each by itself, for one that cannot be made keeps none of the others from it. The caller
    holds the transaction.
    """
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('event', 'belonging')"
    )
    there = {row[0] for row in await connection.execute_fetchall(query)}
    for name in sorted(there - _fresh().journal_indexes.keys()):
        await _whole_or_not(connection, f'REINDEX "{name}"')
    for name, sql in _fresh().journal_indexes.items():
        await _whole_or_not(connection, f"DROP INDEX IF EXISTS {name}", sql)


async def _whole_or_not(connection: aiosqlite.Connection, *statements: str) -> None:
    await connection.execute("SAVEPOINT one")
    with past_damage():
        for statement in statements:
            await connection.execute(statement)
        await connection.execute("RELEASE one")
        return
    await connection.execute("ROLLBACK TO one")


async def finish_views(connection: aiosqlite.Connection) -> None:
    """Make the keyword index of the passages that are there, and what keeps both alike."""
    await make_index_anew(connection)
    for sql in _fresh().made["trigger"]:
        await connection.execute(sql)


async def make_index_anew(connection: aiosqlite.Connection) -> None:
    """The keyword index out of the passages. Inside a transaction.

    It is emptied from below first: where what it consists of is damaged, FTS5 does not even
    open it.
    """
    for table, rows in _fresh().index_rows.items():
        await connection.execute(f"DELETE FROM {table}")
        for row in rows:
            values = ", ".join("?" * len(row))
            await connection.execute(f"INSERT INTO {table} VALUES ({values})", row)
    await connection.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')")
    await index_everything(connection)


async def scrub_index(connection: aiosqlite.Connection) -> None:
    """Leave in the keyword index no word but those of the passages that are there.

    Merging it frees the pages that still list others. One that is not that of its passages may
    list them anywhere: it is made anew.
    """
    if await _is_that_of_passages(connection):
        await connection.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('optimize')")
        return
    get_log().warning("keyword_index_made_anew")
    async with transaction(connection):
        await make_index_anew(connection)


async def _is_that_of_passages(connection: aiosqlite.Connection) -> bool:
    """True where the index lists what it should, and of no passage that is gone."""
    beyond = f"SELECT 1 FROM {INDEX}_content WHERE id NOT IN (SELECT rowid FROM passage) LIMIT 1"
    try:
        await connection.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('integrity-check')")
        return not list(await connection.execute_fetchall(beyond))
    except sqlite3.DatabaseError as error:
        if not is_of_the_index(error):
            raise
        return False


async def make_file_anew(connection: aiosqlite.Connection) -> None:
    """Write a file whose pages are damaged anew out of its rows, where all of them can be read."""
    with past_damage():
        told = list(await connection.execute_fetchall("PRAGMA integrity_check(1)"))
        if [row[0] for row in told] != ["ok"]:
            await connection.execute("VACUUM")


@functools.cache
def _fresh() -> _Fresh:
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        for migration in MIGRATIONS:
            fresh.executescript(migration)
        query = "SELECT type, tbl_name, sql, name FROM sqlite_master WHERE sql IS NOT NULL"
        everything = list(fresh.execute(query))
        made = [row[:3] for row in everything if row[1] in _TABLES]
        return _Fresh(
            {
                kind: [sql for each, _, sql in made if each == kind]
                for kind in ("table", "index", "trigger")
            },
            {
                name: sql
                for kind, table, sql, name in everything
                if kind == "index" and table in _OF_THE_JOURNAL
            },
            {
                f"{INDEX}_{name}": list(fresh.execute(f"SELECT * FROM {INDEX}_{name}"))
                for name in _OF_THE_INDEX
            },
        )
