"""An engine that the settings name hears by itself what was kept here, and nothing else."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.moment import Transcript, Word
from core.paths import Home
from core.settings import EngineSettings, Settings
from pipeline.engines.chosen import engine_named
from pipeline.engines.fakes import Asked, fake_wyoming
from pipeline.engines.port import Engine
from pipeline.fakes import FakeModels
from pipeline.refining.by_engine import as_second_model
from pipeline.refining.power import Power
from pipeline.store.format import drafts
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.own.work import SqliteWork
from pipeline.sync.work.asking_engine import AskingEngine
from pipeline.sync.work.may_gain import MayGain
from pipeline.worker.service import working

Post = Callable[..., str]

FREE = Power(on_battery=False, hottest_c=40.0, load=0.0, processors=2)
FIRST = Transcript(
    "the pill books beep",
    tuple(
        Word(each, 200 * nth, 200 * nth + 180, 0.3 if each == "books" else 0.9, each == "books")
        for nth, each in enumerate("the pill books beep".split())
    ),
    "fake",
    -0.3,
    "en",
)
BETTER = "The pill box beeps: beep."


@dataclass
class World:
    """A home whose worker runs, its one moment, and the engine."""

    archive: SqliteArchive
    moment: str
    engine: Asked
    asking: AskingEngine
    gains: MayGain

    async def text(self) -> str:
        return (await self.archive.moment(self.moment)).text


@pytest.fixture
async def world(
    home: Path, post_clip: Post, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    monkeypatch.setattr("pipeline.sync.work.asking_engine.read_power", lambda: FREE)
    moment = post_clip()
    async with (
        working(Home(home), Settings(), models=FakeModels(FIRST)) as worker,
        fake_wyoming(BETTER) as asked,
        open_archive(home) as archive,
    ):
        await worker.drain()
        settings = Settings(engines=EngineSettings(wyoming=f"127.0.0.1:{asked.port}"))
        engine = engine_named("wyoming", settings)
        gains = MayGain(archive, SqliteWork(archive), as_second_model(engine, settings), own=True)
        yield World(archive, moment, asked, AskingEngine(Home(home), engine, gains), gains)


async def test_better_words_come_by_themselves_and_are_no_act_of_the_wearer(world: World) -> None:
    assert await world.asking.step()

    assert await world.text() == BETTER
    refined = (await world.archive.events_of(world.moment))[-1]
    assert (refined.kind, refined.author) == ("moment_refined", "pipeline")
    assert "act" not in refined.payload
    asked = len(world.engine.kinds)
    assert not await world.asking.step()
    assert len(world.engine.kinds) == asked


@pytest.mark.parametrize("power", ["battery", "hot", "busy"])
async def test_nothing_is_sent_while_the_machine_has_no_power_to_spare(
    world: World, monkeypatch: pytest.MonkeyPatch, power: str
) -> None:
    hottest_c, load = (90.0 if power == "hot" else None), (3.0 if power == "busy" else 0.0)
    now = Power(power == "battery", hottest_c, load, 2)
    monkeypatch.setattr("pipeline.sync.work.asking_engine.read_power", lambda: now)

    assert not await world.asking.step()

    assert world.engine.kinds == []


async def test_what_waits_for_its_first_words_goes_before(world: World, post_clip: Post) -> None:
    post_clip()

    assert not await world.asking.step()

    assert world.engine.kinds == []


async def test_an_engine_that_is_gone_is_left_alone_for_a_while(home: Path, world: World) -> None:
    gone = Settings(engines=EngineSettings(wyoming="127.0.0.1:1"))
    asking = AskingEngine(Home(home), engine_named("wyoming", gone), world.gains)

    assert not await asking.step()
    assert not await asking.step()

    assert await world.text() == FIRST.text
    assert await world.asking.step()  # it was put back, for an engine that is there
    assert await world.text() == BETTER


async def test_only_what_was_kept_here_is_sent_and_what_is_heard_new_comes_later(
    home: Path, world: World
) -> None:
    work, model = SqliteWork(world.archive), as_second_model(_engine(world), Settings())
    theirs, ours = (MayGain(world.archive, work, model, own=own) for own in (False, True))

    assert await theirs.next() is None
    gain = await ours.next()
    assert gain is not None
    assert gain.job.moment == world.moment
    assert await ours.next() is None

    again = drafts.moment_transcribed(world.moment, FIRST, revision=0)
    await world.archive.append(again)
    found = await ours.next()
    assert found is not None
    assert found.job.moment == world.moment


def _engine(world: World) -> Engine:
    settings = Settings(engines=EngineSettings(wyoming=f"127.0.0.1:{world.engine.port}"))
    return engine_named("wyoming", settings)
