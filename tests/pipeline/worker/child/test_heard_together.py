"""Several clips are heard together, and one of them ends the models."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from core.clock import Recorded
from core.spool_port import Clip
from pipeline.spool.spool import Spool
from pipeline.spool.tries import Tries, write_tries
from pipeline.worker.model_process import ChildModels, Heard, ModelsFailed
from tests.pipeline.worker.child.dying_child import DEADLY, WAITING


@pytest.fixture
async def models(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ChildModels]:
    monkeypatch.setattr(ChildModels, "module", "tests.pipeline.worker.child.dying_child")
    made = ChildModels(home, idle_s=60, stuck_s=120)
    yield made
    await made.close()


def posted(spool: Spool, number: int, sample: int) -> Path:
    """One that waits for the others was pressed for: it goes first, and by itself."""
    how: Literal["press", "file"]
    place, how = (800, "press") if sample == WAITING else (0, "file")
    clip = Clip(f"{number:016x}-{place}", how, Recorded())
    return spool.post_clip(clip, [np.full(16_000, sample, np.int16)])


async def heard(models: ChildModels, *clips: Path) -> list[Heard | BaseException]:
    """What comes of each, all of them asked for at once."""
    asked = [models.hear(clip, lambda _: None) for clip in clips]
    return await asyncio.gather(*asked, return_exceptions=True)


def told(outcome: Heard | BaseException) -> str:
    """With how many it was heard, or why it was not."""
    if isinstance(outcome, Heard):
        return outcome.transcript.text
    assert isinstance(outcome, ModelsFailed)
    return outcome.why


async def test_those_that_wait_are_heard_together(models: ChildModels, home: Path) -> None:
    spool = Spool(home / "spool")
    clips = [posted(spool, number, sample) for number, sample in enumerate([WAITING, 1, 2, 3])]

    assert list(map(told, await heard(models, *clips))) == ["1", "3", "3", "3"]


async def test_it_fails_by_itself_and_the_others_are_heard(models: ChildModels, home: Path) -> None:
    spool = Spool(home / "spool")
    samples = [WAITING, 1, DEADLY, 2]
    clips = [posted(spool, number, sample) for number, sample in enumerate(samples)]

    assert list(map(told, await heard(models, *clips))) == ["1", "1", "ended", "1"]


async def test_two_that_end_the_models_cost_no_other_a_try(models: ChildModels, home: Path) -> None:
    spool = Spool(home / "spool")
    samples = [1, DEADLY, 2, DEADLY, 3]
    clips = [posted(spool, number, sample) for number, sample in enumerate(samples)]

    outcomes = list(map(told, await heard(models, *clips)))

    assert [each for each in outcomes if each == "ended"] == ["ended", "ended"]
    assert (outcomes[1], outcomes[3]) == ("ended", "ended")


async def test_one_on_which_the_models_failed_is_heard_by_itself(
    models: ChildModels, home: Path
) -> None:
    spool = Spool(home / "spool")
    clips = [posted(spool, number, sample) for number, sample in enumerate([WAITING, 1, 2, 3])]
    write_tries(clips[2], Tries(1, "ended", Recorded()))

    assert list(map(told, await heard(models, *clips))) == ["1", "2", "1", "2"]
