"""The rows of an archive as they lie in the file, one by one: whatever can be read of it."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

Row = tuple[object, ...]
Rows = Mapping[str, Mapping[int, Row]]
"""By table and rowid; texts as bytes."""

WHOSE = {
    "event": "subject",
    "belonging": "subject",
    "tombstone": "subject",
    "moment": "id",
    "interval": "id",
    "passage": "moment",
}
"""The tables whose rows are about something, and the column that says about what."""

JOURNAL = ("event", "belonging")


def read_rows(archive: Path) -> Rows:
    """What can be read by its rowid, each row by itself, up to far beyond the last."""
    with contextlib.closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        return {table: dict(_rows(connection, table)) for table in WHOSE}


def whose(rows: Rows) -> dict[tuple[str, int], str]:
    """What each row is about."""
    place = {"event": 7, "belonging": 4, "tombstone": 0, "moment": 0, "interval": 0, "passage": 1}
    return {
        (table, rowid): name.decode(errors="replace")
        for table, found in rows.items()
        for rowid, row in found.items()
        for name in [row[place[table]]]
        if isinstance(name, bytes)
    }


def sounds_of(rows: Rows, moments: AbstractSet[str]) -> set[str]:
    """The hashes of the sounds that the rows of these moments name."""
    return {
        sound.decode()
        for name, *rest in rows["moment"].values()
        for sound in [rest[15]]
        if isinstance(name, bytes) and name.decode() in moments and isinstance(sound, bytes)
    }


def hurt(before: Rows, after: Rows) -> set[str]:
    """What the rows are about that differ, as it was named before."""
    about = whose(before)
    return {
        about[table, rowid]
        for table, found in before.items()
        for rowid, row in found.items()
        if after[table].get(rowid) != row
    }


def says_the_same(before: Rows, after: Rows) -> bool:
    """True where all rows hold the same, though views were written anew under new rowids."""
    return all(_contents(before, table) == _contents(after, table) for table in WHOSE)


def _contents(rows: Rows, table: str) -> Counter[Row]:
    own_rowid = 1 if table == "passage" else 0  # the only one that has it as a column
    return Counter(row[own_rowid:] for row in rows[table].values())


def journal_of(rows: Rows, whole: Rows) -> set[Row]:
    """The rows of the journal, and what hangs off them, that are as they were in `whole`."""
    intact = {(table, row) for table in JOURNAL for row in whole[table].values()}
    return {row for table in JOURNAL for row in rows[table].values() if (table, row) in intact}


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[tuple[int, Row]]:
    for rowid in range(1, 400):
        with contextlib.suppress(sqlite3.DatabaseError):
            found = connection.execute(
                f"SELECT * FROM {table} WHERE rowid = ?", (rowid,)
            ).fetchone()
            if found is not None:
                yield rowid, found
