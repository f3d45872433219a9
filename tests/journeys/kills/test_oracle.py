"""The oracle of the kills sees each fault that it is there for."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from core.clock import Recorded
from core.moment import Transcript
from pipeline.forget import forget
from pipeline.spool.spool import Spool
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.sqlite.archive import open_archive
from tests.journeys.kills.oracle import Change, Promised, verify

Owed = tuple[Path, Promised, list[str]]


def keep(home: Path, *texts: str) -> list[str]:
    kept = [
        Kept(drafts.new_moment_id(), "typed", Recorded(), transcript=Transcript(text))
        for text in texts
    ]

    async def kept_there() -> None:
        async with open_archive(home) as archive:
            await archive.append(*[drafts.moment_kept(each, author="wearer") for each in kept])

    asyncio.run(kept_there())
    return [each.id for each in kept]


def hide(home: Path, moment: str) -> None:
    async def hidden() -> None:
        async with open_archive(home) as archive:
            await acts.hide(archive, await archive.moment(moment))

    asyncio.run(hidden())


@pytest.fixture
def owed(tmp_path: Path) -> Owed:
    """An archive with two moments that are owed, and nothing wrong."""
    home, promised = tmp_path / "home", Promised()
    moments = keep(home, "the siren", "the door")
    promised.keys = {("typed", "the siren"), ("typed", "the door")}
    assert verify(home, promised, Change(most_new=2)) == []
    return home, promised, moments


def test_it_is_content_where_nothing_happened(owed: Owed) -> None:
    home, promised, _ = owed

    assert verify(home, promised, Change()) == []


@pytest.mark.parametrize(
    ("fault", "change", "told"),
    [
        (lambda home, _: keep(home, "unasked"), Change(), "1 new moments"),
        (lambda home, _: keep(home, "the siren"), Change(most_new=1), "There 2 times"),
        (lambda home, ids: hide(home, ids[0]), Change(), "by no act"),
        (lambda home, _: (home / "spool").mkdir(), Change(), None),
        (lambda home, _: (home / "left.part").touch(), Change(), "A stray file: left.part"),
    ],
)
def test_what_no_act_has_asked_for_is_told(
    owed: Owed, fault: Callable[[Path, list[str]], object], change: Change, told: str | None
) -> None:
    home, promised, moments = owed

    fault(home, moments)

    problems = verify(home, promised, change)
    assert [told in each for each in problems] == [True] if told else problems == []


def test_what_was_confirmed_and_is_missing_is_told(owed: Owed) -> None:
    home, promised, _ = owed
    promised.keys.add(("typed", "never kept"))
    promised.ids.add("ab-0")

    problems = verify(home, promised, Change())

    assert [each.startswith("Confirmed and missing") for each in problems] == [True, True]


def test_an_act_that_is_done_by_half_is_told(owed: Owed) -> None:
    home, promised, moments = owed
    hide(home, moments[0])

    problems = verify(home, promised, Change(dict.fromkeys(moments, ""), "hidden"))

    assert [each.startswith("An act is done by half") for each in problems] == [True]


def test_an_act_that_was_confirmed_and_is_not_done_is_told(owed: Owed) -> None:
    home, promised, moments = owed

    undone = Change(dict.fromkeys(moments, ""), "hidden", is_confirmed=True)

    assert [each.startswith("Confirmed as hidden") for each in verify(home, promised, undone)] == [
        True
    ]


def test_words_of_what_is_gone_are_found_wherever_they_lie(owed: Owed) -> None:
    home, promised, moments = owed

    async def forgotten() -> None:
        async with open_archive(home) as archive:
            await forget(archive, Spool(home / "spool"), moments[:1])

    asyncio.run(forgotten())
    promised.keys.discard(("typed", "the siren"))
    gone = Change({moments[0]: "the siren"}, "gone", is_confirmed=True)
    assert verify(home, promised, gone) == []

    (home / "tombstones").write_text(f"{moments[0]}\nthe siren\n", encoding="ascii")

    assert "The words of the forgotten" in "".join(verify(home, promised, Change()))


def test_a_damaged_row_is_told(owed: Owed) -> None:
    home, promised, _ = owed

    async def damaged() -> None:
        async with open_archive(home) as archive:
            await archive.connection.execute("UPDATE belonging SET content = x'7b7d'")

    asyncio.run(damaged())

    assert verify(home, promised, Change()) != []
