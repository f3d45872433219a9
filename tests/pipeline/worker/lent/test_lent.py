"""What a peer has on lease is left alone here; what it has heard is heard no more."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from core.clock import FakeClock
from core.errors import ModelMissing
from core.moment import Transcript
from core.paths import Home
from core.settings import MachineSettings, Settings
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Spool
from pipeline.store.format import drafts
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.own.work import SqliteWork
from pipeline.store.work_port import Job
from pipeline.worker.model_process import Heard, Progress
from pipeline.worker.service import working

Post = Callable[..., str]

KEY = "22" * 32
THERE = Transcript("what the laptop heard", (), "a larger model", -0.2)


class NoWhisper(FakeModels):
    """Has the means to encode, and no model that hears."""

    async def hear(self, clip: Path, progress: Progress) -> Heard:
        raise ModelMissing("The model is missing.", advice="Run `./run setup`.")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def archive(home: Path, clock: FakeClock) -> AsyncIterator[SqliteArchive]:
    """As another process has it open."""
    async with open_archive(home, clock=clock) as opened:
        yield opened


async def drain(home: Path, clock: FakeClock, models: FakeModels, settings: Settings) -> None:
    async with working(Home(home), settings, models=models, clock=clock) as worker:
        try:
            await worker.drain()
        except ModelMissing:
            assert isinstance(models, NoWhisper)


async def lend(archive: SqliteArchive, clock: FakeClock, moment: str, for_s: float) -> bool:
    job = Job(moment, 0, "words")
    return await SqliteWork(archive).lend(job, KEY, for_s, clock.recorded_now())


async def test_without_whisper_the_moment_stands_with_its_sound(
    home: Path, clock: FakeClock, archive: SqliteArchive, post_clip: Post, spool: Spool
) -> None:
    moments = [post_clip(), post_clip(), post_clip(12.0)]

    await drain(home, clock, NoWhisper(), Settings())

    rows = [await archive.moment(each) for each in moments]
    assert [row.words for row in rows] == ["awaited"] * 3
    assert all(row.sound is not None for row in rows)
    assert len(spool.waiting()) == 3


async def test_what_is_on_lease_waits_until_the_lease_has_lapsed(
    home: Path, clock: FakeClock, archive: SqliteArchive, post_clip: Post, spool: Spool
) -> None:
    moment, models = post_clip(), FakeModels()
    await drain(home, clock, NoWhisper(), Settings())
    assert await lend(archive, clock, moment, 60)

    await drain(home, clock, models, Settings())
    assert models.heard == []
    assert len(spool.waiting()) == 1

    clock.advance(61)
    await drain(home, clock, models, Settings())
    assert models.heard == [moment]
    assert spool.waiting() == []


@pytest.mark.parametrize("models", [FakeModels(), NoWhisper()], ids=["whisper", "none"])
async def test_what_a_peer_has_heard_leaves_the_spool(
    home: Path, archive: SqliteArchive, post_clip: Post, models: FakeModels
) -> None:
    clock, spool = FakeClock(), Spool(home / "spool")
    moment, _ = post_clip(), post_clip()
    await drain(home, clock, NoWhisper(), Settings())
    await archive.append(drafts.moment_transcribed(moment, THERE, revision=0))

    await drain(home, clock, models, Settings())

    assert moment not in models.heard
    left = [each.path.name for each in spool.waiting()]
    assert not any(each.startswith(moment) for each in left)
    assert len(left) == isinstance(models, NoWhisper)
    assert (await archive.moment(moment)).text == THERE.text


async def test_a_lease_of_another_run_of_the_machine_is_none(
    home: Path, clock: FakeClock, archive: SqliteArchive, post_clip: Post
) -> None:
    moment, models = post_clip(), FakeModels()
    await drain(home, clock, NoWhisper(), Settings())
    assert await lend(archive, clock, moment, 60)
    await archive.connection.execute("UPDATE lease SET boot = 'another'")
    await archive.connection.commit()

    await drain(home, clock, models, Settings())

    assert models.heard == [moment]


async def test_a_small_machine_keeps_each_clip_before_it_hears_it(
    home: Path, clock: FakeClock, archive: SqliteArchive, post_clip: Post
) -> None:
    class Slow(FakeModels):
        async def hear(self, clip: Path, progress: Progress) -> Heard:
            kept.append(len(await archive.moments()))
            return await super().hear(clip, progress)

    kept: list[int] = []
    for _ in range(3):
        post_clip()

    settings = Settings(machine=MachineSettings(profile="zero"))
    await drain(home, clock, Slow(), settings)

    assert len(kept) == 3
    assert min(kept) >= 1
    assert {row.words for row in await archive.moments()} == {"no_words"}


async def test_words_that_a_peer_was_done_with_first_stay(
    home: Path, clock: FakeClock, archive: SqliteArchive, post_clip: Post, spool: Spool
) -> None:
    class Slow(FakeModels):
        async def hear(self, clip: Path, progress: Progress) -> Heard:
            await archive.append(drafts.moment_transcribed(moment, THERE, revision=0))
            return await super().hear(clip, progress)

    moment = post_clip()

    settings = Settings(machine=MachineSettings(profile="zero"))
    await drain(home, clock, Slow(Transcript("what a small model heard")), settings)

    assert (await archive.moment(moment)).text == THERE.text
    kinds = [each.kind for each in await archive.events_of(moment)]
    assert kinds == ["moment_kept", "moment_transcribed"]
    assert spool.waiting() == []
