"""`refine --engine`: an engine is asked where the settings name it, and its words are judged."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from core.command_line import Screen
from core.errors import UserError
from core.moment import Transcript, Word
from core.paths import Home
from core.settings import Settings
from pipeline.engines.chosen import NoEngine
from pipeline.engines.fakes import Asked, fake_wyoming
from pipeline.fakes import FakeModels
from pipeline.refining.going_over import refine
from pipeline.store import acts
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.service import working
from tests.pipeline.refining.test_refine import FREE

Post = Callable[..., str]

FIRST = Transcript(
    "the pill books beep",
    (
        Word("the", 0, 200, 0.9),
        Word("pill", 200, 400, 0.9),
        Word("books", 400, 700, 0.3, doubtful=True),
        Word("beep", 700, 900, 0.8),
    ),
    "fake",
    -0.3,
    "en",
)


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> FakeModels:
    made = FakeModels(FIRST)
    monkeypatch.setattr("pipeline.worker.service.ChildModels", lambda *_, **__: made)
    monkeypatch.setattr("pipeline.refining.going_over.read_power", lambda: FREE)
    return made


@pytest.fixture
async def kept(home: Path, models: FakeModels, post_clip: Post) -> str:
    moment = post_clip()
    await work(home, models)
    return moment


async def work(home: Path, models: FakeModels) -> None:
    async with working(Home(home), Settings(), models=models) as worker:
        await worker.drain()


@pytest.fixture
async def engine(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Asked]:
    async with fake_wyoming(getattr(request, "param", "The pill box beeps: beep.")) as asked:
        named = f'[engines]\nwyoming = "127.0.0.1:{asked.port}"\n'
        (home / "settings.toml").write_text(named)
        yield asked


async def refined(
    home: Path, capsys: pytest.CaptureFixture[str], *ids: str
) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    screen = Screen(as_json=True)
    status = await refine(Home(home), ids, screen, now=False, engine="wyoming")
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_better_words_of_an_engine_count_are_found_and_bear_its_name(
    home: Path, kept: str, engine: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    status, (told, summary) = await refined(home, capsys)

    assert (status, told["outcome"], told["text"]) == (0, "better", "The pill box beeps: beep.")
    assert summary["summary"]["model"] == f"wyoming 127.0.0.1:{engine.port}"
    async with open_archive_to_read(home) as archive:
        row = await archive.moment(kept)
        now = await archive.transcript(row)
        assert now is not None
        assert now.model == f"wyoming 127.0.0.1:{engine.port}"
    async with open_archive(home) as archive:
        assert (await archive.check()).problems == []
        await acts.undo(archive)
        assert await archive.transcript(await archive.moment(kept)) == FIRST
    assert (await refined(home, capsys))[1][-1]["summary"]["kept"] == 0  # not asked again


async def test_with_a_worker_running_it_is_handed_the_words(
    home: Path,
    kept: str,
    engine: Asked,
    models: FakeModels,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with working(Home(home), Settings(), models=models):
        status, (told, _) = await refined(home, capsys)

    assert (status, told["outcome"]) == (0, "better")


@pytest.mark.parametrize(
    "engine", ["Thanks for watching!", "", "the pill", "the pill box beep " * 60], indirect=True
)
async def test_what_an_engine_makes_up_or_leaves_out_changes_nothing(
    home: Path, kept: str, engine: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    status, (told, _) = await refined(home, capsys)

    assert (status, told["outcome"]) == (0, "kept")
    async with open_archive_to_read(home) as archive:
        assert await archive.transcript(await archive.moment(kept)) == FIRST


async def test_a_text_of_the_wearers_own_is_not_sent_anywhere(
    home: Path,
    models: FakeModels,
    post_text: Post,
    engine: Asked,
    capsys: pytest.CaptureFixture[str],
) -> None:
    note = post_text("tea at four")
    await work(home, models)

    _, (told, _) = await refined(home, capsys, note)

    assert told["outcome"] == "written"
    assert engine.kinds == []


async def test_a_moment_that_is_too_long_for_one_job_is_left_out_and_told_where_it_is_named(
    home: Path,
    kept: str,
    engine: Asked,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for module in ("going_over", "by_engine"):
        monkeypatch.setattr(f"pipeline.refining.{module}.LONGEST_S", 0.5)

    everything, named = await refined(home, capsys), await refined(home, capsys, kept)

    assert [everything[0], len(everything[1])] == [0, 1]
    assert (named[0], named[1][0]["code"]) == (1, "too_long")
    assert engine.kinds == []


async def test_without_its_address_in_the_settings_nobody_is_asked(home: Path, kept: str) -> None:
    with pytest.raises(NoEngine, match=r"engines\.wyoming is not in"):
        await refine(Home(home), [], Screen(as_json=True), now=False, engine="wyoming")


@pytest.mark.parametrize("engine", [b"nonsense\n"], indirect=True)
async def test_an_engine_that_fails_is_told_with_the_moment_and_status_one(
    home: Path, kept: str, engine: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    status, (told, summary) = await refined(home, capsys)

    assert (status, told["id"], told["code"]) == (1, kept, "engine_failed")
    assert summary["summary"]["failed"] == 1


@pytest.mark.parametrize(
    "line",
    [
        'openai = "laptop.local"',
        'openai = "ftp://laptop.local"',
        'openai = "http://"',
        'wyoming = "laptop.local"',
        'wyoming = "http://laptop.local:10300"',
        'wyoming = "laptop.local:x"',
    ],
)
async def test_what_is_no_address_is_a_mistake_in_the_settings(home: Path, line: str) -> None:
    (home / "settings.toml").write_text(f"[engines]\n{line}\n")

    with pytest.raises(UserError, match="such as"):
        await refine(Home(home), [], Screen(as_json=True), now=False, engine="wyoming")
