"""One bit of an archive flipped: in a value of any table, through SQL, or in the file itself."""

import contextlib
import random
import sqlite3
from dataclasses import dataclass
from pathlib import Path

_HALF = 1 << 63
"""Of the numbers that SQLite has."""

_WHOSE = {
    "event": "subject",
    "belonging": "subject",
    "tombstone": "subject",
    "moment": "id",
    "interval": "id",
    "passage": "moment",
}
"""The column that says what a row is about."""

_KEYS = {"passage_words_idx": ("segid", "term"), "passage_words_config": ("k",)}
"""The tables without a rowid."""


@dataclass(frozen=True, slots=True)
class Flip:
    """What was flipped: a column of a table, or a place of the file; and what it was about.

    `subject` is the moment, gap or boot whose row it was; None where it was nobody's.
    """

    table: str
    where: str
    subject: str | None = None


def flip_somewhere(archive: Path, chance: random.Random) -> Flip:
    """Half of the time in a value, every table alike; half of the time in the file."""
    return flip_value(archive, chance) if chance.random() < 0.5 else flip_file(archive, chance)


def flip_file(archive: Path, chance: random.Random) -> Flip:
    """Flip a bit anywhere in the file."""
    place, bit = chance.randrange(archive.stat().st_size), chance.randrange(8)
    with archive.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ (1 << bit)]))
    return Flip("the file", f"byte {place}, bit {bit}")


def flip_value(archive: Path, chance: random.Random, *, table: str = "", column: str = "") -> Flip:
    """Flip a bit of a value, of this table and column where they are named."""
    with contextlib.closing(sqlite3.connect(archive)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        while True:
            which = table or chance.choice(tables(connection))
            flip = _try_flip(connection, chance, which, column)
            if flip is not None:
                connection.commit()
                return flip


def tables(connection: sqlite3.Connection) -> list[str]:
    """Every table that has a row, those of the keyword index too."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    names = sorted(row[0] for row in connection.execute(query))
    return [each for each in names if _count(connection, each)]


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _try_flip(
    connection: sqlite3.Connection, chance: random.Random, table: str, column: str
) -> Flip | None:
    """None where there is no bit in that value, or another row is as this one would be."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    column, place = column or chance.choice(columns), chance.randrange(_count(connection, table))
    key = ", ".join(_KEYS.get(table, ("rowid",)))
    row = f"({key}) = (SELECT {key} FROM {table} LIMIT 1 OFFSET {place})"
    raw = f"CASE typeof({column}) WHEN 'text' THEN CAST({column} AS BLOB) ELSE {column} END"
    query = f"SELECT typeof({column}), {raw}, {_WHOSE.get(table, 'NULL')} FROM {table} WHERE {row}"
    kind, value, subject = connection.execute(query).fetchone()
    if value is None or value == b"":
        return None
    new = "CAST(? AS TEXT)" if kind == "text" else "?"
    try:
        query = f"UPDATE {table} SET {column} = {new} WHERE {row}"
        connection.execute(query, (flipped(value, chance),))
    except sqlite3.IntegrityError:
        return None
    return Flip(table, f"{table}.{column}", subject)


def flipped(value: bytes | int, chance: random.Random) -> bytes | int:
    """The value with one bit of it the other way."""
    if isinstance(value, int):
        number = value ^ (1 << chance.randrange(64))
        return (number + _HALF) % (2 * _HALF) - _HALF
    whole = bytearray(value)
    whole[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
    return bytes(whole)
