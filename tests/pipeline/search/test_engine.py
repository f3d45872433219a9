"""The engine over a real index in memory; only the embedder is a fake."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.search_recall import ScratchArchive, Turn, spoken
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.search.engine import Engine, PassageTable, Shown

FRIDAY = datetime(2026, 1, 16, 9, tzinfo=UTC)


def said(ref: str, text: str, speaker: str | None = None, *, after_h: float = 0) -> Turn:
    return Turn(ref, text, speaker, FRIDAY + timedelta(hours=after_h))


DAY = [
    said("1", "The pills are in the blue box on the shelf", "Gina"),
    said("2", "Jon wants to build a boat with a red sail", "Gina", after_h=2),
    said("3", "The dentist moved the appointment to Tuesday", "Jon", after_h=30),
    said("4", "Remember the password hint is the first cat", None, after_h=31),
]


async def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    return FakeEmbedder().embed(texts)


def archive(turns: Sequence[Turn] = DAY) -> ScratchArchive:
    return ScratchArchive(turns, FakeEmbedder().embed([spoken(one) for one in turns]))


def engine(turns: Sequence[Turn] = DAY) -> Engine:
    return Engine(archive(turns), embed)


async def refs(query: str, turns: Sequence[Turn] = DAY, **options: int) -> list[str | None]:
    return [hit.ref for hit in (await engine(turns).search(query, **options)).hits]


async def test_the_best_moment_comes_first_and_says_why() -> None:
    found = await engine().search("Where is Gina's pill box?")

    best = found.hits[0]
    assert (best.ref, best.speaker, best.at) == ("1", "Gina", FRIDAY)
    assert "has the words 'pill' and 'box'" in best.why
    assert "spoken by Gina" in best.why
    assert [hit.score for hit in found.hits] == sorted((h.score for h in found.hits), reverse=True)
    assert not found.nothing_close
    assert not found.by_words_alone
    assert found.ms > 0


async def test_a_first_name_names_its_speaker_and_a_stop_word_names_nobody() -> None:
    turns = [
        said("1", "A long silence", "Gina Smith"),
        said("2", "A long silence", "Will", after_h=5),
        said("3", "A long silence", "Jon", after_h=10),
    ]

    by_name = (await engine(turns).search("Gina")).hits
    asked = (await engine(turns).search("When will the silence end?")).hits

    assert "spoken by Gina Smith" in by_name[0].why
    assert not any("spoken" in why for hit in asked for why in hit.why)


async def test_the_day_of_the_week_finds_what_was_said_on_it() -> None:
    found = await engine().search("saturday afternoon")

    assert {hit.ref for hit in found.hits[:2]} == {"3", "4"}
    assert "its date has the words 'saturday' and 'afternoon'" in found.hits[0].why


async def test_only_moments_within_the_range_are_found() -> None:
    since_ms = round((FRIDAY + timedelta(hours=2)).timestamp() * 1000)

    late = await refs("the boat, the box, the dentist", since_ms=since_ms)
    early = await refs("the boat, the box, the dentist", until_ms=since_ms)

    assert "2" in late
    assert "1" not in late
    assert early == ["1"]


async def test_a_moment_without_a_time_is_in_no_range() -> None:
    timeless = [replace(one, at=None) for one in DAY]

    assert await refs("pill box", timeless, since_ms=0) == []
    assert (await refs("pill box", timeless))[0] == "1"


async def test_without_an_embedder_words_answer_and_the_answer_says_so() -> None:
    async def busy(_: Sequence[str]) -> None:
        return None

    for alone in (Engine(archive()), Engine(archive(), busy)):
        found = await alone.search("pill box")

        assert found.by_words_alone
        assert found.hits[0].ref == "1"


async def test_a_batch_answers_as_one_by_one_does() -> None:
    queries = ["pill box", "", "what about the boat?"]

    together = await engine().search_many(queries)
    alone = [await engine().search(query) for query in queries]

    assert [replace(one, ms=0) for one in together] == [replace(one, ms=0) for one in alone]
    assert [one.query for one in together] == queries
    assert await engine().search_many([]) == []


@pytest.mark.parametrize("query", ["", " ", "\0", "\n\t"])
async def test_an_empty_query_finds_nothing_and_is_no_error(query: str) -> None:
    found = await engine().search(query)

    assert found.hits == ()
    assert found.nothing_close


@pytest.mark.parametrize(
    "query",
    ["don't", "C++", "5-ish", "tea AND", '"open', "🫖", "a" * 10_000, "x y " * 2_500, "\ud800"],
)
async def test_whatever_is_typed_is_answered(query: str) -> None:
    assert len((await engine().search(query)).hits) <= len(DAY)


async def test_an_empty_archive_answers_with_nothing() -> None:
    empty = Engine(ScratchArchive([], np.empty((0, 384), np.float32)), embed)

    found = await empty.search("pill box")

    assert found.hits == ()
    assert found.nothing_close


async def test_no_more_hits_than_asked_for() -> None:
    assert len(await refs("the first box", n=2)) == 2
    assert await refs("the first box", n=0) == []


async def test_the_same_words_by_the_same_speaker_are_one_hit_with_its_twins() -> None:
    turns = [
        *DAY,
        said("5", "the pills are in the blue box, on the shelf.", "Gina", after_h=50),
        said("6", "The pills are in the blue box on the shelf", "Jon", after_h=60),
        said("7", "The pills are in the red box on the shelf", "Gina", after_h=70),
    ]

    hits = (await engine(turns).search("where are the pills", n=7)).hits

    assert {hit.ref for hit in hits[:3]} & {"6", "7"} == {"6", "7"}
    (folded,) = [hit for hit in hits if hit.also]
    assert {folded.ref, *(twin.ref for twin in folded.also)} == {"1", "5"}


class Parts:
    """A moment of two passages, and one of one, that a table does not know yet."""

    async def passages(self) -> PassageTable:
        vectors = FakeEmbedder().embed(["tea first", "the boat later"])
        return PassageTable(
            rowids=np.array([3, 9]),
            moment_of=np.array([0, 0]),
            vectors=vectors,
            moments=["long"],
            at_ms=np.array([np.nan]),
            speakers=[None],
            characters=np.array([25]),
        )

    async def match(self, match: str, limit: int) -> list[tuple[int, float]]:
        del match, limit
        return [(9, 2.0), (77, 5.0)]

    async def shown(self, passages: Sequence[int]) -> dict[int, Shown]:
        texts = {3: "tea first", 9: "the boat later"}
        return {one: Shown("long", None, None, 60, None, texts[one]) for one in passages}


async def test_a_moment_is_one_hit_shown_by_its_best_passage() -> None:
    (hit,) = (await Engine(Parts(), embed).search("boat")).hits  # type: ignore[arg-type]

    assert (hit.moment, hit.text) == ("long", "the boat later")


async def test_what_was_forgotten_meanwhile_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = archive()
    whole = reader.shown

    async def without_the_first(passages: Sequence[int]) -> dict[int, Shown]:
        return {one: shown for one, shown in (await whole(passages)).items() if one != 1}

    monkeypatch.setattr(reader, "shown", without_the_first)

    found = await Engine(reader, embed).search("pill box dentist")

    assert "1" not in {hit.ref for hit in found.hits}
    assert found.hits
