"""One damaged row stops nothing but itself: the others are read, kept, forgotten and checked."""

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core.clock import Recorded
from core.facts import Detail, Fact
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, Sound
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.connection import archive_path

Write = Callable[..., Awaitable[str]]

DAMAGED = "00000000000000aa-0"
AT = Recorded(1_790_000_000_000, 120, "boot", 5, "clock")
GAP: dict[str, Detail] = {"reason": "overflow", "duration_ms": 5, "estimated": True}
SOUND = Sound("ab" * 32, "cd" * 32, 4, 16_000)
KEPT = Kept(DAMAGED, "file", AT, duration_ms=9, sound=SOUND, speaker="Anna")
OF_THE_DAMAGED = f"subject = '{DAMAGED}'"


async def keep_what_will_be_damaged(archive: SqliteArchive) -> None:
    heard = Transcript("the siren", model="m", mean_log_probability=-0.3)
    await archive.append(
        drafts.moment_kept(KEPT, author="wearer"),
        drafts.moment_transcribed(DAMAGED, heard, revision=0),
        drafts.fact_noted(Fact("gap_found", "00bb", 7, AT, GAP), author="capture"),
        drafts.fact_noted(Fact("clock_stepped", "", 0, AT, {"source": "step"}), author="capture"),
    )


def damage(home: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        assert connection.execute(statement).rowcount > 0
    connection.close()


def flipped(column: str, text: str, instead: str) -> str:
    return f"{column} = CAST(replace(CAST({column} AS TEXT), '{text}', '{instead}') AS BLOB)"


STATEMENTS = {
    "a sound without its name": (
        f"UPDATE belonging SET {flipped('content', 'sha256', 'sha25v')} WHERE kind = 'sound'"
    ),
    "a sound that is no JSON": (
        f"UPDATE belonging SET {flipped('content', '{', 'k')} WHERE kind = 'sound'"
    ),
    "a transcript that is no JSON": (
        "UPDATE belonging SET content = substr(content, 2) WHERE kind = 'transcript' "
        f"AND {OF_THE_DAMAGED}"
    ),
    "a speaker that is no text": (
        f"UPDATE belonging SET content = X'41FF' WHERE kind = 'speaker' AND {OF_THE_DAMAGED}"
    ),
    "a belonging of nobody": f"UPDATE belonging SET subject = 'q' WHERE {OF_THE_DAMAGED}",
    "a payload that is no JSON": (
        f"UPDATE event SET payload = substr(payload, 2) WHERE {OF_THE_DAMAGED}"
    ),
    "a payload that is no ASCII": (
        f"UPDATE event SET payload = CAST(X'7BFF7D' AS TEXT) WHERE {OF_THE_DAMAGED}"
    ),
    "a field that has lost its name": (
        "UPDATE event SET payload = replace(payload, 'recorded', 'recordee')"
        f"WHERE {OF_THE_DAMAGED} AND kind = 'moment_kept'"
    ),
    "a gap without a reason": (
        "UPDATE event SET payload = replace(payload, 'reason', 'reasoo') WHERE kind = 'gap_found'"
    ),
    "a clock without a time": (
        "UPDATE event SET payload = replace(payload, 'recorded', 'recordee') "
        "WHERE kind = 'clock_stepped'"
    ),
    "a subject that is no text": (
        f"UPDATE event SET subject = CAST(X'30FF' AS TEXT) WHERE {OF_THE_DAMAGED}"
    ),
    "a row that is no text": (
        f"UPDATE moment SET speaker = CAST(X'41FF' AS TEXT) WHERE id = '{DAMAGED}'"
    ),
    "reasons that are no JSON": f"UPDATE moment SET reasons = 'k]' WHERE id = '{DAMAGED}'",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
async def test_one_damaged_row_stops_nothing_else_and_is_named(
    archive: SqliteArchive, typed: Write, home: Path, statement: str
) -> None:
    before = await typed("the pill box", "Bert")
    gone = await typed("soon gone")
    await keep_what_will_be_damaged(archive)
    damage(home, statement)

    after = await typed("said later")
    await archive.begin_forgetting([gone])
    await archive.erase_remains()

    assert (await archive.check()).problems
    rows = {row.id: (row.text, row.speaker) for row in await archive.moments(hidden=True)}
    assert rows[before] == ("the pill box", "Bert")
    assert rows[after] == ("said later", None)
    assert gone not in rows
    await archive.rebuild()
    rows = {row.id: (row.text, row.speaker) for row in await archive.moments(hidden=True)}
    assert (rows[before], rows[after]) == (("the pill box", "Bert"), ("said later", None))


async def test_a_forget_leaves_nothing_behind_that_was_named_wrongly(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    moment = await typed("the siren")
    damage(home, "UPDATE belonging SET subject = 'q'")

    await archive.begin_forgetting([moment])

    query = "SELECT content FROM belonging"
    assert list(await archive.connection.execute_fetchall(query)) == []


async def test_what_belongs_to_another_event_than_it_says_is_named(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    await typed("the siren")
    for statement in (
        "UPDATE belonging SET seq = seq - 1",
        "UPDATE belonging SET seq = seq + 1, kind = 'speaker'",
        "UPDATE belonging SET subject = 'q'",
    ):
        damage(home, statement)
        assert (await archive.check()).problems


async def test_an_install_that_no_event_knows_is_named(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    await typed("the siren")
    damage(home, "UPDATE install SET origin = '00000000000000aa'")

    assert any("00000000000000aa" in each for each in (await archive.check()).problems)


async def test_the_parts_that_can_be_read_are_checked_where_one_cannot(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    await typed("the siren")
    damage(home, "UPDATE event SET author = 'agent' WHERE seq = 2")
    await archive.connection.execute("DROP TABLE interval")

    problems = (await archive.check()).problems

    assert any("was altered" in each for each in problems)
    assert any("cannot be read to the end" in each for each in problems)


async def test_a_sound_that_the_disk_does_not_give_is_named(
    archive: SqliteArchive, home: Path, keep_sound: Callable[[bytes], Awaitable[Path]]
) -> None:
    sound = await keep_sound(b"one")
    sound.unlink()
    sound.mkdir()

    assert any("cannot be read (Is a dir" in each for each in (await archive.check()).problems)
