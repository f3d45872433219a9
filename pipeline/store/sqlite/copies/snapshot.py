"""A copy of the database as it is at one instant, whoever writes meanwhile."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiosqlite

from pipeline.store.format.readable import is_sha256
from pipeline.store.port import Report
from pipeline.store.sqlite.check import check_archive
from pipeline.store.sqlite.connection import connected
from pipeline.store.sqlite.damage import is_damage, past_damage
from pipeline.store.sqlite.exchange.away import sounds_away
from pipeline.store.sqlite.exchange.shown import names_of
from pipeline.store.sqlite.exchange.to_come import sounds_to_come
from pipeline.store.sqlite.forgetting import scrub
from pipeline.store.sqlite.journal import event_at
from pipeline.store.sqlite.reader import SqliteReader
from pipeline.store.sqlite.sound_rows import referenced


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is in a copy: the last seq and hash of each line, and how much there is.

    `sounds` are the hashes that it names, None where it is too damaged to say; `to_come` those
    among them that a peer has and that are not here yet; `away`, by the name of who keeps it, what
    has left.
    """

    archive_version: int = 0
    lines: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    events: int = 0
    moments: int = 0
    sounds: frozenset[str] | None = None
    to_come: frozenset[str] = frozenset()
    away: Mapping[str, str] = field(default_factory=dict)


async def size_of(reader: SqliteReader) -> int:
    """How many bytes a copy of the database takes."""
    ((pages,),) = await reader.connection.execute_fetchall("PRAGMA page_count")
    ((page_bytes,),) = await reader.connection.execute_fetchall("PRAGMA page_size")
    return int(pages) * int(page_bytes)


async def copy_database(reader: SqliteReader, target: Path) -> None:
    """Copy the database into a file, page by page, damaged ones too.

    All of it is of one instant, and nobody who writes waits for it. What a forget has still to
    clear from the pages is cleared in the copy. Raises OSError where the copy's disk refuses.
    """
    with _disk_of(target), contextlib.closing(_made(target)) as copy:
        await reader.connection.execute("BEGIN")
        try:
            await reader.connection.execute_fetchall("SELECT 1 FROM sqlite_schema LIMIT 1")
            await reader.connection.backup(copy)
        finally:
            await reader.connection.rollback()
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
    with _disk_of(target), past_damage():
        async with _opened(target) as connection:
            await scrub(connection, 0)


async def described(reader: SqliteReader) -> Snapshot:
    """What is in an archive or a copy of one, as far as it can be read."""
    with past_damage():
        return await _described(reader)
    return Snapshot()


async def _described(reader: SqliteReader) -> Snapshot:
    connection = reader.connection
    ((version,),) = await connection.execute_fetchall("PRAGMA user_version")
    query = (
        "SELECT origin, seq, hash FROM event "
        "WHERE (origin, seq) IN (SELECT origin, max(seq) FROM event GROUP BY origin)"
    )
    lines = {
        str(origin): (int(seq), sha256.hex())
        for origin, seq, sha256 in await connection.execute_fetchall(query)
        if isinstance(sha256, bytes)
    }
    ((events,),) = await connection.execute_fetchall("SELECT count(*) FROM event")
    ((moments,),) = await connection.execute_fetchall("SELECT count(*) FROM moment")
    to_come = frozenset(await sounds_to_come(connection))
    away = await _away(connection)
    sounds = await named_sounds(reader)
    return Snapshot(int(version), lines, int(events), int(moments), sounds, to_come, away)


async def _away(connection: aiosqlite.Connection) -> dict[str, str]:
    """By hash the name of who keeps it. What the keeper lost is missing."""
    found = {
        sha256: each for sha256, each in (await sounds_away(connection)).items() if not each.is_lost
    }
    names = await names_of(connection, {each.key for each in found.values()})
    return {sha256: names[each.key] for sha256, each in found.items()}


async def named_sounds(reader: SqliteReader) -> frozenset[str] | None:
    """The sounds that this archive names; None where it is too damaged to say."""
    try:
        return frozenset(filter(is_sha256, await referenced(reader.connection)))
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return None


async def held(reader: SqliteReader, lines: Mapping[str, tuple[int, str]]) -> frozenset[str]:
    """Of these ends of lines, the origins of those that this archive holds, as they are there."""
    found = set()
    with past_damage():
        for origin, (seq, sha256) in lines.items():
            event = await event_at(reader.connection, origin, seq)
            if event is not None and event.hash.hex() == sha256:
                found.add(origin)
    return frozenset(found)


async def check_copy(copy: Path) -> Report:
    """As `check`, of a copy without its sounds."""
    async with _opened(copy) as connection:
        return await check_archive(SqliteReader(connection, copy.parent), with_sounds=False)


@contextlib.asynccontextmanager
async def reading(copy: Path) -> AsyncIterator[SqliteReader]:
    """A copy to be asked."""
    async with _opened(copy) as connection:
        yield SqliteReader(connection, copy.parent)


def _made(target: Path) -> sqlite3.Connection:
    copy = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
    copy.execute("PRAGMA synchronous = OFF")  # it is read again as a whole
    return copy


@contextlib.asynccontextmanager
async def _opened(copy: Path) -> AsyncIterator[aiosqlite.Connection]:
    async with connected(copy) as connection:
        await connection.execute("PRAGMA synchronous = OFF")
        await connection.execute("PRAGMA secure_delete = ON")
        yield connection


@contextlib.contextmanager
def _disk_of(target: Path) -> Iterator[None]:
    """Tells a disk that takes no more of the copy from what is wrong with the archive."""
    try:
        yield
    except sqlite3.OperationalError as error:
        codes = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR_WRITE: errno.EIO}
        number = codes.get(error.sqlite_errorcode)
        if number is None:
            raise
        raise OSError(number, os.strerror(number), str(target)) from error
