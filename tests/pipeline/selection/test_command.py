"""`dismiss`, `more` and `selection` as people and programs read them."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core.command_line import Arguments, Screen
from core.errors import NotFound, WrongUsage
from core.moment import Transcript
from pipeline.commands import acts
from pipeline.selection import command
from pipeline.store import acts as store_acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, new_moment_id
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from tests.contracts.stores import AT

Answering = Callable[[SqliteArchive, Arguments, Screen], Awaitable[int]]


async def keep(archive: SqliteArchive, text: str) -> str:
    moment = new_moment_id()
    kept = Kept(moment, "typed", AT, transcript=Transcript(text))
    await archive.append(drafts.moment_kept(kept, author="wearer"))
    return moment


async def test_an_answer_says_what_it_does_and_how_it_is_taken_back(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        moment = await keep(archive, "The pump leaks.")
        await command.more(archive, Arguments(ids=[moment]), Screen(as_json=False))
        await command.dismiss(archive, Arguments(ids=[moment]), Screen(as_json=False))
        await acts.undo(archive, Arguments(act=None, home=home), Screen(as_json=False))
        await acts.undo(archive, Arguments(act=None, home=home), Screen(as_json=False))

    told = capsys.readouterr().out
    assert "More like" in told
    assert "is hidden, and less like it will be kept. `afterthought undo`" in told
    assert "Taken back: hiding" in told
    assert "Taken back: your answer about" in told


@pytest.mark.parametrize(
    ("answer", "again"),
    [(command.dismiss, "was dismissed already."), (command.more, "You asked for more like")],
)
async def test_an_answer_given_twice_promises_no_undo(
    home: Path, capsys: pytest.CaptureFixture[str], answer: Answering, again: str
) -> None:
    async with open_archive(home) as archive:
        moment = await keep(archive, "The pump leaks.")
        await answer(archive, Arguments(ids=[moment]), Screen(as_json=False))
        capsys.readouterr()
        await answer(archive, Arguments(ids=[moment]), Screen(as_json=False))

    told = capsys.readouterr().out
    assert again in told
    assert "undo" not in told


async def test_of_a_moment_without_words_it_is_said_that_nothing_is_learned(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        moment = await keep(archive, "")
        for _ in range(2):
            await command.dismiss(archive, Arguments(ids=[moment]), Screen(as_json=False))

    first, second = capsys.readouterr().out.splitlines()
    assert "is hidden, and has no words to learn from. `afterthought undo`" in first
    assert "is hidden already." in second


async def test_more_says_whether_the_moment_is_seen(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        dismissed, hidden = [await keep(archive, text) for text in ("One pump.", "Two pumps.")]
        await command.dismiss(archive, Arguments(ids=[dismissed]), Screen(as_json=False))
        await store_acts.hide(archive, await archive.moment(hidden))
        capsys.readouterr()
        await command.more(archive, Arguments(ids=[dismissed, hidden]), Screen(as_json=False))

    first, second = capsys.readouterr().out.splitlines()
    assert "It is seen again." in first
    assert "It stays hidden: `afterthought restore" in second


async def test_a_moment_without_words_cannot_be_asked_for_more_of(home: Path) -> None:
    async with open_archive(home) as archive:
        moment = await keep(archive, "")
        with pytest.raises(WrongUsage, match="no words"):
            await command.more(archive, Arguments(ids=[moment]), Screen(as_json=False))


async def test_where_one_is_not_there_nothing_is_answered(home: Path) -> None:
    async with open_archive(home) as archive:
        moment = await keep(archive, "The pump leaks.")
        with pytest.raises(NotFound):
            await command.dismiss(archive, Arguments(ids=[moment, "ffff-9"]), Screen(as_json=False))

        assert (await archive.moment(moment)).state == "visible"


async def test_before_any_answer_selection_says_how_to_answer(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        await command.selection(archive, Arguments(), Screen(as_json=False))

    told = capsys.readouterr().out
    assert "You have not answered yet" in told
    assert "that you asked to remember it: is enough by itself (4.0)" in told


async def test_after_answers_selection_says_what_they_changed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        for number in range(12):
            moment = await keep(archive, f"Is door {number} painted?")
            await command.more(archive, Arguments(ids=[moment]), Screen(as_json=False))
        capsys.readouterr()
        await command.selection(archive, Arguments(), Screen(as_json=False))
        await command.selection(archive, Arguments(), Screen(as_json=True))

    *lines, as_json = capsys.readouterr().out.strip().split("\n")
    assert lines[0].startswith("12 answers (12 for more, 0 dismissed)")
    assert any("it is a question" in line and "more than at first" in line for line in lines)
    assert json.loads(as_json)["more"] == 12


async def test_a_reset_says_whether_there_was_anything_to_let_go(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        await command.reset(archive, Arguments(), Screen(as_json=False))
        assert "Nothing was learned yet." in capsys.readouterr().out
        moment = await keep(archive, "The pump leaks.")
        await command.more(archive, Arguments(ids=[moment]), Screen(as_json=False))
        await command.reset(archive, Arguments(), Screen(as_json=False))

    assert "begins anew" in capsys.readouterr().out
