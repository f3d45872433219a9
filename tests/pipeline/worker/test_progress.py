"""How far the worker is, what it costs, and what today came to: as `status` tells it."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.clock import FakeClock, Recorded
from core.facts import passed_over
from core.paths import Home
from core.settings import Settings
from core.spool_port import Clip
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Spool
from pipeline.worker.model_process import Heard, ModelsFailed, Progress
from pipeline.worker.pace import Pace
from pipeline.worker.service import working
from pipeline.worker.worker import Worker
from tests.pipeline.conftest import SPOKEN

Post = Callable[..., str]

NOW_MS = 1_790_000_000_000
"""As the clocks of these tests have it."""

SOUND = np.ones(16_000, np.int16)

NOTHING: dict[str, Any] = {
    "day": "2026-09-21",
    "kept": 0,
    "kept_s": 0.0,
    "transcribed": 0,
    "transcribed_s": 0.0,
    "passed_over": {},
}


class Priced(FakeModels):
    """Takes a fifth of a second for every clip; while it is `ill`, it fails on each."""

    ill = False

    async def hear(self, clip: Path, progress: Progress) -> Heard:
        if self.ill:
            raise ModelsFailed("ill", "ended")
        return replace(await super().hear(clip, progress), cpu_s=0.2)


async def test_the_oldest_of_what_waits_is_told_with_its_age(
    worker: Worker, spool: Spool, post_clip: Post, post_text: Post
) -> None:
    assert worker.status()["oldest_s"] is None

    post_text("a note")
    old = post_clip()
    for path in spool.folder.iterdir():
        posted_s = NOW_MS / 1000 - (90 if path.name.startswith(old) else 5)
        os.utime(path, (posted_s, posted_s))
    assert worker.status()["oldest_s"] == 90.0

    await worker.drain()
    assert worker.status()["oldest_s"] is None


async def test_a_fact_waits_for_nobody(worker: Worker, spool: Spool) -> None:
    spool.folder.mkdir(exist_ok=True)
    (spool.folder / "stream.7.pause_began.fact").write_text("{}", encoding="utf-8")

    assert worker.status()["oldest_s"] is None


async def test_the_clock_was_put_back_and_nothing_waits_since_the_future(
    worker: Worker, spool: Spool, post_clip: Post
) -> None:
    post_clip()
    (clip,) = spool.folder.iterdir()
    os.utime(clip, (NOW_MS / 1000 + 3600, NOW_MS / 1000 + 3600))

    assert worker.status()["oldest_s"] == 0


async def test_what_hearing_takes_is_told_for_a_second_of_sound(
    home: Path, post_clip: Post
) -> None:
    async with working(Home(home), Settings(), models=Priced(SPOKEN), clock=FakeClock()) as worker:
        assert worker.status()["cpu_s_per_sound_s"] is None
        post_clip(1.0)
        post_clip(3.0)

        await worker.drain()

        assert worker.status()["cpu_s_per_sound_s"] == 0.1


def test_the_last_clips_alone_say_how_fast_it_is() -> None:
    pace = Pace()
    pace.heard(1.0, 60.0)
    for _ in range(20):
        pace.heard(2.0, 0.1)

    assert pace.cpu_s_per_sound_s == 0.05


async def test_what_today_came_to_is_known_from_the_archive_after_a_restart(
    home: Path, post_clip: Post, post_text: Post, spool: Spool
) -> None:
    models = Priced(SPOKEN)
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as worker:
        assert await worker.today() == NOTHING
        post_clip(1.0)
        post_text("a note has no sound")
        yesterday = Recorded(NOW_MS - 86_400_000, 0, source="given")
        spool.post_clip(Clip("00000000000000aa-0", "file", yesterday), [SOUND])
        await worker.drain()
        models.ill = True
        post_clip(2.0)
        await worker.drain()

    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as worker:
        told = await worker.today()

    of_it = {"kept": 2, "kept_s": 3.0, "transcribed": 1, "transcribed_s": 1.0}
    assert told == {**NOTHING, **of_it}


async def test_what_was_passed_over_today_is_counted_by_its_reasons(
    home: Path, spool: Spool
) -> None:
    for position, (at_ms, counts) in enumerate(
        [
            (NOW_MS, {"no_words": 2}),
            (NOW_MS - 60_000, {"no_words": 1, "too_short": 4}),
            (NOW_MS - 86_400_000, {"no_words": 100}),
        ]
    ):
        began = Recorded(at_ms, 0, source="clock")
        fact = passed_over(
            "00000000000000aa", position, began, duration_ms=1_000, counts=counts, spans=[]
        )
        spool.post_fact(fact)
    models = Priced(SPOKEN)

    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as worker:
        await worker.drain()

        assert await worker.today() == {**NOTHING, "passed_over": {"no_words": 3, "too_short": 4}}


async def test_while_the_clock_is_not_set_nobody_knows_what_today_is(home: Path) -> None:
    clock = FakeClock(None)
    async with working(Home(home), Settings(), models=FakeModels(), clock=clock) as worker:
        assert await worker.today() is None
