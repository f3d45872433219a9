"""Where a file of the archive should be lies something else: one sentence, and nothing hangs."""

import os
from pathlib import Path

import pytest

from core.errors import ArchiveUnusable
from core.paths import Home
from core.settings import Settings
from pipeline.fakes import FakeModels
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.tombstones import MOST_BYTES, read_tombstones, write_tombstones
from pipeline.worker.service import working
from tests.pipeline.spool.odd_things import NO_FILES, Maker

no_files = pytest.mark.parametrize("make", list(NO_FILES.values()), ids=list(NO_FILES))


@no_files
async def test_what_is_no_archive_is_told_before_sqlite_waits_for_it(
    home: Path, make: Maker
) -> None:
    make(home / "archive.db")

    with pytest.raises(ArchiveUnusable, match=r"is no archive: it is a \w+"):
        async with open_archive(home):
            pass
    with pytest.raises(ArchiveUnusable, match=r"is no archive: it is a \w+"):
        async with open_archive_to_read(home):
            pass


@no_files
def test_what_is_no_file_of_tombstones_is_neither_read_nor_written(home: Path, make: Maker) -> None:
    make(home / "tombstones")

    with pytest.raises(ArchiveUnusable, match=r"cannot be looked up in .*: it is a \w+"):
        read_tombstones(home)
    with pytest.raises(ArchiveUnusable, match=r"cannot be looked up in .*: it is a \w+"):
        write_tombstones(home, ["0-0"])


def test_tombstones_without_end_are_not_read_into_memory(home: Path) -> None:
    (home / "tombstones").touch()
    os.truncate(home / "tombstones", MOST_BYTES + 1)

    with pytest.raises(ArchiveUnusable, match="it is too large"):
        read_tombstones(home)


@no_files
async def test_what_is_no_lock_is_moved_out_of_the_way(home: Path, make: Maker) -> None:
    make(home / "worker.lock")

    async with working(Home(home), Settings(), models=FakeModels()):
        assert (home / "worker.lock").is_file()

    assert len(list(home.glob("worker.lock.aside-*"))) == 1


@no_files
async def test_what_lies_where_the_socket_should_be_stops_no_worker(
    home: Path, make: Maker
) -> None:
    make(Home(home).worker_socket)

    async with working(Home(home), Settings(), models=FakeModels()):
        assert Home(home).worker_socket.is_socket()
