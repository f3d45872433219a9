"""What SQLite says where the file is damaged, told from what a disk or another program does."""

import contextlib
import functools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from core.log import get_log

from .migrations import MIGRATIONS

_OF_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_ERROR,  # a table or an index that has lost its name, a format unknown
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_FORMAT,
        sqlite3.SQLITE_NOTADB,
    }
)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """True where the file itself is at fault, and no other program, no full or missing disk."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_DAMAGE


def is_of_the_index(error: sqlite3.DatabaseError) -> bool:
    """True where the keyword index is damaged, and not the table of its passages."""
    damaged = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CORRUPT_VTAB
    return damaged or "passage_words" in str(error) or "fts5" in str(error)


def is_of_the_schema(error: UnicodeDecodeError) -> bool:
    """True where it is SQLite's own message that is no text: it quotes a damaged name."""
    return b"malformed" in error.object


@contextlib.contextmanager
def past_damage() -> Iterator[None]:
    """Goes on behind the block where what it reads or writes is damaged; `check` names that."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise


READABLE_TEXT = functools.partial(str, encoding="utf-8", errors="replace")
"""How text is read. By itself, SQLite's module refuses a row with one damaged character, in an
error that quotes the text."""

_Made = tuple[str, str, str, str | None]
"""A row of the schema without its page: type, name, table and statement."""

_SCHEMA = "SELECT type, name, tbl_name, sql, rowid FROM sqlite_master"


def mend_schema(archive: Path) -> None:
    """Put right what the file says of its tables, where only one row of that is damaged.

    Until then SQLite opens nothing at all. Every archive of a version has the same rows there,
    but for the pages that they name: where all but one are as the migrations have them, that
    one is known, too. Otherwise it is left, for whoever opens it next to be told.
    """
    with contextlib.suppress(sqlite3.DatabaseError, UnicodeDecodeError):
        if _is_schema_damaged(archive):
            _mend_schema(archive)


def _is_schema_damaged(archive: Path) -> bool:
    with contextlib.closing(sqlite3.connect(archive)) as connection:
        try:
            connection.execute("SELECT 1 FROM event LIMIT 1")
        except UnicodeDecodeError:
            return True
        except sqlite3.DatabaseError as error:
            return is_damage(error)
    return False


def _mend_schema(archive: Path) -> None:
    with contextlib.closing(sqlite3.connect(archive, isolation_level=None)) as connection:
        connection.text_factory = READABLE_TEXT
        rows = _read_despite_damage(connection)
        ((version,),) = connection.execute("PRAGMA user_version")
        damaged = [row for row in rows if row[:4] not in _made()]
        missing = [*(_made() - {row[:4] for row in rows})]
        if version != len(MIGRATIONS) or len(damaged) != 1 or len(missing) != 1:
            return
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE sqlite_master SET type = ?, name = ?, tbl_name = ?, sql = ? WHERE rowid = ?",
            (*missing[0], damaged[0][4]),
        )
        ((cookie,),) = connection.execute("PRAGMA schema_version")
        connection.execute(f"PRAGMA schema_version = {cookie + 1}")  # others read it anew
        connection.execute("COMMIT")
    get_log().warning("schema_put_right")


def _read_despite_damage(
    connection: sqlite3.Connection,
) -> list[tuple[str, str, str, str | None, int]]:
    """The rows of the schema: whoever may write it may read it, too, but not at the first try."""
    connection.execute("PRAGMA writable_schema = ON")
    with contextlib.suppress(sqlite3.DatabaseError, UnicodeDecodeError):
        return list(connection.execute(_SCHEMA))
    return list(connection.execute(_SCHEMA))


@functools.cache
def _made() -> frozenset[_Made]:
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        for migration in MIGRATIONS:
            fresh.executescript(migration)
        return frozenset(row[:4] for row in fresh.execute(_SCHEMA))
