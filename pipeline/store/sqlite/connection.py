"""Opening the archive: one careful writer, readers that cannot write, errors that help."""

import asyncio
import contextlib
import errno
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import aiosqlite

from core.checks import Check
from core.errors import ArchiveUnusable
from core.files import why_no_file
from pipeline.store.restoring import settle

from .damage import READABLE_TEXT, is_damage, is_of_the_index, is_of_the_schema, mend_schema
from .doubt import doubt_of, is_nothing
from .keyword_index import index_everything
from .migrations import APPLICATION_ID, MIGRATIONS, REINDEXED_BY

BUSY_TIMEOUT_MS = 10_000
"""Writers are short (one transaction each), so one that waits this long waits for a stuck one."""


def archive_path(home: Path) -> Path:
    return home / "archive.db"


def sqlite_check() -> Check:
    """True where this Python's SQLite can do what the archive needs."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(a)")
        except sqlite3.OperationalError:
            sentence = "This Python's SQLite has no full-text search."
            return Check("sqlite", "fail", sentence, "Install Debian's python3, whose SQLite has.")
    return Check("sqlite", "ok", f"SQLite {sqlite3.sqlite_version} with full-text search.")


@contextlib.asynccontextmanager
async def open_writer(home: Path, *, as_it_is: bool = False) -> AsyncIterator[aiosqlite.Connection]:
    """The archive of `home` for writing, made and migrated as needed.

    Raises ArchiveUnusable: read-only, of a newer version, damaged, disk full; ArchiveInDoubt
    where it is not the one that was last written here, unless it is to be taken as it is.
    """
    path = archive_path(home)
    with understood(home):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        settle(home)
        _must_be_a_file(path)
        _must_be_writable(home)
        if not is_nothing(path):
            await asyncio.to_thread(mend_schema, path)
        elif not as_it_is:
            await _must_be_believed(path, None)
        async with connected(path) as connection:
            await connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            if not as_it_is:
                await _must_be_believed(path, connection)
            await _prepare_writer(connection, home)
            yield connection


@contextlib.asynccontextmanager
async def open_reader(home: Path) -> AsyncIterator[aiosqlite.Connection]:
    """The archive of `home` for reading only; an empty one in memory where none exists yet."""
    path = archive_path(home)
    with understood(home):
        if home.exists() and not home.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(home))
        settle(home, only_ready=True)
        _must_be_a_file(path)
    if is_nothing(path):
        async with _empty(home) as connection:
            yield connection
        return
    with understood(home):
        async with connected(_reader_uri(path), uri=True) as reader:
            await reader.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            await _refuse_newer(reader, home)
            version = await _user_version(reader)
            if version == 0 and await _has_no_table(reader):  # somebody is just making it
                async with _empty(home) as connection:
                    yield connection
                return
            if version < len(MIGRATIONS):
                sentence = f"The archive in {home} was written by an older version."
                raise ArchiveUnusable(
                    sentence,
                    advice="Run `afterthought check` once: it brings the archive up to date.",
                )
            yield reader


@contextlib.asynccontextmanager
async def _empty(home: Path) -> AsyncIterator[aiosqlite.Connection]:
    async with connected(":memory:") as connection:
        await migrate(connection, home)
        yield connection


async def _has_no_table(connection: aiosqlite.Connection) -> bool:
    return not list(await connection.execute_fetchall("SELECT 1 FROM sqlite_schema LIMIT 1"))


@contextlib.asynccontextmanager
async def connected(
    database: str | Path, *, uri: bool = False
) -> AsyncIterator[aiosqlite.Connection]:
    """Any database, as ours are read; nothing is looked at yet."""
    async with aiosqlite.connect(database, uri=uri, isolation_level=None) as connection:
        connection.text_factory = READABLE_TEXT
        # A sort of many rows would go through a temporary file, with words in it.
        await connection.execute("PRAGMA temp_store = MEMORY")
        yield connection


@contextlib.asynccontextmanager
async def transaction(connection: aiosqlite.Connection) -> AsyncIterator[None]:
    """A transaction: all of it is stored, or none of it."""
    await connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        await connection.rollback()
        raise
    await connection.commit()


async def hold_few_pages(connection: aiosqlite.Connection) -> None:
    """Read pages from the kernel's cache again rather than hold 2 MB of them in this process."""
    await connection.execute("PRAGMA cache_size = -256")


@contextlib.asynccontextmanager
async def waiting_at_most(
    connection: aiosqlite.Connection, patience_ms: int
) -> AsyncIterator[None]:
    """Within it, the connection waits no longer than this for others, readers among them."""
    await connection.execute(f"PRAGMA busy_timeout = {patience_ms}")
    try:
        yield
    finally:
        await connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


async def migrate(connection: aiosqlite.Connection, home: Path) -> None:
    """Bring the schema up to date in one transaction: no reader ever meets a part of it."""
    await _refuse_newer(connection, home)
    version = await _user_version(connection)
    if version == len(MIGRATIONS):
        return
    try:
        await connection.executescript(f"BEGIN IMMEDIATE; {''.join(MIGRATIONS[version:])}")
        if any(number > version for number in REINDEXED_BY):
            await index_everything(connection)
        await connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        await connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        await connection.commit()
    except sqlite3.OperationalError:
        await connection.rollback()
        if await _user_version(connection) < len(MIGRATIONS):  # not merely done by another process
            raise


@contextlib.contextmanager
def understood(home: Path) -> Iterator[None]:
    """Turns what SQLite and the file system say into a sentence with a next step."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _explained(home, error) from error
    except UnicodeDecodeError as error:
        if not is_of_the_schema(error):
            raise
        sentence, advice = _NO_TABLES
        raise ArchiveUnusable(f"{sentence}: {home}.", advice=advice) from error
    except OSError as error:
        if error.errno not in _FILE_SENTENCES:
            raise
        sentence, advice = _FILE_SENTENCES[error.errno]
        raise ArchiveUnusable(f"{sentence}: {home}.", advice=advice) from error


_READ_ONLY = (
    "The archive cannot be written",
    "Check who owns the folder and whether its disk is mounted read-only. Nothing was changed.",
)
_FULL = (
    "The disk of the archive is full",
    "Free some space and try again. What was confirmed before is safe.",
)
_COPY_FIRST = (
    "Copy the folder to a safe place first. Then `afterthought check` names what is damaged, "
    "and `afterthought rebuild` mends what it can."
)
_DAMAGED = ("The archive is damaged", _COPY_FIRST)
_PUT_A_BACKUP = (
    "Stop Afterthought, move archive.db and its -wal and -shm file away, and put a backup in "
    "their place; where there is none, run `afterthought rebuild --as-it-is` then."
)
_REBUILD_OR_BACKUP = (
    "Copy the folder to a safe place first. `afterthought rebuild` mends what it can; where it "
    "says this again, stop Afterthought and put a backup in place of archive.db."
)
_NO_TABLES = ("The archive is damaged where it says what its tables are", _REBUILD_OR_BACKUP)
_NO_ARCHIVE = ("The file archive.db is not an archive", _PUT_A_BACKUP)
_INDEX_DAMAGED = (
    "The keyword index of the archive is damaged",
    "`afterthought rebuild` makes it anew. No word of yours is lost.",
)
_FILE_SENTENCES = {
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: (
        "A file of the archive would grow larger than its disk or a limit allows",
        "Keep it in shorter pieces, or raise the limit (`ulimit -f`). Nothing of it was kept.",
    ),
    errno.ENOTDIR: ("The home of the archive is not a folder", "Name a folder with --home."),
    errno.EEXIST: ("The home of the archive is not a folder", "Name a folder with --home."),
}
_SQLITE_SENTENCES = {
    "readonly": _READ_ONLY,
    "unable to open": _READ_ONLY,
    "is full": _FULL,
    "disk I/O error": (
        "The disk of the archive cannot be read or written",
        "Check that it is connected and has space; `dmesg` may say more.",
    ),
    "locked": (
        "Another program has held the archive for too long",
        "Try again once it is done.",
    ),
    "not a database": _NO_ARCHIVE,
    "malformed database schema": _NO_TABLES,
    "malformed": _DAMAGED,
}


def _explained(home: Path, error: sqlite3.DatabaseError) -> Exception:
    if is_of_the_index(error) and "schema" not in str(error):
        sentence, advice = _INDEX_DAMAGED
        return ArchiveUnusable(f"{sentence}: {home}.", advice=advice)
    for told, (sentence, advice) in _SQLITE_SENTENCES.items():
        if told in str(error):
            return ArchiveUnusable(f"{sentence}: {home}.", advice=advice)
    if is_damage(error):
        sentence, advice = _DAMAGED
        return ArchiveUnusable(f"{sentence}: {home}.", advice=advice)
    return error


def _must_be_a_file(path: Path) -> None:
    """SQLite waits for ever at a pipe. Raises ArchiveUnusable."""
    what = why_no_file(path)
    if what is not None:
        sentence = f"{path} is no archive: {what}."
        raise ArchiveUnusable(sentence, advice=_PUT_A_BACKUP)


def _must_be_writable(home: Path) -> None:
    """SQLite would open a read-only archive and fail only later, with half an act done."""
    path = archive_path(home)
    for each in (home, path):
        if each.exists() and not os.access(each, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(each))


def _reader_uri(path: Path) -> str:
    """Read-only; in a folder that cannot be written there is no journal beside it to mind."""
    beside = path.with_name("archive.db-wal")
    frozen = not os.access(path.parent, os.W_OK) and not beside.exists()
    return f"file:{quote(str(path))}?mode=ro{'&immutable=1' if frozen else ''}"


async def _must_be_believed(path: Path, connection: aiosqlite.Connection | None) -> None:
    doubt = await doubt_of(path, connection)
    if doubt is not None:
        raise doubt


async def _prepare_writer(connection: aiosqlite.Connection, home: Path) -> None:
    # synchronous=FULL: a spool file goes after the commit, so less would lose confirmed
    # moments at a power cut.
    await connection.execute("PRAGMA journal_mode = WAL")
    await connection.execute("PRAGMA synchronous = FULL")
    await connection.execute("PRAGMA foreign_keys = ON")
    await connection.execute("PRAGMA secure_delete = ON")
    await migrate(connection, home)


async def _user_version(connection: aiosqlite.Connection) -> int:
    async with connection.execute("PRAGMA user_version") as rows:
        row = await rows.fetchone()
    return int(row[0]) if row else 0


async def _refuse_newer(connection: aiosqlite.Connection, home: Path) -> None:
    version = await _user_version(connection)
    if version > len(MIGRATIONS):
        sentence = (
            f"The archive in {home} is of version {version}; "
            f"this program knows up to {len(MIGRATIONS)}."
        )
        raise ArchiveUnusable(
            sentence,
            advice="Update Afterthought to the version that wrote it. Nothing was changed.",
        )
