"""A worker whose archive is exchanged under it ends, and what waits stays."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import ArchiveInDoubt
from core.paths import Home
from core.settings import Settings
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Spool
from pipeline.worker.service import working
from pipeline.worker.worker import Worker

Post = Callable[..., str]


async def test_a_worker_ends_where_its_archive_was_moved_away(
    worker: Worker, post_text: Post, spool: Spool, home: Path
) -> None:
    post_text("from before")
    await worker.drain()
    (home / "archive.db").rename(home / "away.db")
    post_text("from after")

    with pytest.raises(ArchiveInDoubt, match="while it was in use"):
        await worker.work()

    assert len(spool.waiting()) == 1
    assert not (home / "archive.db").exists()


async def test_no_worker_begins_on_an_archive_in_doubt_and_what_waits_stays(
    post_text: Post, spool: Spool, home: Path, models: FakeModels
) -> None:
    post_text("from before")
    async with working(Home(home), Settings(), models=models) as before:
        await before.drain()
    (home / "archive.db").unlink()
    post_text("from after")

    with pytest.raises(ArchiveInDoubt):
        async with working(Home(home), Settings(), models=models):
            pass

    assert len(spool.waiting()) == 1
