"""The models fail: nothing is given up in a moment, and nothing else waits for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Never

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.paths import Home
from core.settings import Settings
from core.spool_port import TypedText
from pipeline.fakes import FakeModels
from pipeline.forget import forget
from pipeline.media import Encoded, decode
from pipeline.spool.spool import Spool
from pipeline.spool.tries import Conditions
from pipeline.store.format.drafts import Embedding
from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow
from pipeline.worker.backoff import GIVE_UP_AFTER, wait_s
from pipeline.worker.model_process import Heard, ModelsFailed, Progress, Said
from pipeline.worker.service import working
from pipeline.worker.worker import Worker
from tests.pipeline.conftest import SPOKEN

Post = Callable[..., str]


class Allergic(FakeModels):
    """Fails on a text about nuts, and on every clip while it is `ill`."""

    def __init__(self) -> None:
        super().__init__(SPOKEN)
        self.asked = 0
        self.ill = False

    async def read(self, said: Sequence[Said]) -> list[Embedding | None]:
        self.asked += 1
        if any("nuts" in each.text for each, _ in said):
            raise ModelsFailed("nuts", "ended")
        return await super().read(said)

    async def hear(self, clip: Path, progress: Callable[[float], None]) -> Any:
        self.asked += 1
        if self.ill:
            raise ModelsFailed("ill", "ended")
        return await super().hear(clip, progress)


@pytest.fixture
def models() -> Allergic:
    return Allergic()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@contextlib.asynccontextmanager
async def started(home: Path, models: FakeModels, clock: FakeClock) -> AsyncIterator[Worker]:
    async with working(Home(home), Settings(), models=models, clock=clock) as worker:
        yield worker


@pytest.fixture
async def worker(home: Path, models: Allergic, clock: FakeClock) -> AsyncIterator[Worker]:
    async with started(home, models, clock) as made:
        yield made


async def rows(home: Path) -> list[MomentRow]:
    async with open_archive_to_read(home) as archive:
        return await archive.moments()


async def without_vectors(home: Path) -> list[str]:
    async with open_archive_to_read(home) as archive:
        query = "SELECT moment FROM passage WHERE vector IS NULL"
        return [str(row[0]) for row in await archive.connection.execute_fetchall(query)]


async def test_a_clip_on_which_the_models_fail_stands_with_its_sound_and_is_tried_again_later(
    worker: Worker, models: Allergic, post_clip: Post, clock: FakeClock, home: Path
) -> None:
    moment = post_clip()
    models.ill = True
    await worker.drain()
    await worker.drain()
    (row,) = await rows(home)
    assert (row.id, row.words, row.sound is None, models.asked) == (moment, "awaited", False, 1)

    models.ill = False
    clock.advance(wait_s(1) - 1)
    await worker.drain()
    assert models.asked == 1
    clock.advance(1)
    await worker.drain()

    assert [row.words for row in await rows(home)] == ["words"]
    assert list(worker.spool.folder.iterdir()) == []


async def test_a_restart_of_the_worker_makes_no_wait_shorter(
    home: Path, models: Allergic, clock: FakeClock, post_clip: Post
) -> None:
    post_clip()
    models.ill = True
    for _ in range(3):
        async with started(home, models, clock) as worker:
            await worker.drain()
    assert models.asked == 1

    clock.advance(wait_s(1))
    for _ in range(3):
        async with started(home, models, clock) as worker:
            await worker.drain()
    assert models.asked == 2


async def test_only_after_hours_a_moment_is_left_without_words(
    worker: Worker, models: Allergic, post_clip: Post, clock: FakeClock, home: Path
) -> None:
    post_clip()
    models.ill = True
    for failures in range(1, GIVE_UP_AFTER + 1):
        assert len(worker.spool.waiting()) == 1
        await worker.drain()
        clock.advance(wait_s(failures))

    (row,) = await rows(home)
    assert (row.words, row.text, row.sound is None) == ("failed", "", False)
    assert models.asked == GIVE_UP_AFTER
    assert list(worker.spool.folder.iterdir()) == []


async def test_it_is_tried_at_once_where_the_models_are_others(
    home: Path, models: Allergic, post_clip: Post, clock: FakeClock, spool: Spool
) -> None:
    here = [Conditions("these", 1)]
    post_clip()
    models.ill = True
    async with open_archive(home, clock=clock) as archive:
        worker = Worker(archive, models, spool, clock, lambda: here[0])
        await worker.drain()
        await worker.drain()
        assert models.asked == 1

        here[0] = Conditions("others", 1)
        models.ill = False
        await worker.drain()

    assert [row.words for row in await rows(home)] == ["words"]


async def test_nothing_else_waits_for_what_fails(
    worker: Worker, models: Allergic, post_clip: Post, post_text: Post, home: Path
) -> None:
    post_clip()
    models.ill = True
    await worker.drain()

    note = post_text("tea at four")
    await worker.drain()

    assert [row.text for row in await rows(home) if row.id == note] == ["tea at four"]
    assert await without_vectors(home) == []


async def test_a_note_on_which_the_models_fail_is_found_by_its_words_at_once(
    worker: Worker, post_text: Post, home: Path, spool: Spool
) -> None:
    note = post_text("nuts for the siren")

    await worker.drain()

    async with open_archive_to_read(home) as archive:
        query = "SELECT count(*) FROM passage_words WHERE passage_words MATCH 'siren'"
        assert [tuple(r) for r in await archive.connection.execute_fetchall(query)] == [(1,)]
    assert await without_vectors(home) == [note]
    assert len(spool.waiting()) == 1


async def test_a_note_gets_its_vectors_once_the_models_are_well(
    worker: Worker, models: Allergic, post_text: Post, clock: FakeClock, home: Path
) -> None:
    post_text("tea at four")
    models.failures = 1
    await worker.drain()
    assert await without_vectors(home) != []

    clock.advance(wait_s(1))
    await worker.drain()

    assert await without_vectors(home) == []
    assert worker.spool.waiting() == []


async def test_one_text_on_which_the_models_fail_does_not_cost_the_others_their_vectors(
    worker: Worker, clock: FakeClock, home: Path, spool: Spool
) -> None:
    said = {"a-0": "nuts for the birds", "b-0": "tea at four"}
    texts = [TypedText(each, "typed", text, Recorded(5, 0)) for each, text in said.items()]
    spool.post_texts("batch", texts)
    await worker.drain()
    assert len(await rows(home)) == 2

    clock.advance(wait_s(1))
    await worker.drain()

    assert await without_vectors(home) == ["a-0"]


async def test_of_many_texts_that_fail_three_are_asked_about_and_the_rest_wait(
    worker: Worker, models: Allergic, clock: FakeClock, spool: Spool
) -> None:
    texts = [TypedText(f"{n}-0", "typed", f"nuts {n}", Recorded(5, 0)) for n in range(20)]
    spool.post_texts("batch", texts)
    await worker.drain()
    models.asked = 0

    clock.advance(wait_s(1))
    await worker.drain()

    assert models.asked == 3


async def test_the_status_says_what_is_to_come_and_why_it_waits(
    worker: Worker, models: Allergic, post_clip: Post, clock: FakeClock
) -> None:
    moment = post_clip()
    models.ill = True
    await worker.drain()
    clock.advance(4)

    (told,) = worker.status()["failing"]

    assert (told["moment"], told["tries"], told["in_s"]) == (moment, 1, 6.0)
    assert told["reason"] == (
        "The models ended while they worked on it (once so far). It will be tried again in 6 s."
    )


async def test_what_is_forgotten_is_not_tried_again(
    worker: Worker, models: Allergic, post_clip: Post, clock: FakeClock, home: Path
) -> None:
    moment = post_clip()
    models.ill = True
    await worker.drain()
    async with open_archive(home) as archive:
        await forget(archive, worker.spool, [moment])

    clock.advance(wait_s(1))
    await worker.drain()

    assert models.asked == 1
    assert worker.status()["failing"] == []
    assert list(worker.spool.folder.iterdir()) == []


async def test_sound_is_kept_also_where_the_models_die_as_they_encode_it(
    home: Path, post_clip: Post, clock: FakeClock
) -> None:
    class Dying(FakeModels):
        async def encode(self, clip: Path, target: Path, progress: Progress) -> Never:
            target.write_bytes(b"half of it")
            raise ModelsFailed("gone", "ended")

    post_clip()
    async with started(home, Dying(SPOKEN), clock) as worker:
        await worker.drain()

    (row,) = await rows(home)
    assert row.words == "words"
    assert row.sound is not None
    assert len(np.concatenate(list(decode(sound_path(home, row.sound))))) > 0


async def test_a_short_clip_is_encoded_and_heard_beside_each_other(
    home: Path, post_clip: Post, clock: FakeClock
) -> None:
    class Together(FakeModels):
        def __init__(self) -> None:
            super().__init__(SPOKEN)
            self.hearing = asyncio.Event()

        async def encode(self, clip: Path, target: Path, progress: Progress) -> Encoded:
            await asyncio.wait_for(self.hearing.wait(), 60)
            return await super().encode(clip, target, progress)

        async def hear(self, clip: Path, progress: Progress) -> Heard:
            self.hearing.set()
            return await super().hear(clip, progress)

    post_clip()
    async with started(home, Together(), clock) as worker:
        await worker.drain()

    (row,) = await rows(home)
    assert (row.words, row.sound is not None) == ("words", True)
