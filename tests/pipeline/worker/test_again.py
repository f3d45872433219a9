"""A worker with other models tries once more what others had failed on for good."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from core.clock import FakeClock
from core.errors import NotFound
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Spool
from pipeline.spool.tries import Conditions
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.again import EVERY_S
from pipeline.worker.backoff import GIVE_UP_AFTER, wait_s
from pipeline.worker.worker import Worker
from tests.pipeline.conftest import SPOKEN
from tests.waiting import PATIENCE_S

Post = Callable[..., str]


async def words_of(home: Path) -> list[str]:
    async with open_archive_to_read(home) as archive:
        return [row.words for row in await archive.moments()]


async def give_up(archive: SqliteArchive, models: FakeModels, spool: Spool) -> None:
    clock = FakeClock()
    worker = Worker(archive, models, spool, clock, lambda: Conditions("old"))
    await worker._hear_again()
    for failures in range(1, GIVE_UP_AFTER + 1):
        models.failures = 1
        await worker.drain()
        clock.advance(wait_s(failures))


async def test_what_was_given_up_is_heard_by_other_models_once(
    home: Path, spool: Spool, post_clip: Post
) -> None:
    models = FakeModels(SPOKEN)
    moment = post_clip()
    async with open_archive(home) as archive:
        await give_up(archive, models, spool)
        assert await words_of(home) == ["failed"]
        for which in ("old", "new", "new"):
            worker = Worker(archive, models, spool, FakeClock(), partial(Conditions, which))
            await worker._hear_again()
            await worker.drain()

    assert await words_of(home) == ["words"]
    assert models.heard == [moment]


async def test_models_that_come_back_while_the_worker_runs_are_noticed(
    home: Path, spool: Spool, post_clip: Post
) -> None:
    models, clock, here = FakeModels(SPOKEN), FakeClock(), ["old"]
    post_clip()
    async with open_archive(home) as archive:
        await give_up(archive, models, spool)
        worker = Worker(archive, models, spool, clock, lambda: Conditions(here[0]))
        work = asyncio.create_task(worker.work())
        here[0] = "new"
        clock.advance(EVERY_S)
        async with asyncio.timeout(PATIENCE_S):
            while await words_of(home) != ["words"]:
                worker.wake()
                await asyncio.sleep(0.01)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def test_a_sound_that_is_gone_keeps_no_worker_from_its_work(
    home: Path, spool: Spool, post_clip: Post, post_text: Post
) -> None:
    models = FakeModels(SPOKEN)
    post_clip()
    async with open_archive(home) as archive:
        await give_up(archive, models, spool)
        for sound in (home / "sound").rglob("*.mp4"):
            sound.unlink()
        worker = Worker(archive, models, spool, FakeClock(), lambda: Conditions("new"))
        await worker._hear_again()
        post_text("a note")
        await worker.drain()

    assert sorted(await words_of(home)) == ["failed", "typed"]


async def test_what_was_heard_before_stays_where_the_models_fail_on_it_again(
    home: Path, spool: Spool, post_clip: Post
) -> None:
    models = FakeModels(replace(SPOKEN, other_language="de"))
    moment = post_clip()
    async with open_archive(home) as archive:
        worker = Worker(archive, models, spool, FakeClock(), lambda: Conditions("old"))
        await worker.drain()
        assert await worker.try_again(moment) == 1
        await give_up(archive, models, spool)
        row = await archive.find_moment(moment)

    assert row is not None
    assert (row.words, row.text, row.other_language) == ("words", SPOKEN.text, "de")
    assert spool.waiting() == []


async def test_who_asks_has_it_tried_again_at_once_waiting_or_given_up(
    home: Path, spool: Spool, post_clip: Post
) -> None:
    models, clock = FakeModels(SPOKEN), FakeClock()
    given_up = post_clip()
    async with open_archive(home) as archive:
        await give_up(archive, models, spool)
        worker = Worker(archive, models, spool, clock, lambda: Conditions("old"))
        await worker._hear_again()
        waits, models.failures = post_clip(), 1
        await worker.drain()
        assert sorted(await words_of(home)) == ["awaited", "failed"]

        assert await worker.try_again(waits) == 1
        await worker.drain()
        assert sorted(await words_of(home)) == ["failed", "words"]
        assert await worker.try_again(None) == 1
        await worker.drain()
        assert await worker.try_again(waits) == 0
        with pytest.raises(NotFound):
            await worker.try_again("no-such")

    assert await words_of(home) == ["words", "words"]
    assert models.heard == [waits, given_up]
