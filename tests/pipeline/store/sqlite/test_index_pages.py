"""Every page of a real keyword index is found, until an entry is damaged."""

import contextlib
import random
import sqlite3
from collections.abc import Iterator

import pytest

from pipeline.store.sqlite.index_pages import Entry, is_found
from pipeline.store.sqlite.migrations import MIGRATIONS

PASSAGES = 600


@pytest.fixture
def index() -> Iterator[sqlite3.Connection]:
    """An index that was grown, thinned out and partly merged, as one of a year is."""
    chance = random.Random(3)
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        for migration in MIGRATIONS:
            connection.executescript(migration)
        for number in range(PASSAGES):
            text = " ".join(f"w{chance.randrange(20_000)}" for _ in range(40))
            added = connection.execute(
                "INSERT INTO passage (moment, position, speaker, date_words, text) "
                "VALUES (?, 0, 'Anna', 'monday', ?)",
                (str(number), text),
            )
            connection.execute(
                "INSERT INTO passage_words (rowid, speaker, date_words, text) "
                "VALUES (?, 'anna', 'monday', ?)",
                (added.lastrowid, text),
            )
            if number % 5 == 0:
                connection.execute("DELETE FROM passage WHERE moment = ?", (str(number // 2),))
            if number % 40 == 0:
                connection.commit()
        connection.commit()
        yield connection


def entries_of(index: sqlite3.Connection) -> list[Entry]:
    return list(index.execute("SELECT segid, term, pgno FROM passage_words_idx"))


def records_of(index: sqlite3.Connection) -> list[tuple[int, bytes]]:
    return list(index.execute("SELECT id, block FROM passage_words_data"))


def test_every_page_of_an_index_is_found(index: sqlite3.Connection) -> None:
    assert len(entries_of(index)) > 20
    assert is_found(entries_of(index), records_of(index))

    for command in ("merge", "optimize", "rebuild"):
        index.execute("INSERT INTO passage_words (passage_words, rank) VALUES (?, 50)", (command,))
        index.commit()
        assert is_found(entries_of(index), records_of(index))


def test_an_entry_that_leads_elsewhere_is_seen(index: sqlite3.Connection) -> None:
    index.execute("INSERT INTO passage_words (passage_words) VALUES ('optimize')")
    entries, records = entries_of(index), records_of(index)
    segment, word, page = entries[3]

    for other in (
        (segment + 4, word, page),
        (segment, b"0" + word[1:-1] + b"~", page),
        (segment, word, page + 4_000),
    ):
        assert not is_found([*entries[:3], other, *entries[4:]], records)
    assert not is_found([*entries[:3], *entries[4:]], records)
    assert not is_found(entries, [*records[:-1]])


def test_a_page_that_makes_no_sense_is_no_error() -> None:
    for page in (b"", b"\0", b"\0\0\0\4\xff\xff", b"\xff" * 30):
        assert not is_found([(1, b"0a", 2)], [((1 << 37) + 1, page)])
