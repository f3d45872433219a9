"""A rebuild puts one flipped bit right, wherever a hash or the journal says what was there."""

import contextlib
import random
import sqlite3
from pathlib import Path

import pytest

from core.errors import ArchiveUnusable
from core.moment import Transcript
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
    embeddings = await FakeModels().read([(Transcript(text), "Anna") for text in texts])
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


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE passage_words_config SET k = 'verrion'",
        "UPDATE passage_words_data SET block = X'00' WHERE id = 10",
        "UPDATE passage_words_content SET id = 3 WHERE id = 2",
    ],
)
async def test_what_is_kept_has_not_to_wait_for_a_damaged_index(home: Path, damage: str) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await fill(archive)
    alter(home, damage)

    async with open_archive(home, machine=b"this machine") as archive:
        kept = [typed("said later"), typed("and later")]
        await archive.append(*[drafts.moment_kept(each, author="wearer") for each in kept])
        found = await archive.connection.execute_fetchall(
            "SELECT count(*) FROM passage_words WHERE passage_words MATCH 'later'"
        )
        assert [*map(tuple, found)] == [(2,)]
        assert not any("index" in each for each in (await archive.check()).problems)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE passage SET rowid = 77 WHERE text LIKE '%siren%'",
        "UPDATE passage_words_content SET c2 = 'shren' WHERE c2 LIKE '%siren%'",
        "UPDATE passage_words_data SET block = X'00' WHERE id > 10",
    ],
)
async def test_a_forget_leaves_no_word_in_a_damaged_index(home: Path, damage: str) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await fill(archive)
    alter(home, damage)

    async with open_archive(home, machine=b"this machine") as archive:
        (moment,) = [row.id for row in await archive.moments() if "siren" in row.text]
        await archive.begin_forgetting([moment])
        await archive.erase_remains()

    assert b"siren" not in b"".join(each.read_bytes() for each in home.glob("archive.db*"))


@pytest.mark.parametrize("column", ["seq", "lamport", "hash", "origin", "payload"])
async def test_the_next_event_is_appended_to_the_last_as_it_was(home: Path, column: str) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await archive.append(drafts.moment_kept(typed("the siren"), author="wearer"))
        await archive.append(drafts.moment_kept(typed("the pill box"), author="wearer"))
    chance = random.Random(column)
    alter(home, "CREATE TABLE event_before AS SELECT * FROM event WHERE seq < 3")
    alter(home, "DELETE FROM event WHERE seq < 3")
    flip_value(archive_path(home), chance, table="event", column=column)
    alter(home, "INSERT INTO event SELECT * FROM event_before")
    alter(home, "DROP TABLE event_before")

    async with open_archive(home, machine=b"this machine") as archive:
        await archive.append(drafts.moment_kept(typed("said later"), author="wearer"))
        assert (await archive.check()).problems == []


async def test_the_name_of_the_install_is_put_right_before_anything_is_appended(
    home: Path,
) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await archive.append(drafts.moment_kept(typed("the siren"), author="wearer"))
    origin = dump(home)["install"][0][1]
    flip_value(archive_path(home), random.Random(4), table="install", column="origin")
    alter(home, "UPDATE install SET only = 3")

    async with open_archive(home, machine=b"this machine") as archive:
        await archive.append(drafts.moment_kept(typed("said later"), author="wearer"))
        assert (await archive.check()).problems == []

    assert [row[:2] for row in dump(home)["install"]] == [(1, origin)]


def alter(home: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement)
        connection.commit()


async def test_a_row_that_an_index_does_not_lead_to_is_found_again(home: Path) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await fill(archive)
    flip_in_file(home, "event_by_subject", b"-0", b"-8")

    async with open_archive(home, machine=b"this machine") as archive:
        assert any("missing from index" in each for each in (await archive.check()).problems)
        await archive.rebuild()
        assert (await archive.check()).problems == []


async def test_a_page_that_is_not_as_it_should_be_is_written_anew(home: Path) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await fill(archive)
    with archive_path(home).open("r+b") as file:
        root = root_of(home, "belonging")
        file.seek(root * PAGE_BYTES + 7)  # how many bytes lie free between the cells
        file.write(b"\x05")

    async with open_archive(home, machine=b"this machine") as archive:
        assert any("archive.db" in each for each in (await archive.check()).problems)
        await archive.rebuild()
        assert (await archive.check()).problems == []


SCHEMA_DAMAGE = [
    (b"indexmoment_by_boot", b"index\xff\xfement_by_boot"),
    (b"indexmoment_by_boot", b"ind\xe5xmoment_by_boot"),
    (b"CREATE TABLE interval (", b"CREATE TABLE interval h"),
    (b"tableeventevent", b"tabmeeventevent"),
]


def damage_schema(home: Path, there: bytes, instead: bytes) -> None:
    content = archive_path(home).read_bytes()
    assert there in content
    archive_path(home).write_bytes(content.replace(there, instead[: len(there)], 1))


@pytest.mark.parametrize(("there", "instead"), SCHEMA_DAMAGE)
async def test_what_the_file_says_of_its_tables_is_put_right(
    home: Path, there: bytes, instead: bytes
) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await fill(archive)
    before = dump(home)
    damage_schema(home, there, instead)

    async with open_archive(home, machine=b"this machine") as archive:
        assert (await archive.check()).problems == []

    assert dump(home) == before


async def test_where_more_is_damaged_there_it_is_one_sentence(home: Path) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await fill(archive)
    for there, instead in SCHEMA_DAMAGE[1:3]:
        damage_schema(home, there, instead)
    before = archive_path(home).read_bytes()

    with pytest.raises(ArchiveUnusable, match="damaged where it says what its tables are"):
        async with open_archive(home, machine=b"this machine"):
            pass

    assert archive_path(home).read_bytes() == before


async def test_a_belonging_that_cannot_be_read_stops_no_rebuild(home: Path) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await fill(archive)
        long = typed("x" * 20_000)
        await archive.append(drafts.moment_kept(long, author="wearer"))
        before = [row for row in await archive.moments() if row.id != long.id]
    with archive_path(home).open("r+b") as file:
        file.seek(overflow_of(home, b"x" * 100))
        file.write(b"\x0d\0\0\0")  # it goes on beyond the end of the file

    async with open_archive(home, machine=b"this machine") as archive:
        (mine,) = [e for e in await archive.events_of(long.id) if e.kind == "moment_kept"]
        await archive.rebuild()
        problems = (await archive.check()).problems
        assert f"The belonging {next(iter(mine.commitments))} of {long.id} is missing." in problems
        assert [row for row in await archive.moments() if row.id != long.id] == before
        await archive.append(drafts.moment_kept(typed("said later"), author="wearer"))


async def test_an_index_that_says_what_it_holds_wrongly_is_made_anew(home: Path) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        await fill(archive)
    content = archive_path(home).read_bytes()
    said = b"THEN json_extract(CAST(content"
    archive_path(home).write_bytes(content.replace(said, said.replace(b"json", b"jsmn"), 1))

    async with open_archive(home, machine=b"this machine") as archive:
        assert (await archive.check()).problems
        await archive.rebuild()
        assert (await archive.check()).problems == []


async def test_events_on_a_page_that_can_be_read_are_checked_beside_one_that_cannot(
    home: Path,
) -> None:
    async with open_archive(home, machine=b"this machine") as archive:
        for number in range(20):
            kept = typed(f"number {number}")
            await archive.append(drafts.moment_kept(kept, author="wearer"))
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection:
        query = "SELECT pageno FROM dbstat WHERE name = 'event' AND pagetype = 'leaf' ORDER BY path"
        try:
            _, middle, *_ = (row[0] for row in connection.execute(query))
        except sqlite3.OperationalError:
            pytest.skip("this SQLite has no dbstat")
    with archive_path(home).open("r+b") as file:
        file.seek((middle - 1) * PAGE_BYTES)
        file.write(b"\xff")

    async with open_archive(home, machine=b"this machine") as archive:
        report = await archive.check()
        assert 10 < report.events < 21
        assert any("missing before" in each for each in report.problems)


PAGE_BYTES = 4096


def root_of(home: Path, name: str) -> int:
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        return int(connection.execute(query, (name,)).fetchone()[0]) - 1


def flip_in_file(home: Path, table: str, text: bytes, instead: bytes) -> None:
    """Replace a text on the root page of this table or index."""
    start = root_of(home, table) * PAGE_BYTES
    content = archive_path(home).read_bytes()
    page = content[start : start + PAGE_BYTES]
    assert text in page
    altered = page.replace(text, instead, 1)
    archive_path(home).write_bytes(content[:start] + altered + content[start + PAGE_BYTES :])


def overflow_of(home: Path, text: bytes) -> int:
    """Where a page begins that is full of this text, and is not the last of it."""
    content = archive_path(home).read_bytes()
    for start in range(0, len(content), PAGE_BYTES):
        page = content[start : start + PAGE_BYTES]
        if page[4:].startswith(text) and page[:4] != bytes(4):
            return start
    raise AssertionError(text)
