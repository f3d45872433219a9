"""The worker does for peers what the sync service has taken on, below its own work."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.moment import Transcript, Word
from core.paths import Home
from core.settings import Settings
from core.spool_port import Clip
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Spool
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.own.work import SqliteWork
from pipeline.store.work_port import Job
from pipeline.worker.model_process import Heard
from pipeline.worker.service import working
from pipeline.worker.worker import Worker
from tests.waiting import PATIENCE_S


def heard(text: str, model: str) -> Transcript:
    """These words, all of them sure."""
    words = [Word(each, 100 * nth, 100 * nth + 90, 0.9) for nth, each in enumerate(text.split())]
    return Transcript(text, tuple(words), model, -0.2)


HEARD = heard("the pump drips", "whisper-tiny.en")
BETTER = heard("the pump drips at night", "small.en")


class Kept:
    """A home whose one moment has a sound; what the models heard of it, if anything."""

    def __init__(self, home: Path, archive: SqliteArchive, moment: str) -> None:
        self.home, self.archive, self.moment = home, archive, moment
        self.work = SqliteWork(archive)

    async def words(self) -> tuple[str, str]:
        row = await self.archive.moment(self.moment)
        return row.words, row.text


@pytest.fixture
async def kept(home: Path) -> AsyncIterator[Kept]:
    clip = Clip("00000000000000aa-0", "file", Recorded(1_790_000_000_000, 0, source="given"))
    Spool(home / "spool").post_clip(clip, [np.ones(16_000, np.int16)])
    async with open_archive(home) as archive:
        async with working(Home(home), Settings(), models=FakeModels(failures=1)) as worker:
            await worker.drain()
        for letter in Spool(home / "spool").waiting():
            letter.path.unlink()
        yield Kept(home, archive, clip.id)


async def done(kept: Kept, worker: Worker) -> None:
    work = asyncio.create_task(worker.work())
    async with asyncio.timeout(PATIENCE_S):
        while await kept.work.is_taken_on(kept.moment):
            await asyncio.sleep(0.01)
    work.cancel()


async def test_a_moment_without_words_gets_them_and_can_be_found(kept: Kept, home: Path) -> None:
    assert await kept.words() == ("awaited", "")
    await kept.work.take_on(Job(kept.moment, 0, "words"))

    async with working(Home(home), Settings(), models=FakeModels(HEARD)) as worker:
        await done(kept, worker)

    assert await kept.words() == ("words", HEARD.text)
    assert [each.kind for each in await kept.archive.events_of(kept.moment)][1:] == [
        "moment_transcribed",
        "moment_embedded",
    ]
    assert Spool(home / "spool").waiting() == []


async def test_a_larger_model_gives_better_words_and_no_act_of_the_wearer(
    kept: Kept, home: Path
) -> None:
    models = FakeModels(HEARD)
    await kept.work.take_on(Job(kept.moment, 0, "words"))
    async with working(Home(home), Settings(), models=models) as worker:
        await done(kept, worker)
    models.better = BETTER
    await kept.work.take_on(Job(kept.moment, 0, "better", "small.en"))

    async with working(Home(home), Settings(), models=models) as worker:
        await done(kept, worker)

    assert await kept.words() == ("words", BETTER.text)
    refined = (await kept.archive.events_of(kept.moment))[-1]
    assert (refined.kind, refined.author) == ("moment_refined", "pipeline")
    assert "act" not in refined.payload


async def test_what_fails_is_over_and_the_moment_is_as_it_was(kept: Kept, home: Path) -> None:
    await kept.work.take_on(Job(kept.moment, 0, "words"))

    async with working(Home(home), Settings(), models=FakeModels(failures=9)) as worker:
        await done(kept, worker)

    assert await kept.words() == ("awaited", "")


async def test_a_job_about_an_earlier_revision_or_a_forgotten_moment_does_nothing(
    kept: Kept, home: Path
) -> None:
    await kept.work.take_on(Job(kept.moment, 3, "words"))
    async with working(Home(home), Settings(), models=FakeModels(HEARD)) as worker:
        await done(kept, worker)
    assert await kept.words() == ("awaited", "")
    await kept.archive.begin_forgetting([kept.moment])
    await kept.work.take_on(Job(kept.moment, 0, "words"))

    async with working(Home(home), Settings(), models=FakeModels(HEARD)) as worker:
        await done(kept, worker)

    assert await kept.archive.find_moment(kept.moment) is None


async def test_own_work_goes_first_also_while_it_is_at_it(kept: Kept, home: Path) -> None:
    class Slow(FakeModels):
        async def hear_candidate(self, clip: Path) -> Heard:
            self.heard.append("for a peer")
            await asyncio.Event().wait()
            return await super().hear_candidate(clip)

    models = Slow(HEARD)
    await kept.work.take_on(Job(kept.moment, 0, "words"))
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as worker:
        work = asyncio.create_task(worker.work())
        async with asyncio.timeout(PATIENCE_S):
            while "for a peer" not in models.heard:
                await asyncio.sleep(0.01)
            clip = Clip("00000000000000bb-0", "file", Recorded(1_790_000_000_000, 0))
            worker.spool.post_clip(clip, [np.ones(8_000, np.int16)])
            worker.wake()
            while await kept.archive.find_moment(clip.id) is None:
                await asyncio.sleep(0.01)
            await kept.work.drop(kept.moment)  # the lease has ended
            while worker.for_peers is not None and worker.for_peers.is_at_work:
                worker.wake()
                await asyncio.sleep(0.01)
        work.cancel()

    assert await kept.words() == ("awaited", "")
