"""The worker was dead for a day: what waits is counted, kept in order, and drained."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.facts import Detail, Fact
from core.spool_port import Clip
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Letter, Spool
from pipeline.store.sqlite.archive import open_archive
from pipeline.worker.at_a_time import MOST
from pipeline.worker.model_process import Heard, Progress
from pipeline.worker.worker import LOOK_EVERY_S, Worker

STREAM = "00000000000000aa"
PRESSES = 200


class CountingSpool(Spool):
    """Counts how often it was looked at."""

    looks = 0

    def waiting(self) -> list[Letter]:
        self.looks += 1
        return super().waiting()


class BusyModels(FakeModels):
    """Something happens while the models hear a clip."""

    meanwhile: Callable[[], None] = staticmethod(lambda: None)

    async def hear(self, clip: Path, progress: Progress) -> Heard:
        heard = await super().hear(clip, progress)
        self.meanwhile()
        return heard


@pytest.fixture
def models() -> BusyModels:
    return BusyModels()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def counting(home: Path) -> CountingSpool:
    return CountingSpool(home / "spool")


@pytest.fixture
async def drainer(
    home: Path, models: BusyModels, counting: CountingSpool, clock: FakeClock
) -> AsyncIterator[Worker]:
    async with open_archive(home, clock=clock) as archive:
        yield Worker(archive, models, counting, clock)


def press(spool: Spool, number: int) -> str:
    """Post a short clip; its moment."""
    recorded = Recorded(1_790_000_000_000 + number * 60_000, 60, "b", number * 60_000, "clock")
    clip = Clip(f"{STREAM}-{1 + number * 960_000}", "press", recorded)
    path = spool.post_clip(clip, [np.full(800, 7, np.int16)])
    os.utime(path, ns=(number, number))
    return clip.id


def lose(spool: Spool, number: int) -> None:
    recorded = Recorded(1_790_000_000_000 + number * 60_000, 60, "b", number * 60_000, "clock")
    details: dict[str, Detail] = {
        "reason": "overflow",
        "samples": 1600,
        "duration_ms": 100,
        "estimated": True,
    }
    spool.post_fact(Fact("gap_found", STREAM, number * 960_000, recorded, details))


@pytest.mark.long
async def test_a_day_of_presses_and_gaps_is_drained_in_order(
    drainer: Worker, counting: CountingSpool, models: BusyModels
) -> None:
    pressed = [press(counting, number) for number in range(PRESSES)]
    for number in range(PRESSES):
        lose(counting, number)
    assert counting.waiting_count() == PRESSES

    await drainer.drain()

    assert sorted(models.heard) == sorted(pressed)
    assert counting.waiting_count() == 0
    assert counting.looks <= 2 + MOST  # as the last ones end
    rows = await drainer._archive.moments()
    assert [row.id for row in rows] == pressed
    assert len(await drainer._archive.intervals()) == PRESSES
    assert (await drainer._archive.check()).problems == []


async def test_a_press_does_not_wait_behind_a_backlog_of_files(
    drainer: Worker, counting: CountingSpool, models: BusyModels
) -> None:
    for number in range(2 * MOST):
        clip = Clip(f"{number:016x}-0", "file", Recorded())
        counting.post_clip(clip, [np.full(800, 7, np.int16)])

    pressed: list[str] = []

    def press_once() -> None:
        if len(models.heard) == 1:
            pressed.append(press(counting, 1))
            drainer.wake()

    models.meanwhile = press_once

    await drainer.drain()

    assert len(models.heard) == 2 * MOST + 1
    assert models.heard.index(pressed[0]) <= MOST  # behind those that were in work, and no other


async def test_a_press_whose_wake_was_lost_waits_for_the_next_look(
    drainer: Worker, counting: CountingSpool, clock: FakeClock, models: BusyModels
) -> None:
    for number in range(2 * MOST):
        press(counting, number)
    models.meanwhile = lambda: clock.advance(LOOK_EVERY_S / 2)

    await drainer.drain()

    assert len(models.heard) == 2 * MOST
    assert counting.looks > 2  # the first, and that which finds nothing more


def test_what_is_still_being_written_counts_once_and_so_does_an_orphan(counting: Spool) -> None:
    clip = Clip(f"{STREAM}-1600", "press", Recorded())
    writing = counting.open_clip(clip, np.ones(100, np.int16))
    revising = counting.open_clip(
        Clip(f"{STREAM}-1600", "press", Recorded(), revision=1), np.ones(100, np.int16)
    )
    (counting.folder / f"{STREAM}-3200.0.open").write_bytes(b"left by a writer that was killed")

    assert counting.waiting() == []
    assert counting.waiting_count() == 2
    revising.remove()
    writing.remove()


def test_an_empty_spool_has_nothing_waiting_and_the_room_of_its_disk(counting: Spool) -> None:
    assert counting.waiting_count() == 0
    assert counting.waiting() == []
    disk = os.statvfs(counting.folder.parent)
    assert counting.free_bytes() == pytest.approx(disk.f_bavail * disk.f_frsize, rel=0.05)
