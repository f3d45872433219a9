"""`check` sees what was altered behind our back, and by its name."""

import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pipeline.store.port import Report
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.connection import archive_path

Write = Callable[..., Awaitable[str]]
KeepSound = Callable[[bytes], Awaitable[Path]]


def alter(home: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection, connection:
        assert connection.execute(statement).rowcount > 0


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE event SET author = 'agent' WHERE seq = 2", "was altered"),
        ("UPDATE event SET payload = '{}' WHERE seq = 2", "was altered"),
        ("UPDATE belonging SET content = CAST('{}' AS BLOB)", "was altered"),
        ("DELETE FROM belonging", "is missing"),
        ("UPDATE moment SET state = 'hidden'", "not what its events come to"),
        ("UPDATE moment SET text = 'singer'", "not what its events come to"),
        ("DELETE FROM passage", "not what its events come to"),
        ("UPDATE passage SET text = 'singer'", "keyword index"),
        ("INSERT INTO tombstone SELECT id FROM moment", "still has belongings"),
    ],
)
async def test_what_was_altered_is_told(
    archive: SqliteArchive, typed: Write, home: Path, statement: str, told: str
) -> None:
    await typed("the siren")
    assert (await archive.check()).problems == []

    alter(home, statement)

    assert any(told in problem for problem in (await archive.check()).problems)


async def test_what_the_schema_does_not_allow_is_told(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    await typed("the siren")
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE moment SET state = 'sung'")

    assert "The file archive.db: CHECK" in (await archive.check()).problems[0]


async def test_what_was_looked_at_is_counted(
    archive: SqliteArchive, typed: Write, keep_sound: KeepSound
) -> None:
    assert await archive.check() == Report()

    await typed("the siren", "Anna")
    await keep_sound(b"one")

    assert await archive.check() == Report(events=3, belongings=3, sounds=1)


async def test_a_missing_event_is_told(archive: SqliteArchive, typed: Write, home: Path) -> None:
    for text in ("one", "two", "three"):
        await typed(text)

    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection, connection:
        connection.execute("DELETE FROM event WHERE seq = 3")

    problems = (await archive.check()).problems
    assert any("missing before" in problem for problem in problems)


async def test_an_altered_and_a_missing_sound_are_told(
    archive: SqliteArchive, home: Path, keep_sound: KeepSound
) -> None:
    first, second = await keep_sound(b"one"), await keep_sound(b"two")
    assert (await archive.check()).problems == []

    first.write_bytes(b"other")
    second.unlink()

    problems = (await archive.check()).problems
    assert sorted(problem.rsplit(" ", 2)[-1] for problem in problems) == ["altered.", "missing."]
