"""What the pipeline's tests share: a clip in the spool, and a worker with fake models."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.moment import Reference, Transcript, Word
from core.paths import Home
from core.settings import Settings
from core.spool_port import Clip, TypedText
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Spool
from pipeline.store.format.drafts import new_moment_id
from pipeline.worker.service import working
from pipeline.worker.worker import Worker

SPOKEN = Transcript(
    "pill box", (Word("pill", 0, 300, 0.9), Word("box", 320, 640, 0.4, doubtful=True)), "fake", -0.3
)


@pytest.fixture
def models() -> FakeModels:
    return FakeModels(SPOKEN)


@pytest.fixture
async def worker(home: Path, models: FakeModels) -> AsyncIterator[Worker]:
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as made:
        yield made


@pytest.fixture
def spool(home: Path) -> Spool:
    return Spool(home / "spool")


@pytest.fixture
def post_clip(spool: Spool) -> Callable[..., str]:
    def post(seconds: float = 1.0) -> str:
        clip = Clip(new_moment_id(), "file", Recorded(1_790_000_000_000, 0, source="given"))
        sound = np.random.default_rng(7).integers(-99, 99, int(seconds * 16_000), dtype=np.int16)
        spool.post_clip(clip, [sound])
        return clip.id

    return post


@pytest.fixture
def post_text(spool: Spool) -> Callable[..., str]:
    def post(text: str, ref: str | None = None) -> str:
        reference = None if ref is None else Reference("source", ref)
        typed = TypedText(
            new_moment_id(),
            "typed" if ref is None else "imported",
            text,
            Recorded(5, 0),
            reference=reference,
        )
        spool.post_texts(new_moment_id(), [typed])
        return typed.id

    return post
