"""An archive that cannot be opened or written is a sentence with the next step."""

import contextlib
import errno
import os
import sqlite3
from pathlib import Path

import aiosqlite
import pytest

from core.errors import ArchiveUnusable
from pipeline.store.format import drafts
from pipeline.store.sqlite import connection
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.connection import archive_path, migrate, sqlite_check, understood
from pipeline.store.sqlite.migrations import _EMBEDDER, MIGRATIONS
from pipeline.store.sqlite.passage_index import PassageReader
from pipeline.store.sqlite.reader import open_archive_to_read
from tests.contracts.stores import embedded, typed


async def test_an_archive_of_a_newer_version_is_left_alone(home: Path) -> None:
    async with open_archive(home):
        pass
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection, connection:
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
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection, connection:
        connection.executescript("".join(MIGRATIONS[:version]))
        connection.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(ArchiveUnusable, match="older version"):
        async with open_archive_to_read(home):
            pass

    async with open_archive(home) as archive:
        assert await archive.intervals() == []
        assert (await PassageReader(archive.connection).passages()).moments == []
        assert (await archive.check()).problems == []


async def test_vectors_of_an_earlier_version_get_the_name_of_their_embedder(home: Path) -> None:
    kept = typed("pill box")
    async with open_archive(home) as archive:
        await archive.append(
            drafts.moment_kept(kept, author="wearer"), embedded(kept.id, (0, 4), (5, 8))
        )
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection, connection:
        _drop_what_came_after(connection, MIGRATIONS.index(_EMBEDDER))
        connection.execute("ALTER TABLE passage DROP COLUMN embedder")
        connection.execute("ALTER TABLE passage DROP COLUMN heard_as")
        for later in ("turns", "voices"):
            connection.execute(f"ALTER TABLE moment DROP COLUMN {later}")
        connection.execute(f"PRAGMA user_version = {MIGRATIONS.index(_EMBEDDER)}")

    async with open_archive(home) as archive:
        assert await archive.embedded_otherwise("fake") == []
        assert await archive.embedded_otherwise("another") == [kept.id]
        assert (await archive.check()).problems == []


def _drop_what_came_after(connection: sqlite3.Connection, version: int) -> None:
    """Tables, views and indexes that a later version made; its columns are the caller's task."""
    query = "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name"
    with contextlib.closing(sqlite3.connect(":memory:")) as before:
        before.executescript("".join(MIGRATIONS[:version]))
        known = set(before.execute(query))
    for kind, name in set(connection.execute(query)) - known:
        connection.execute(f"DROP {kind} IF EXISTS {name}")


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


async def test_who_reads_while_an_archive_is_made_finds_nothing_or_all_of_it(home: Path) -> None:
    """A database that is being made is an empty file in WAL mode for a while."""
    with contextlib.closing(sqlite3.connect(archive_path(home))) as making, making:
        making.execute("PRAGMA journal_mode = WAL")
        making.execute("CREATE TABLE t (x)")
        making.execute("DROP TABLE t")
        making.commit()
        making.execute("BEGIN IMMEDIATE")
        making.execute(MIGRATIONS[0].split(";")[0])
        async with open_archive_to_read(home) as reader:
            assert await reader.moments() == []
        making.rollback()

    versions: set[int] = set()
    watching = sqlite3.connect(archive_path(home), check_same_thread=False)

    def watch(statement: str) -> None:
        versions.update(row[0] for row in watching.execute("PRAGMA user_version"))

    async with aiosqlite.connect(archive_path(home), isolation_level=None) as connection:
        await connection.set_trace_callback(watch)
        await migrate(connection, home)
    watch("")
    watching.close()

    assert versions == {0, len(MIGRATIONS)}


PROMISED = {
    "application_id": int.from_bytes(b"AFT1"),
    "user_version": len(MIGRATIONS),
    "journal_mode": "wal",
    "synchronous": 2,
    "secure_delete": 1,
    "foreign_keys": 1,
    "temp_store": 2,
}


async def test_the_settings_of_sqlite_are_the_ones_the_format_promises(home: Path) -> None:
    async with open_archive(home) as archive:
        found = {}
        for name in PROMISED:
            rows = list(await archive.connection.execute_fetchall(f"PRAGMA {name}"))
            found[name] = rows[0][0]

    assert found == PROMISED


async def test_no_connection_sorts_through_a_temporary_file(home: Path, tmp_path: Path) -> None:
    async with (
        open_archive(home) as archive,
        open_archive_to_read(home) as reader,
        open_archive_to_read(tmp_path / "nothing kept yet") as empty,
    ):
        for each in (archive, reader, empty):
            ((where,),) = await each.connection.execute_fetchall("PRAGMA temp_store")
            assert where == 2  # in memory


async def test_writers_and_readers_wait_ten_seconds_for_a_stuck_one(home: Path) -> None:
    async with open_archive(home) as archive, open_archive_to_read(home) as reader:
        for each in (archive, reader):
            ((wait_ms,),) = await each.connection.execute_fetchall("PRAGMA busy_timeout")
            assert wait_ms == 10_000


async def test_a_new_archive_is_the_wearers_alone(tmp_path: Path) -> None:
    async with open_archive(tmp_path / "deep" / "home"):
        assert (tmp_path / "deep" / "home").stat().st_mode & 0o777 == 0o700


async def test_reading_in_a_home_that_is_a_file_is_said(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("here")

    with pytest.raises(ArchiveUnusable, match="not a folder"):
        async with open_archive_to_read(home):
            pass


async def test_a_reader_cannot_write(home: Path) -> None:
    async with open_archive(home):
        pass
    async with open_archive_to_read(home) as reader:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await reader.connection.execute("DELETE FROM event")


@pytest.mark.parametrize("denied", ["home", "archive.db"])
async def test_an_archive_that_may_not_be_written_is_said_before_anything_is_done(
    home: Path, monkeypatch: pytest.MonkeyPatch, denied: str
) -> None:
    async with open_archive(home):
        pass
    path = home if denied == "home" else archive_path(home)
    monkeypatch.setattr(os, "access", lambda asked, _: asked != path)

    with pytest.raises(ArchiveUnusable, match="cannot be written"):
        async with open_archive(home):
            pass


async def test_an_archive_on_a_disk_that_cannot_be_written_can_be_read(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_archive(home) as archive:
        await archive.append(drafts.moment_hidden("00aa-0", author="wearer"))
    monkeypatch.setattr(os, "access", lambda asked, _: asked != home)

    async with open_archive_to_read(home) as reader:
        ((_, _, path),) = await reader.connection.execute_fetchall("PRAGMA database_list")
        assert path == str(archive_path(home))
        assert len(await reader.latest_events(9)) == 2
    assert connection._reader_uri(archive_path(home)).endswith("?mode=ro&immutable=1")


async def test_beside_a_writer_the_log_is_minded(home: Path) -> None:
    async with open_archive(home):
        assert connection._reader_uri(archive_path(home)).endswith("?mode=ro")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "disk of the archive is full"), (errno.EROFS, "cannot be written")],
)
def test_what_the_disk_says_becomes_a_sentence_too(home: Path, number: int, sentence: str) -> None:
    with pytest.raises(ArchiveUnusable, match=sentence), understood(home):
        raise OSError(number, "said so")


@pytest.mark.parametrize(
    "trouble", [OSError(errno.EINTR, "said so"), sqlite3.OperationalError("no such table: tea")]
)
def test_what_is_nobodys_doing_stays_as_it_is(home: Path, trouble: Exception) -> None:
    with pytest.raises(type(trouble)) as raised, understood(home):
        raise trouble

    assert raised.value is trouble


def test_this_pythons_sqlite_can_search() -> None:
    check = sqlite_check()

    assert (check.name, check.state) == ("sqlite", "ok")
    assert sqlite3.sqlite_version in check.sentence


def test_an_sqlite_without_full_text_search_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Without:
        def execute(self, statement: str) -> None:
            raise sqlite3.OperationalError("no such module: fts5")

        def close(self) -> None: ...

    monkeypatch.setattr(sqlite3, "connect", lambda _: Without())

    assert sqlite_check().state == "fail"
