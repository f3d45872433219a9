"""What a pause took back: seen by no model, brought back or erased, and never by chance kept."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.clock import Recorded
from core.pcm import Pcm
from core.spool_port import Clip, OpenClip
from pipeline.fakes import FakeModels
from pipeline.forget import finish_forgetting
from pipeline.spool.clip_sound import read_clip
from pipeline.spool.spool import Spool
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.worker import Worker

MOMENT = "00000000000000aa-1600"

Open = Callable[..., OpenClip]


@pytest.fixture
def open_clip(spool: Spool) -> Open:
    def opened(moment: str = MOMENT, revision: int = 0) -> OpenClip:
        return spool.open_clip(Clip(moment, "press", Recorded(), revision=revision), sound(100))

    return opened


def sound(samples: int) -> Pcm:
    return np.full(samples, 7, np.int16)


def kept_ids(spool: Spool) -> list[str]:
    return [each.keep for each in spool.taken_back()]


def age(spool: Spool, seconds: float) -> None:
    """As if everything there had been taken back so long ago."""
    for path in (spool.folder / "taken-back").iterdir():
        os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_an_open_clip_is_taken_back_with_all_that_was_appended(
    spool: Spool, open_clip: Open
) -> None:
    opened = open_clip()
    opened.append(sound(60))

    opened.take_back()

    assert spool.waiting() == []
    assert spool.waiting_count() == 0
    assert kept_ids(spool) == [MOMENT]
    assert list(spool.folder.glob("*.open")) == []
    assert len(read_clip(spool.folder / "taken-back" / f"{MOMENT}.0.clip")[1]) == 160


def test_a_closed_clip_is_taken_back_too(spool: Spool, open_clip: Open) -> None:
    path = open_clip().close(100)

    aside = spool.take_back(path)

    assert spool.waiting() == []
    assert len(read_clip(aside)[1]) == 100


def test_what_is_brought_back_is_a_letter_again(spool: Spool, open_clip: Open) -> None:
    open_clip().take_back()

    assert spool.bring_back(MOMENT)

    assert [letter.path.name for letter in spool.waiting()] == [f"{MOMENT}.0.clip"]
    assert spool.taken_back() == []
    assert not spool.bring_back(MOMENT)


@pytest.mark.parametrize("named", ["", "*", "../spool", "00000000000000aa", f"{MOMENT}.0"])
def test_only_a_whole_id_brings_anything_back(spool: Spool, open_clip: Open, named: str) -> None:
    open_clip().take_back()

    assert not spool.bring_back(named)
    assert kept_ids(spool) == [MOMENT]


def test_nothing_is_taken_back_where_nothing_was_kept(spool: Spool) -> None:
    assert spool.taken_back() == []
    assert spool.erase_taken_back() == []
    assert not spool.bring_back(MOMENT)


def test_after_its_time_it_is_erased_and_before_it_is_not(spool: Spool, open_clip: Open) -> None:
    open_clip().take_back()
    age(spool, 590)
    assert spool.erase_taken_back() == []
    assert 0 < spool.taken_back()[0].remaining_s <= 10

    age(spool, 601)

    assert spool.taken_back()[0].remaining_s == 0
    assert spool.erase_taken_back(2) == []
    assert spool.erase_taken_back() == [MOMENT]
    assert list((spool.folder / "taken-back").iterdir()) == []


def test_a_clock_that_was_set_back_begins_the_time_anew(spool: Spool, open_clip: Open) -> None:
    open_clip().take_back()
    age(spool, -86_400)

    (there,) = spool.taken_back()

    assert 590 < there.remaining_s <= 600
    path = spool.folder / "taken-back" / f"{MOMENT}.0.clip"
    assert path.stat().st_mtime <= time.time()


def test_the_revision_before_stays_kept(spool: Spool, open_clip: Open) -> None:
    before, after = open_clip(), open_clip(revision=1)

    after.take_back()

    before.close(100)
    assert [letter.path.name for letter in spool.waiting()] == [f"{MOMENT}.0.clip"]
    assert kept_ids(spool) == [MOMENT]


def test_a_forget_reaches_it_and_nothing_brings_it_back(spool: Spool, open_clip: Open) -> None:
    open_clip().take_back()

    spool.erase([MOMENT])

    assert not spool.bring_back(MOMENT)
    assert spool.taken_back() == []


def test_a_clip_forgotten_while_it_was_written_cannot_be_taken_back(
    spool: Spool, open_clip: Open
) -> None:
    opened = open_clip()
    spool.erase([MOMENT])

    opened.take_back()

    assert spool.taken_back() == []


async def test_no_model_hears_it_until_it_is_brought_back(
    worker: Worker, spool: Spool, open_clip: Open, models: FakeModels, home: Path
) -> None:
    open_clip().take_back()
    await worker.drain()
    assert models.heard == []

    spool.bring_back(MOMENT)
    await worker.drain()

    assert models.heard == [MOMENT]
    async with open_archive_to_read(home) as archive:
        assert [row.id for row in await archive.moments()] == [MOMENT]


async def test_the_worker_erases_what_is_due_where_capture_is_dead(
    worker: Worker, spool: Spool, open_clip: Open
) -> None:
    open_clip().take_back()
    age(spool, 601)

    await worker.drain()

    assert spool.taken_back() == []


async def test_a_tombstone_without_its_forget_reaches_it_at_the_next_start(
    home: Path, spool: Spool, open_clip: Open
) -> None:
    open_clip().take_back()

    async with open_archive(home) as archive:
        (home / "tombstones").write_text(f"{MOMENT}\n", encoding="ascii")
        await finish_forgetting(archive, spool)

    assert spool.taken_back() == []
