"""A rebuild puts one flipped bit right, wherever a hash or the journal says what was there."""

import contextlib
import random
import sqlite3
from pathlib import Path

import pytest

from pipeline.fakes import FakeModels
from pipeline.store.format import drafts
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.connection import archive_path
from tests.contracts.stores import typed
from tests.journeys.flips.bits import flip_value

Dump = dict[str, list[tuple[object, ...]]]

JOURNAL = ("event", "belonging", "moment", "passage", "interval", "tombstone")
FLIPPED = [
    ("event", "origin"),
    ("event", "seq"),
    ("event", "lamport"),
    ("event", "at_ms"),
    ("event", "author"),
    ("event", "kind"),
    ("event", "version"),
    ("event", "subject"),
    ("event", "payload"),
    ("event", "previous_hash"),
    ("event", "hash"),
    ("belonging", "id"),
    ("belonging", "origin"),
    ("belonging", "seq"),
    ("belonging", "kind"),
    ("belonging", "subject"),
    ("belonging", "salt"),
    ("belonging", "content"),
    ("install", "origin"),
    ("moment", ""),
    ("passage", ""),
    ("tombstone", ""),
    ("passage_words_data", ""),
    ("passage_words_idx", ""),
    ("passage_words_content", ""),
    ("passage_words_docsize", ""),
    ("passage_words_config", ""),
]


async def fill(archive: SqliteArchive) -> None:
    texts = ("the pill box", "the siren, once more", "soon gone")
    embeddings = await FakeModels().read([(text, "Anna") for text in texts])
    moments = []
    for text, embedding in zip(texts, embeddings, strict=True):
        kept = typed(text, speaker="Anna")
        moments.append(kept.id)
        assert embedding is not None
        await archive.append(
            drafts.moment_kept(kept, author="wearer"), drafts.moment_embedded(kept.id, embedding)
        )
    await archive.begin_forgetting(moments[-1:])


def dump(home: Path) -> Dump:
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection:
        connection.text_factory = bytes
        whole = {
            table: [*connection.execute(f"SELECT * FROM {table}")]
            for table in (*JOURNAL, "install")
        }
    whole["passage"] = [row[1:] for row in whole["passage"]]  # a rowid is no part of a view
    return {table: sorted(rows) for table, rows in whole.items()}


@pytest.mark.parametrize(("table", "column"), FLIPPED, ids=[".".join(each) for each in FLIPPED])
async def test_a_flipped_bit_is_named_and_put_right(home: Path, table: str, column: str) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await fill(archive)
    before = dump(home)
    flip_value(archive_path(home), random.Random(f"{table}{column}"), table=table, column=column)

    async with open_archive(home, machine=b"this machine") as archive:
        assert (await archive.check()).problems
        await archive.rebuild()
        assert (await archive.check()).problems == []

    assert dump(home) == before
