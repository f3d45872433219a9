"""`retry` has the models try again what they failed on: the named, or all."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.clock import FakeClock
from core.command_line import Screen
from core.errors import NotFound
from core.moment import Transcript, Word
from core.paths import Home
from core.settings import Settings
from pipeline.commands.retrying import retry
from pipeline.commands.waiting import why_it_lacks
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Spool
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow
from pipeline.worker.backoff import GIVE_UP_AFTER, wait_s
from pipeline.worker.service import working
from tests.pipeline.conftest import SPOKEN

Post = Callable[..., str]


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> FakeModels:
    """The models of every worker that a command becomes."""
    made = FakeModels(SPOKEN)
    monkeypatch.setattr("pipeline.worker.service.ChildModels", lambda *_, **__: made)
    return made


async def fail(home: Path, models: FakeModels, times: int) -> None:
    """The models fail so often on what waits, as time goes by."""
    clock = FakeClock()
    async with working(Home(home), Settings(), models=models, clock=clock) as worker:
        for failures in range(1, times + 1):
            models.failures = 1
            await worker.drain()
            clock.advance(wait_s(failures))


async def row_of(home: Path, moment: str) -> MomentRow:
    async with open_archive_to_read(home) as archive:
        return await archive.moment(moment)


async def retried(
    home: Path, capsys: pytest.CaptureFixture[str], *ids: str
) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    status = await retry(Home(home), ids, Screen(as_json=True))
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_a_clip_that_was_given_up_is_heard_again_from_its_sound(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = post_clip()
    await fail(home, models, GIVE_UP_AFTER)
    row = await row_of(home, moment)
    assert row.words == "failed"
    assert "`afterthought retry 3f1c`" in str(why_it_lacks(Home(home), row, "3f1c"))

    status, told = await retried(home, capsys)

    assert status == 0
    assert told == [{"id": moment, "outcome": "done", "text": "pill box", "sentence": "pill box"}]
    again = await row_of(home, moment)
    assert (again.words, again.sound) == ("words", row.sound)
    assert why_it_lacks(Home(home), again, moment) is None
    assert Spool(home / "spool").waiting() == []


async def test_what_waits_to_be_tried_again_is_tried_now(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = post_clip()
    models.failures = 1
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as worker:
        await worker.drain()
    row = await row_of(home, moment)
    why = str(why_it_lacks(Home(home), row, moment))
    assert why.startswith("Its words will follow. The models")

    status, told = await retried(home, capsys, moment[:8])

    assert (status, [each["outcome"] for each in told]) == (0, ["done"])
    assert (await row_of(home, moment)).words == "words"


async def test_what_fails_again_waits_and_says_why(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = post_clip()
    await fail(home, models, 3)
    models.failures = 1

    status, (told,) = await retried(home, capsys)

    assert (status, told["id"], told["outcome"]) == (1, moment, "waits")
    assert told["sentence"].startswith("The models ended while they worked on it (once so far).")


async def test_a_note_gets_the_vectors_that_it_lacks(
    home: Path, models: FakeModels, post_text: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    note = post_text("tea at four")
    await fail(home, models, GIVE_UP_AFTER)
    async with open_archive_to_read(home) as archive:
        assert [row.id for row in await archive.lacking()] == [note]

    status, told = await retried(home, capsys, note)

    assert (status, [each["outcome"] for each in told]) == (0, ["done"])
    async with open_archive_to_read(home) as archive:
        assert await archive.lacking() == []
        assert len(await archive.moments()) == 1


async def test_what_was_in_another_language_is_heard_again_when_it_is_named(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    models.transcript = Transcript("", model="fake", other_language="de")
    moment = post_clip()
    async with working(Home(home), Settings(), models=models) as worker:
        await worker.drain()
    assert (await row_of(home, moment)).other_language == "de"
    models.transcript = replace(SPOKEN, language="de")

    assert await retried(home, capsys) == (0, [])
    status, told = await retried(home, capsys, moment)

    assert (status, told[0]["outcome"], told[0]["text"]) == (0, "done", "pill box")
    row = await row_of(home, moment)
    assert (row.words, row.language, row.other_language) == ("words", "de", None)


async def test_what_was_hardly_english_is_heard_again_when_it_is_named(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    doubted = [replace(word, doubtful=True) for word in SPOKEN.words]
    models.transcript = replace(SPOKEN, words=tuple(doubted))
    moment = post_clip()
    async with working(Home(home), Settings(), models=models) as worker:
        await worker.drain()
    models.transcript = Transcript("gern", (Word("gern", 0, 300, 0.9),), "fake", language="de")

    assert await retried(home, capsys) == (0, [])
    status, told = await retried(home, capsys, moment)

    assert (status, told[0]["outcome"], told[0]["text"]) == (0, "done", "gern")
    assert (await row_of(home, moment)).language == "de"
    status, told = await retried(home, capsys, moment)
    assert (status, told[0]["outcome"]) == (0, "not_failed")


async def test_an_id_that_nothing_has_is_an_error_and_changes_nothing(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = post_clip()
    await fail(home, models, 1)

    with pytest.raises(NotFound):
        await retried(home, capsys, moment, "ffffffff")

    assert (await row_of(home, moment)).words == "awaited"


async def test_what_did_not_fail_is_left_as_it_is(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = post_clip()
    async with working(Home(home), Settings(), models=models) as worker:
        await worker.drain()

    status, told = await retried(home, capsys, moment)

    assert (status, told[0]["outcome"]) == (0, "not_failed")
    assert models.heard == [moment]
    assert await retried(home, capsys) == (0, [])
