"""`refine` has kept moments heard again; better words count, and nothing of the wearer's goes."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.command_line import Screen
from core.errors import ModelMissing, NotFound
from core.moment import Transcript, Word
from core.paths import Home
from core.settings import Settings
from pipeline.fakes import FakeModels
from pipeline.refining.going_over import refine
from pipeline.refining.power import Power
from pipeline.spool.spool import Spool
from pipeline.store import acts
from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.service import working
from tests.pipeline.conftest import SPOKEN
from tests.pipeline.refining.test_sizes import write_weights

Post = Callable[..., str]

BETTER = Transcript(
    "the pill box", tuple(Word(w, 0, 300, 0.9) for w in ("the", "pill", "box")), "larger.en", -0.2
)
FREE = Power(on_battery=False, hottest_c=None, load=0.0, processors=2)


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> FakeModels:
    """The models of every worker that a command becomes."""
    made = FakeModels(SPOKEN)
    made.better = BETTER
    monkeypatch.setattr("pipeline.worker.service.ChildModels", lambda *_, **__: made)
    return made


@pytest.fixture(autouse=True)
def power(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.refining.going_over.read_power", lambda: FREE)


@pytest.fixture(autouse=True)
def larger(home: Path) -> None:
    """The settings name a larger model, of which nothing but its name is asked here."""
    folder = home / "larger.en"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"weights")
    (home / "settings.toml").write_text(f'[models]\nlarger_transcriber_path = "{folder}"\n')


@pytest.fixture
async def kept(home: Path, models: FakeModels, post_clip: Post) -> str:
    """A moment with its words."""
    moment = post_clip()
    await work(home, models)
    return moment


async def work(home: Path, models: FakeModels) -> None:
    async with working(Home(home), Settings(), models=models) as worker:
        await worker.drain()


async def text_of(home: Path, moment: str) -> str:
    async with open_archive_to_read(home) as archive:
        return (await archive.moment(moment)).text


async def refined(
    home: Path, capsys: pytest.CaptureFixture[str], *ids: str, now: bool = False
) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
    capsys.readouterr()
    status = await refine(Home(home), ids, Screen(as_json=True), now=now)
    *told, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    return status, told, last["summary"]


async def test_better_words_supersede_and_those_before_come_back_with_an_undo(
    home: Path, models: FakeModels, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, (told,), summary = await refined(home, capsys)

    assert (status, told["id"], told["outcome"], told["text"]) == (0, kept, "better", BETTER.text)
    assert summary == {
        "model": "larger.en",
        "better": 1,
        "kept": 0,
        "failed": 0,
        "left": 0,
        "elsewhere": 0,
    }
    assert models.heard_again == [(kept, "larger.en")]
    async with open_archive_to_read(home) as archive:
        row = await archive.moment(kept)
        assert await archive.transcript(row) == BETTER
    assert Spool(home / "spool").waiting() == []

    async with open_archive(home) as archive:
        await acts.undo(archive)
        assert await archive.transcript(await archive.moment(kept)) == SPOKEN
        assert (await archive.check()).problems == []


async def test_what_was_undone_is_not_done_again_unless_it_is_named(
    home: Path, models: FakeModels, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await refined(home, capsys)
    async with open_archive(home) as archive:
        await acts.undo(archive)

    assert await refined(home, capsys) == (
        0,
        [],
        {"model": "larger.en", "better": 0, "kept": 0, "failed": 0, "left": 0, "elsewhere": 0},
    )
    assert await text_of(home, kept) == SPOKEN.text
    _, (told,), _ = await refined(home, capsys, kept[:8])
    assert told["outcome"] == "better"


async def test_what_is_on_another_machine_is_left_out_and_named_where_it_was_asked_for(
    home: Path, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        row = await archive.moment(kept)
        sound_path(home, row.sound or "").unlink()
        copies = "INSERT INTO sound_away VALUES (?, ?, 9, NULL, 0)"
        await archive.connection.execute(copies, (row.sound, "ab" * 32))

    of_all = await refined(home, capsys)
    status, (told,), summary = await refined(home, capsys, kept)

    assert (of_all[0], of_all[1], of_all[2]["elsewhere"]) == (0, [], 1)
    assert (status, told["outcome"], summary["elsewhere"]) == (1, "elsewhere", 1)


async def test_words_that_are_no_better_leave_those_before_and_are_heard_once(
    home: Path, models: FakeModels, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    models.better = replace(BETTER, text="", words=())

    status, (told,), summary = await refined(home, capsys)
    again = await refined(home, capsys)

    assert (status, told["outcome"], told["text"]) == (0, "kept", SPOKEN.text)
    assert summary["kept"] == 1
    assert again[1] == []
    assert await text_of(home, kept) == SPOKEN.text
    async with open_archive(home) as archive:  # it is no act: the keep is what an undo takes
        undone = await acts.undo(archive)
        assert [each.kind for each in undone.events] == ["moment_kept"]


async def test_a_text_of_the_wearers_own_stays(
    home: Path, models: FakeModels, post_text: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    note = post_text("tea at four")
    await work(home, models)

    assert (await refined(home, capsys))[1] == []
    status, (told,), _ = await refined(home, capsys, note)

    assert (status, told["outcome"], told["text"]) == (0, "written", "tea at four")
    assert models.heard_again == []


async def test_words_that_the_wearer_changed_meanwhile_stay(
    home: Path, models: FakeModels, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = replace(SPOKEN, text="my own words", words=(), model=None)

    async def while_the_wearer_writes(*_: object) -> object:
        from pipeline.store.format import drafts  # noqa: PLC0415
        from pipeline.worker.model_process import Heard  # noqa: PLC0415

        async with open_archive(home) as archive:
            await archive.append(drafts.moment_transcribed(kept, own, revision=0, author="wearer"))
        return Heard(BETTER, None)

    models.hear_again = while_the_wearer_writes  # type: ignore[assignment, method-assign]

    _, (told,), _ = await refined(home, capsys)

    assert (told["outcome"], told["text"]) == ("changed", "my own words")
    assert (await refined(home, capsys))[1] == []


async def test_one_on_which_the_models_fail_is_told_and_the_rest_goes_on(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = [post_clip(), post_clip()]
    await work(home, models)
    models.failures = 1

    status, told, summary = await refined(home, capsys)

    assert status == 1
    assert [each.get("code", "better") for each in told] == ["models_failed", "better"]
    assert (summary["better"], summary["failed"]) == (1, 1)
    assert sorted(each["id"] for each in told) == sorted(moments)


async def test_after_three_failures_in_a_row_the_rest_is_left(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        post_clip()
    await work(home, models)
    models.failures = 5

    status, _, summary = await refined(home, capsys)

    assert (status, summary["failed"], summary["left"]) == (1, 3, 2)


async def test_on_a_battery_it_waits_unless_it_is_to_be_done_now(
    home: Path,
    models: FakeModels,
    kept: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    battery = replace(FREE, on_battery=True)
    monkeypatch.setattr("pipeline.refining.going_over.read_power", lambda: battery)

    status = await refine(Home(home), [], Screen(as_json=False), now=False)

    out, err = capsys.readouterr()
    assert status == 1
    assert "runs on its battery. `afterthought refine` goes on later; with --now" in err
    assert "1 is left." in out
    assert (await refined(home, capsys, now=True))[0] == 0


async def test_what_waits_goes_first(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = post_clip()
    await work(home, models)
    waiting = post_clip()

    await refined(home, capsys, moment)

    assert models.heard == [moment, waiting]
    assert await text_of(home, waiting) == SPOKEN.text


async def test_stopped_it_leaves_what_is_done_and_goes_on_there(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = {post_clip(), post_clip()}
    await work(home, models)
    hear_again, is_stuck = models.hear_again, asyncio.Event()

    async def the_second_never_ends(*given: Any) -> Any:
        if models.heard_again:
            is_stuck.set()
            await asyncio.Event().wait()
        return await hear_again(*given)

    models.hear_again = the_second_never_ends  # type: ignore[assignment, method-assign]
    running = asyncio.create_task(refine(Home(home), [], Screen(as_json=True), now=False))
    await is_stuck.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    models.hear_again = hear_again  # type: ignore[method-assign]
    _, (told,), _ = await refined(home, capsys)

    (done, *_), (rest, *_) = models.heard_again
    assert (told["id"], {done, rest}) == (rest, moments)


async def test_another_processes_worker_does_it_where_one_runs(
    home: Path, models: FakeModels, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with working(Home(home), Settings(), models=models):
        status, (told,), _ = await refined(home, capsys)

    assert (status, told["outcome"]) == (0, "better")
    assert await text_of(home, kept) == BETTER.text


async def test_a_model_that_is_not_larger_is_refused(
    home: Path, models: FakeModels, post_clip: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    write_weights(home / "larger.en", rows=10)
    models.transcript = replace(SPOKEN, model="whisper-tiny.en", language="en")
    moment = post_clip()
    await work(home, models)

    assert await refine(Home(home), [], Screen(as_json=False), now=True) == 1
    said = (
        capsys.readouterr().out
    )  # it names the models for other languages too, once they are here
    assert said.startswith("larger.en is not large enough to hear anything better than whisper-")
    assert "whisper-tiny.en did: name a larger model" in said
    status, (told,), _ = await refined(home, capsys, moment)

    assert (status, told["outcome"]) == (0, "no_better")
    assert "a larger model has to be named" in told["sentence"]
    assert models.heard_again == []


async def test_without_a_larger_model_it_says_what_to_do(
    home: Path, models: FakeModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "settings.toml").unlink()
    monkeypatch.setattr("pipeline.refining.second_model.models.is_there", lambda *_, **__: False)

    with pytest.raises(ModelMissing, match="larger_transcriber_path"):
        await refine(Home(home), [], Screen(as_json=True), now=False)


async def test_an_id_that_nothing_has_is_an_error_and_changes_nothing(
    home: Path, models: FakeModels, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotFound):
        await refined(home, capsys, kept, "ffffffff")

    assert models.heard_again == []
