"""An archive that cannot be opened or written is a sentence with the next step."""

import sqlite3
from pathlib import Path

import pytest

from core.errors import ArchiveUnusable
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.connection import archive_path, understood
from pipeline.store.sqlite.migrations import MIGRATIONS
from pipeline.store.sqlite.passage_index import PassageReader
from pipeline.store.sqlite.reader import open_archive_to_read


async def test_an_archive_of_a_newer_version_is_left_alone(home: Path) -> None:
    async with open_archive(home):
        pass
    with sqlite3.connect(archive_path(home)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = archive_path(home).read_bytes()

    with pytest.raises(ArchiveUnusable, match="version 99"):
        async with open_archive(home):
            pass
    with pytest.raises(ArchiveUnusable, match="version 99"):
        async with open_archive_to_read(home):
            pass

    assert archive_path(home).read_bytes() == before


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
async def test_an_archive_of_an_earlier_version_is_brought_up(home: Path, version: int) -> None:
    with sqlite3.connect(archive_path(home)) as connection:
        connection.executescript("".join(MIGRATIONS[:version]))
        connection.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(ArchiveUnusable, match="older version"):
        async with open_archive_to_read(home):
            pass

    async with open_archive(home) as archive:
        assert await archive.intervals() == []
        assert (await PassageReader(archive.connection).passages()).moments == []
        assert (await archive.check()).problems == []


async def test_a_file_that_is_no_archive_is_said(home: Path) -> None:
    archive_path(home).write_bytes(b"no database at all" * 100)

    with pytest.raises(ArchiveUnusable, match="not an archive"):
        async with open_archive(home):
            pass


async def test_a_home_that_is_a_file_is_said(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("here")

    with pytest.raises(ArchiveUnusable, match="not a folder"):
        async with open_archive(home):
            pass


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("attempt to write a readonly database", "cannot be written"),
        ("database or disk is full", "disk of the archive is full"),
        ("database is locked", "held the archive for too long"),
        ("database disk image is malformed", "damaged"),
    ],
)
def test_what_sqlite_says_becomes_a_sentence(home: Path, told: str, sentence: str) -> None:
    with pytest.raises(ArchiveUnusable, match=sentence), understood(home):
        raise sqlite3.OperationalError(told)


async def test_reading_where_nothing_is_kept_yet_finds_nothing(tmp_path: Path) -> None:
    async with open_archive_to_read(tmp_path / "new") as reader:
        assert await reader.moments() == []
    assert not (tmp_path / "new").exists()


async def test_the_settings_of_sqlite_are_the_ones_the_format_promises(home: Path) -> None:
    async with open_archive(home) as archive:
        found = {}
        for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys"):
            rows = list(await archive.connection.execute_fetchall(f"PRAGMA {name}"))
            found[name] = rows[0][0]

    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
