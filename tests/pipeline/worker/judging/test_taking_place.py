"""A press takes the place of what was kept of the same sound without one, and gives it back."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.moment import Transcript
from core.paths import Home
from core.settings import Settings
from core.spool_port import Clip
from pipeline.commands.act_sentences import act_named
from pipeline.fakes import FakeModels
from pipeline.forget import forget
from pipeline.selection import teaching
from pipeline.spool.formats import clip_bytes
from pipeline.spool.spool import Spool
from pipeline.store import acts
from pipeline.store.act_list import latest_acts
from pipeline.store.port import Archive
from pipeline.worker.judging import Candidate
from pipeline.worker.service import working
from pipeline.worker.worker import Worker

STREAM = "0123456789abcdef"
SELECTED, EARLIER, PRESSED = f"{STREAM}-16000", f"{STREAM}-8000", f"{STREAM}-90000"
AT = Recorded(1_790_000_000_000, 0, source="clock")

Press = Callable[..., None]


@pytest.fixture
def models() -> FakeModels:
    kept = "Let's move the pump into the cellar before Friday, because the terrace floods."
    return FakeModels(Transcript(kept, model="fake"))


@pytest.fixture
def candidate() -> Iterator[Callable[..., Candidate]]:
    files: list[int] = []

    def make(moment: str = SELECTED) -> Candidate:
        file = os.memfd_create("candidate")
        files.append(file)
        os.write(file, b"".join(clip_bytes(Clip(moment, "selected", AT), [_sound(3).tobytes()])))
        return Candidate(file, {})

    yield make
    for each in files:
        os.close(each)


@pytest.fixture
def press(spool: Spool) -> Press:
    def press(*replaces: str, revision: int = 0) -> None:
        clip = Clip(PRESSED, "press", AT, revision=revision, replaces=replaces)
        sound = _sound(4 + revision)
        spool.open_clip(clip, sound).close(len(sound))

    return press


def _sound(seconds: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return np.random.default_rng(seconds).integers(-99, 99, seconds * 16_000, np.int16)


async def seen(worker: Worker) -> list[str]:
    return sorted(row.id for row in await _archive(worker).moments())


def _archive(worker: Worker) -> Archive:
    archive: Archive = worker._archive
    return archive


async def test_a_press_takes_the_place_and_an_undo_gives_it_back(
    worker: Worker, candidate: Callable[..., Candidate], press: Press
) -> None:
    await worker.judge(candidate())
    press(SELECTED)
    await worker.drain()
    assert await seen(worker) == [PRESSED]

    undone = await acts.undo(_archive(worker))
    assert await seen(worker) == [SELECTED]
    assert act_named(undone.events) == f"the press that kept {PRESSED}"

    await acts.redo(_archive(worker))
    assert await seen(worker) == [PRESSED]
    assert (await _archive(worker).check()).problems == []


async def test_taking_back_the_keep_on_the_page_gives_it_back_too(
    worker: Worker, candidate: Callable[..., Candidate], press: Press
) -> None:
    await worker.judge(candidate())
    press(SELECTED)
    await worker.drain()

    await acts.undo_keep(_archive(worker), await _archive(worker).moment(PRESSED))
    assert await seen(worker) == [SELECTED]

    await acts.redo(_archive(worker))
    assert await seen(worker) == [PRESSED]


async def test_what_is_kept_after_its_press_has_come_gives_way_as_well(
    worker: Worker, candidate: Callable[..., Candidate], press: Press
) -> None:
    """It was on its way to be kept already as the press took it back."""
    press(SELECTED)
    await worker.drain()
    await worker.judge(candidate())
    assert await seen(worker) == [PRESSED]

    await acts.undo(_archive(worker))

    assert await seen(worker) == [SELECTED]


async def test_what_comes_after_its_press_was_taken_back_is_seen(
    worker: Worker, candidate: Callable[..., Candidate], press: Press
) -> None:
    press(SELECTED)
    await worker.drain()
    await acts.undo(_archive(worker))

    await worker.judge(candidate())

    assert await seen(worker) == [SELECTED]


async def test_a_worker_that_was_started_anew_in_between_knows_it_too(
    home: Path, models: FakeModels, candidate: Callable[..., Candidate], press: Press
) -> None:
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as first:
        await first.judge(candidate())
    press(SELECTED)
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as second:
        await second.drain()

        assert await seen(second) == [PRESSED]


async def test_of_two_letters_in_the_spool_the_press_takes_the_place(
    worker: Worker, spool: Spool, press: Press
) -> None:
    press(SELECTED)
    everything = Clip(SELECTED, "selected", AT, ("everything",))
    spool.open_clip(everything, _sound(1)).close(16_000)

    await worker.drain()

    assert await seen(worker) == [PRESSED]


async def test_reaching_further_back_takes_more_places_and_each_undo_gives_its_own_back(
    worker: Worker, candidate: Callable[..., Candidate], press: Press
) -> None:
    for each in (EARLIER, SELECTED):
        await worker.judge(candidate(each))
    press(SELECTED)
    await worker.drain()
    press(EARLIER, SELECTED, revision=1)
    await worker.drain()
    assert await seen(worker) == [PRESSED]

    await acts.undo(_archive(worker))
    assert await seen(worker) == sorted([EARLIER, PRESSED])
    await acts.undo(_archive(worker))
    assert await seen(worker) == sorted([EARLIER, SELECTED])


async def test_a_keep_that_is_taken_back_gives_back_what_its_revisions_took(
    worker: Worker, candidate: Callable[..., Candidate], press: Press
) -> None:
    for each in (EARLIER, SELECTED):
        await worker.judge(candidate(each))
    press(SELECTED)
    await worker.drain()
    press(EARLIER, SELECTED, revision=1)
    await worker.drain()

    await acts.undo_keep(_archive(worker), await _archive(worker).moment(PRESSED))

    assert await seen(worker) == sorted([EARLIER, SELECTED])


async def test_a_letter_that_comes_twice_takes_the_place_once(
    worker: Worker, candidate: Callable[..., Candidate], press: Press
) -> None:
    await worker.judge(candidate())
    press(SELECTED)
    await worker.drain()
    await acts.restore(_archive(worker), await _archive(worker).moment(SELECTED))
    press(SELECTED)
    await worker.drain()

    assert await seen(worker) == sorted([PRESSED, SELECTED])


async def test_what_was_dismissed_stays_so_when_the_press_is_taken_back(
    worker: Worker, candidate: Callable[..., Candidate], press: Press
) -> None:
    await worker.judge(candidate())
    await teaching.dismiss(_archive(worker), await _archive(worker).moment(SELECTED))
    press(SELECTED)
    await worker.drain()
    await acts.undo(_archive(worker))

    assert await seen(worker) == []


async def test_what_was_never_kept_leaves_no_event(worker: Worker, press: Press) -> None:
    press(SELECTED)
    await worker.drain()

    assert await _archive(worker).events_of(SELECTED) == []
    assert await seen(worker) == [PRESSED]


async def test_a_forget_of_the_press_reaches_what_it_took_the_place_of(
    worker: Worker, candidate: Callable[..., Candidate], press: Press, home: Path, spool: Spool
) -> None:
    await worker.judge(candidate())
    press(SELECTED)
    await worker.drain()

    await forget(_archive(worker), spool, [PRESSED])

    assert await _archive(worker).moments(hidden=True) == []
    assert list((home / "sound").rglob("*.mp4")) == []
    assert not (await worker.judge(candidate())).is_kept


async def test_the_list_of_acts_tells_one_press_of_one_moment(
    worker: Worker, candidate: Callable[..., Candidate], press: Press
) -> None:
    await worker.judge(candidate())
    press(SELECTED)
    await worker.drain()

    (act,) = await latest_acts(_archive(worker), 9)

    assert act_named(act.events) == f"the press that kept {PRESSED}"
