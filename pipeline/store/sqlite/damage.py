"""What SQLite says where the file is damaged, told from what a disk or another program does."""

import contextlib
import sqlite3
from collections.abc import Iterator

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
