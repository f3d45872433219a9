"""While the models are at three hours of sound, a note and a press are done."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Never

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.errors import ModelMissing
from core.paths import Home
from core.pcm import Pcm
from core.settings import Settings
from core.spool_port import Clip
from pipeline import media
from pipeline.fakes import FakeModels
from pipeline.spool.clip_sound import duration_ms, read_clip
from pipeline.spool.spool import Spool
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.model_process import Heard, Progress
from pipeline.worker.service import working
from pipeline.worker.worker import Worker
from tests.waiting import PATIENCE_S

Post = Callable[..., str]

LONG_S = 61.0
PRESS = "00000000000000aa-800"


class SlowWithLong(FakeModels):
    """Each long clip takes until it is let go; the short ones take no time."""

    def __init__(self) -> None:
        super().__init__()
        self.began: asyncio.Queue[str] = asyncio.Queue()
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def hear(self, clip: Path, progress: Progress) -> Heard:
        letter, pcm = read_clip(clip)
        if duration_ms(pcm) > 60_000:
            self.began.put_nowait(letter.id)
            await self.go.wait()
            if self.error is not None:
                raise self.error
        return await super().hear(clip, progress)


@pytest.fixture
def models() -> SlowWithLong:
    return SlowWithLong()


@pytest.fixture
async def worker(home: Path, models: SlowWithLong) -> AsyncIterator[Worker]:
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as made:
        yield made


@contextlib.asynccontextmanager
async def draining(worker: Worker) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(worker.drain())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def searchable(worker: Worker, moment: str) -> None:
    """Return once this moment is."""
    with worker.listening() as events:
        worker.wake()
        async with asyncio.timeout(PATIENCE_S):
            while await events.get() != {"event": "searchable", "moment": moment}:
                pass


def press(spool: Spool) -> str:
    clip = Clip(PRESS, "press", Recorded())
    spool.post_clip(clip, [np.full(800, 7, np.int16)])
    return clip.id


async def test_a_note_is_found_while_a_long_file_is_heard(
    worker: Worker, models: SlowWithLong, post_clip: Post, post_text: Post, home: Path
) -> None:
    long = post_clip(LONG_S)
    async with draining(worker) as work:
        await models.began.get()

        note = post_text("a short one")
        await searchable(worker, note)

        assert models.heard == []
        assert not work.done()
        models.go.set()
        await work
    async with open_archive_to_read(home) as archive:
        assert {row.id for row in await archive.moments()} == {long, note}


async def test_a_press_is_heard_while_a_long_file_is(
    worker: Worker, models: SlowWithLong, post_clip: Post, spool: Spool
) -> None:
    long = post_clip(LONG_S)
    async with draining(worker) as work:
        await models.began.get()

        await searchable(worker, press(spool))

        assert models.heard == [PRESS]
        models.go.set()
        await work
    assert models.heard == [PRESS, long]


async def test_of_two_long_files_one_is_heard_after_the_other(
    worker: Worker, models: SlowWithLong, post_clip: Post, post_text: Post
) -> None:
    posted = {post_clip(LONG_S), post_clip(LONG_S)}
    async with draining(worker) as work:
        first = await models.began.get()
        await searchable(worker, post_text("a short one"))
        assert models.began.empty()

        models.go.set()
        await work
        assert {first, models.began.get_nowait()} == posted


async def test_what_somebody_has_to_act_on_is_told_of_a_long_file_too(
    worker: Worker, models: SlowWithLong, post_clip: Post, spool: Spool
) -> None:
    post_clip(LONG_S)
    models.error = ModelMissing("The model is missing.", advice="Run `./run setup`.")
    models.go.set()

    with pytest.raises(ModelMissing):
        await worker.drain()

    assert len(spool.waiting()) == 1


async def test_a_worker_that_stops_leaves_the_long_file_in_the_spool(
    worker: Worker, models: SlowWithLong, post_clip: Post, spool: Spool
) -> None:
    post_clip(LONG_S)
    async with draining(worker) as work:
        await models.began.get()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    assert len(spool.waiting()) == 1
    assert not worker.status()["working"]


async def test_a_worker_that_stops_does_not_encode_to_the_end(
    worker: Worker, post_clip: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, ended = threading.Event(), threading.Event()

    def encode(pcm: Pcm, target: Path, progress: Progress) -> Never:
        del pcm, target
        try:
            while True:
                progress(1.0)
                began.set()
        finally:
            ended.set()

    monkeypatch.setattr(media, "encode_opus", encode)
    post_clip(LONG_S)
    async with draining(worker):
        await asyncio.to_thread(began.wait, 60)

    assert await asyncio.to_thread(ended.wait, 60)
