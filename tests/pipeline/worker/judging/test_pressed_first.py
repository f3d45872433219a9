"""What was pressed for outranks what nobody pressed for, and is heard first."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from core.clock import Recorded
from core.moment import Transcript
from core.spool_port import Clip
from pipeline.fakes import FakeModels
from pipeline.spool.formats import clip_bytes
from pipeline.worker.judging import Candidate
from pipeline.worker.model_process import Heard, Progress
from pipeline.worker.worker import Worker
from tests.waiting import PATIENCE_S

ID = "0123456789abcdef-16000"


class HeldModels(FakeModels):
    """Hears no clip of the spool before it is let go; candidates at once."""

    def __init__(self) -> None:
        super().__init__(Transcript("Let's move the pump before Friday.", model="fake"))
        self.go = asyncio.Event()
        self.asked = asyncio.Event()

    async def hear(self, clip: Path, progress: Progress) -> Heard:
        self.asked.set()
        await self.go.wait()
        return await super().hear(clip, progress)

    async def hear_candidate(self, clip: Path) -> Heard:
        return await super().hear(clip, lambda _: None)


class WatchedLock(asyncio.Lock):
    """Tells when somebody has to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_waited_for = asyncio.Event()

    async def acquire(self) -> Literal[True]:
        if self.locked():
            self.is_waited_for.set()
        return await super().acquire()


@pytest.fixture
def models() -> HeldModels:
    return HeldModels()


@pytest.fixture
def candidate() -> Iterator[Candidate]:
    file = os.memfd_create("candidate")
    clip = Clip(ID, "selected", Recorded(1_790_000_000_000, 0, source="clock"))
    sound = np.random.default_rng(3).integers(-99, 99, 32_000, np.int16)
    os.write(file, b"".join(clip_bytes(clip, [sound.tobytes()])))
    yield Candidate(file, {})
    os.close(file)


async def test_a_candidate_waits_for_what_is_being_worked_on(
    worker: Worker, models: HeldModels, candidate: Candidate, post_clip: Callable[..., str]
) -> None:
    lock = worker._working = WatchedLock()
    pressed = post_clip()
    draining = asyncio.create_task(worker.drain())
    await asyncio.wait_for(models.asked.wait(), PATIENCE_S)

    judging = asyncio.create_task(worker.judge(candidate))
    waiting = asyncio.create_task(lock.is_waited_for.wait())
    await asyncio.wait({judging, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    models.go.set()
    await asyncio.gather(draining, judging)

    assert models.heard == [pressed, ID]
