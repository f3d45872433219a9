"""A keep that reaches further back is the same moment, with other sound and other words."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.clock import Recorded
from core.moment import Transcript, Word
from core.spool_port import Clip
from pipeline.fakes import FakeModels
from pipeline.forget import forget
from pipeline.spool.spool import Spool
from pipeline.store import acts
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow
from pipeline.worker.worker import Worker

MOMENT = "00000000000000aa-1600"
LONGER = Transcript("the pill box", (Word("the", 0, 90, 0.9), Word("pill", 90, 99, 0.9)), "fake")

Post = Callable[[int, float], None]


@pytest.fixture
def post(spool: Spool) -> Post:
    def post(revision: int, seconds: float) -> None:
        recorded = Recorded(1_790_000_000_000 - round(seconds * 1000), 0, source="clock")
        chance = np.random.default_rng(revision)
        sound = chance.integers(-99, 99, int(seconds * 16_000), dtype=np.int16)
        spool.open_clip(Clip(MOMENT, "press", recorded, (), revision), sound).close(len(sound))

    return post


async def moment(home: Path) -> MomentRow:
    async with open_archive_to_read(home) as archive:
        (row,) = await archive.moments(hidden=True)
        return row


def sounds(home: Path) -> list[str]:
    return [path.stem for path in (home / "sound").glob("*/*.mp4")]


async def kinds(home: Path) -> list[str]:
    async with open_archive_to_read(home) as archive:
        return [each.kind for each in await archive.events_of(MOMENT)]


async def problems(home: Path) -> list[str]:
    async with open_archive(home) as archive:
        return (await archive.check()).problems


@pytest.mark.parametrize("seconds", [3, 12])
async def test_a_revision_is_the_same_moment_with_its_own_words_and_the_old_sound_is_gone(
    worker: Worker, models: FakeModels, home: Path, post: Post, seconds: float
) -> None:
    post(0, 2)
    await worker.drain()
    before = await moment(home)
    models.transcript = LONGER
    post(1, seconds)
    await worker.drain()

    after = await moment(home)
    assert (after.id, after.revision, after.text) == (before.id, 1, "the pill box")
    assert (after.duration_ms, after.words) == (seconds * 1000, "words")
    assert (after.at_ms or 0) < (before.at_ms or 0)
    assert sounds(home) == [after.sound]
    assert await problems(home) == []


async def test_a_revision_that_came_before_the_first_was_taken_is_made_at_once(
    worker: Worker, home: Path, post: Post
) -> None:
    post(0, 2)
    post(1, 3)
    await worker.drain()

    assert (await moment(home)).duration_ms == 3000
    assert await kinds(home) == ["moment_kept", "moment_transcribed", "moment_embedded"]


async def test_a_revision_that_is_taken_twice_changes_nothing(
    worker: Worker, home: Path, post: Post
) -> None:
    post(0, 2)
    await worker.drain()
    post(1, 3)
    await worker.drain()
    before = await kinds(home)
    post(1, 3)
    post(0, 2)
    await worker.drain()

    assert await kinds(home) == before
    assert await problems(home) == []


async def test_an_undone_revision_shows_the_words_before_without_their_sound(
    worker: Worker, models: FakeModels, home: Path, post: Post
) -> None:
    post(0, 2)
    await worker.drain()
    models.transcript = LONGER
    post(1, 3)
    await worker.drain()
    async with open_archive(home) as archive:
        undone = await acts.undo(archive)

    row = await moment(home)
    assert [each.kind for each in undone.events] == ["clip_revised"]
    assert (row.state, row.revision, row.text, row.sound) == ("visible", 0, "pill box", None)
    assert await problems(home) == []

    async with open_archive(home) as archive:
        await acts.redo(archive)
    row = await moment(home)
    assert (row.revision, row.text) == (1, "the pill box")
    assert sounds(home) == [row.sound]


async def test_a_revision_of_a_forgotten_moment_is_refused(
    worker: Worker, home: Path, post: Post
) -> None:
    post(0, 2)
    await worker.drain()
    async with open_archive(home) as archive:
        await forget(archive, Spool(home / "spool"), [MOMENT])
    post(1, 3)
    await worker.drain()

    async with open_archive_to_read(home) as archive:
        assert await archive.moments(hidden=True) == []
    assert sounds(home) == []
