"""A journal is compared with what was last noted of it, and with what lies beside it."""

import contextlib
import os
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.errors import ArchiveInDoubt
from pipeline.store.format import drafts
from pipeline.store.journal_record import JournalEnd, read_record, record_path, write_record
from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.archive import SqliteArchive, open_archive, take_as_it_is
from pipeline.store.sqlite.doubt import Beside, Found, why_in_doubt

Typed = Callable[[str], Awaitable[str]]
KeepSound = Callable[[bytes], Awaitable[Path]]

RECORD = JournalEnd("aa", 5, "ee")
NOTHING = Beside()
SOUNDS = Beside(unnamed_sounds=3)
TOMBSTONES = Beside(has_tombstones=True)
EVENTS = Found(has_events=True)


@pytest.mark.parametrize(
    ("record", "found", "beside", "told"),
    [
        (RECORD, replace(EVENTS, last_seq=5, holds_record=True), NOTHING, ""),
        (RECORD, replace(EVENTS, last_seq=9, holds_record=True), NOTHING, ""),
        (RECORD, Found(), NOTHING, "is missing or empty, but 5 events"),
        (
            RECORD,
            replace(EVENTS, last_seq=4),
            NOTHING,
            "is older than what was last written here (event 4 of 5)",
        ),
        (RECORD, replace(EVENTS, last_seq=5), NOTHING, "went another way"),
        (RECORD, EVENTS, NOTHING, "is another archive"),
        (JournalEnd(), Found(), NOTHING, ""),
        (JournalEnd(), replace(EVENTS, last_seq=2), SOUNDS, ""),
        (None, Found(), NOTHING, ""),
        (None, Found(), SOUNDS, "does not know any sound that lies beside it, 3"),
        (None, EVENTS, SOUNDS, "does not know any sound that lies beside it, 3"),
        (None, EVENTS, TOMBSTONES, ""),
        (None, Found(), TOMBSTONES, "is new, but something was forgotten here before"),
    ],
)
def test_why_a_journal_is_in_doubt(
    record: JournalEnd | None, found: Found, beside: Beside, told: str
) -> None:
    why = why_in_doubt(record, found, beside)

    assert why.startswith(told) if told else why == ""


async def test_the_record_follows_the_journal(
    archive: SqliteArchive, typed: Typed, home: Path
) -> None:
    assert read_record(home) == JournalEnd()

    await typed("the siren")

    (event, _) = await archive.latest_events(2)
    assert read_record(home) == JournalEnd(event.origin, event.seq, event.hash.hex())


async def test_a_record_that_lags_behind_is_brought_up_to_date(
    archive: SqliteArchive, typed: Typed, home: Path
) -> None:
    await typed("the siren")
    before = record_path(home).read_bytes()
    await typed("the pill box")
    after = record_path(home).read_bytes()
    record_path(home).write_bytes(before)  # as a kill after the commit leaves it

    async with open_archive(home, machine=b"this machine"):
        assert record_path(home).read_bytes() == after


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"origin": 3, "seq": 4, "hash": 5}'])
async def test_a_record_that_makes_no_sense_is_written_anew(
    archive: SqliteArchive, typed: Typed, home: Path, content: bytes
) -> None:
    await typed("the siren")
    good = record_path(home).read_bytes()
    record_path(home).write_bytes(content)

    with capture_logs() as told:
        async with open_archive(home, machine=b"this machine"):
            pass

    assert {each["event"] for each in told} == {"journal_record_unreadable"}
    assert record_path(home).read_bytes() == good


async def test_a_home_of_before_there_were_records_has_one_from_its_first_opening(
    archive: SqliteArchive, typed: Typed, keep_sound: KeepSound, home: Path
) -> None:
    await typed("the siren")
    await keep_sound(b"sound")
    good = record_path(home).read_bytes()
    record_path(home).unlink()
    put_unnamed_sound(home)  # as a kill of an older version left it

    async with open_archive(home, machine=b"this machine"):
        assert record_path(home).read_bytes() == good


async def test_without_a_record_a_journal_that_names_none_of_the_sound_is_in_doubt(
    archive: SqliteArchive, typed: Typed, home: Path
) -> None:
    await typed("the siren")
    record_path(home).unlink()
    put_unnamed_sound(home)

    with pytest.raises(ArchiveInDoubt, match="does not know any sound"):
        async with open_archive(home, machine=b"this machine"):
            pass


def put_unnamed_sound(home: Path) -> None:
    path = sound_path(home, "ab" * 32)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"of nobody")


async def test_a_folder_with_the_records_name_is_put_out_of_the_way(
    archive: SqliteArchive, typed: Typed, home: Path
) -> None:
    await typed("the siren")
    good = record_path(home).read_bytes()
    record_path(home).unlink()
    (record_path(home) / "inside").mkdir(parents=True)

    with capture_logs():
        async with open_archive(home, machine=b"this machine"):
            pass

    assert record_path(home).read_bytes() == good


def test_a_record_that_cannot_be_written_is_logged_and_no_error(tmp_path: Path) -> None:
    with capture_logs() as told:
        write_record(tmp_path / "gone", RECORD)

    assert [each["event"] for each in told] == ["journal_record_not_written"]


@pytest.mark.parametrize("exchange", ["moved", "replaced", "emptied", "set back"])
async def test_a_journal_that_is_exchanged_under_its_writer_takes_nothing_more(
    archive: SqliteArchive, typed: Typed, home: Path, exchange: str
) -> None:
    path, old = home / "archive.db", home / "old.db"
    await typed("the siren")
    backup(path, old)
    await typed("the pill box")
    if exchange == "moved":
        path.rename(home / "away.db")
    elif exchange == "replaced":
        old.replace(path)
    elif exchange == "emptied":
        os.truncate(path, 0)
    else:
        backup(old, path)

    with pytest.raises(ArchiveInDoubt, match="while it was in use"):
        await typed("the third")


def backup(source: Path, target: Path) -> None:
    """Copy it as SQLite does."""
    with (
        contextlib.closing(sqlite3.connect(source)) as one,
        contextlib.closing(sqlite3.connect(target)) as other,
    ):
        one.backup(other)


async def test_what_is_taken_as_it_is_begins_a_line_of_its_own(
    archive: SqliteArchive, typed: Typed, home: Path
) -> None:
    await typed("the siren")
    (last, _) = await archive.latest_events(2)
    write_record(home, JournalEnd(last.origin, last.seq + 3, "ee"))

    assert await take_as_it_is(home, machine=b"this machine")
    assert not await take_as_it_is(home, machine=b"this machine")

    async with open_archive(home, machine=b"this machine") as anew:
        (event,) = await anew.append(drafts.moment_hidden("00aa-0", author="wearer"))
        (_, began, _, _) = await anew.latest_events(9)
    assert event.origin == began.origin != last.origin
    assert began.payload == {
        "reason": "restored",
        "parent": {"origin": last.origin, "seq": last.seq},
    }
