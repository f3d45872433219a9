"""The engine over a real archive; only the embedder is a fake."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.clock import Recorded
from core.moment import Transcript, Word
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.search import engine as engine_module
from pipeline.search.engine import Engine
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.passage_port import Shown
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.passage_index import PassageReader
from tests.pipeline.search.said import FRIDAY, Said, keep


def said(ref: str, text: str, speaker: str | None = None, *, after_h: float = 0) -> Said:
    return Said(ref, text, speaker, FRIDAY + timedelta(hours=after_h))


DAY = (
    said("1", "The pills are in the blue box on the shelf", "Gina"),
    said("2", "Jon wants to build a boat with a red sail", "Gina", after_h=2),
    said("3", "The dentist moved the appointment to Tuesday", "Jon", after_h=30),
    said("4", "Remember the password hint is the first cat", None, after_h=31),
)


async def refs(engine: Engine, query: str, **options: Any) -> list[str | None]:
    return [hit.ref for hit in (await engine.search(query, **options)).hits]


async def test_the_best_moment_comes_first_and_says_why(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(archive, *DAY)

    found = await engine.search("Where is Gina's pill box?")

    best = found.hits[0]
    assert (best.ref, best.speaker, best.at) == ("1", "Gina", FRIDAY)
    assert "has the words 'pills' and 'box'" in best.why
    assert [best.text[start:end] for start, end in best.marks] == ["pills", "box"]
    assert "spoken by Gina" in best.why
    scores = [hit.score for hit in found.hits]
    assert scores == sorted((round(score, 4) for score in scores), reverse=True)
    assert not found.nothing_close
    assert not found.by_words_alone
    assert found.ms > 0


async def test_a_first_name_names_its_speaker_and_a_stop_word_names_nobody(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(
        archive,
        said("1", "A long silence", "Gina Smith"),
        said("2", "A long silence", "Will", after_h=5),
        said("3", "A long silence", "Jon", after_h=10),
    )

    by_name = (await engine.search("Gina")).hits
    asked = (await engine.search("When will the silence end?")).hits

    assert "spoken by Gina Smith" in by_name[0].why
    assert not any("spoken" in why for hit in asked for why in hit.why)


async def test_the_day_of_the_week_finds_what_was_said_on_it(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(archive, *DAY)

    found = await engine.search("saturday afternoon")

    assert {hit.ref for hit in found.hits[:2]} == {"3", "4"}
    assert "its date has the words 'Saturday' and 'afternoon'" in found.hits[0].why


async def test_only_moments_within_the_range_are_found(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(archive, *DAY)
    since_ms = round((FRIDAY + timedelta(hours=2)).timestamp() * 1000)

    late = await refs(engine, "the boat, the box, the dentist", since_ms=since_ms)
    early = await refs(engine, "the boat, the box, the dentist", until_ms=since_ms)

    assert "2" in late
    assert "1" not in late
    assert early == ["1"]


async def test_a_moment_without_a_time_is_in_no_range(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(archive, *(replace(one, at=None) for one in DAY))

    assert await refs(engine, "pill box", since_ms=0) == []
    assert (await refs(engine, "pill box"))[0] == "1"


async def test_without_an_embedder_words_answer_and_the_answer_says_so(
    archive: SqliteArchive, reader: PassageReader
) -> None:
    async def busy(_: Sequence[str], __: str) -> None:
        return None

    await keep(archive, *DAY)

    for alone in (Engine(reader), Engine(reader, busy)):
        found = await alone.search("pill box")

        assert found.by_words_alone
        assert found.hits[0].ref == "1"


async def test_what_means_the_same_is_found_without_a_word_in_common(
    archive: SqliteArchive, reader: PassageReader
) -> None:
    async def understand(queries: Sequence[str], _: str) -> NDArray[np.float32]:
        return FakeEmbedder().embed([f"Gina: {DAY[0].text}" for _ in queries])

    await keep(archive, *DAY)

    found = await Engine(reader, understand).search("medicine")

    assert found.hits[0].ref == "1"
    assert found.hits[0].why == ("somewhat close in meaning",)
    assert not found.nothing_close


async def test_a_batch_shares_the_time_that_its_queries_have_in_common(
    archive: SqliteArchive, reader: PassageReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(archive, *DAY)
    seconds = itertools.count()
    clock = SimpleNamespace(perf_counter=lambda: next(seconds))
    monkeypatch.setattr(engine_module, "time", clock)  # each look at it is a second later

    assert (await Engine(reader).search("box")).ms == 2_000
    assert [one.ms for one in await Engine(reader).search_many(["box", "boat"])] == [1_500] * 2


async def test_what_is_worked_out_of_a_table_is_kept_until_it_changes(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(archive, *DAY)
    await engine.search("box")
    first = engine._moments
    await engine.search("boat")

    assert engine._moments is first


async def test_a_batch_answers_as_one_by_one_does(archive: SqliteArchive, engine: Engine) -> None:
    await keep(archive, *DAY)
    queries = ["pill box", "", "what about the boat?"]

    together = await engine.search_many(queries)
    alone = [await engine.search(query) for query in queries]

    assert [replace(one, ms=0) for one in together] == [replace(one, ms=0) for one in alone]
    assert [one.query for one in together] == queries
    assert await engine.search_many([]) == []


@pytest.mark.parametrize("query", ["", " ", "\0", "\n\t"])
async def test_an_empty_query_finds_nothing_and_is_no_error(
    archive: SqliteArchive, engine: Engine, query: str
) -> None:
    await keep(archive, *DAY)

    found = await engine.search(query)

    assert found.hits == ()
    assert found.nothing_close


async def test_whatever_is_typed_is_answered(archive: SqliteArchive, engine: Engine) -> None:
    await keep(archive, *DAY)

    for query in ("don't", "C++", "tea AND", '"open', "🫖", "a" * 10_000, "x y " * 2_500, "\ud800"):
        assert len((await engine.search(query)).hits) <= len(DAY)


async def test_an_empty_archive_answers_with_nothing(engine: Engine) -> None:
    found = await engine.search("pill box")

    assert found.hits == ()
    assert found.nothing_close


async def test_no_more_hits_than_asked_for(archive: SqliteArchive, engine: Engine) -> None:
    await keep(archive, *DAY)

    assert len(await refs(engine, "the first box", n=2)) == 2
    assert await refs(engine, "the first box", n=0) == []


async def test_who_does_not_say_how_many_gets_ten(archive: SqliteArchive, engine: Engine) -> None:
    await keep(archive, *(said(str(n), f"tea number {n}", after_h=n) for n in range(12)))

    assert len(await refs(engine, "tea")) == 10
    assert len((await engine.search_many(["tea"]))[0].hits) == 10


async def test_the_same_words_by_the_same_speaker_are_one_hit_with_its_twins(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(
        archive,
        *DAY,
        said("5", "the pills are in the blue box, on the shelf.", "Gina", after_h=50),
        said("6", "The pills are in the blue box on the shelf", "Jon", after_h=60),
        said("7", "The pills are in the red box on the shelf", "Gina", after_h=70),
    )

    hits = (await engine.search("where are the pills", n=7)).hits

    assert {hit.ref for hit in hits[:3]} & {"6", "7"} == {"6", "7"}
    (folded,) = [hit for hit in hits if hit.also]
    assert {folded.ref, *(twin.ref for twin in folded.also)} == {"1", "5"}


async def test_a_moment_is_one_hit_shown_by_its_best_passage(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(archive, said("long", "tea comes first\nthe boat comes later\nthen the cake"))

    (hit,) = (await engine.search("boat")).hits

    assert (hit.ref, hit.text) == ("long", "the boat comes later")


async def test_a_reason_quotes_what_is_written_there_and_says_where(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(
        archive,
        said("1", "The BOATS came, many boats\nthen there was cake"),
        said("2", "nothing", after_h=24),
    )

    boats, other = (await engine.search("boat, boats, cakes, Saturdays")).hits

    assert boats.text == "The BOATS came, many boats"
    assert "has the word 'BOATS'" in boats.why
    assert "has the word 'cake' in another part" in boats.why
    assert other.why == ("its date has the word 'Saturday'",)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("Kowalczyk", "has the word 'Kowalczyk'"),
        ("chick", "was heard with the word 'Chick'"),
    ],
)
async def test_a_name_is_found_by_itself_and_by_what_was_heard(
    archive: SqliteArchive, engine: Engine, query: str, reason: str
) -> None:
    name = Word("Kowalczyk", 0, 900, 0.3, doubtful=True, alternative="Cowal Chick")
    heard = Transcript("Kowalczyk called", (name, Word("called", 900, 1200, 0.9)), "w")
    moment = drafts.new_moment_id()
    kept = drafts.Kept(moment, "file", Recorded(), duration_ms=1200)
    await archive.append(
        drafts.moment_kept(kept, author="wearer"),
        drafts.moment_transcribed(moment, heard, revision=0),
    )
    await keep(archive, said("1", "A hen called"))

    (hit, *_) = (await engine.search(query)).hits

    assert hit.moment == moment
    assert hit.text == "Kowalczyk called"
    assert reason in hit.why


async def test_a_moment_beside_one_that_has_the_word_says_which_word(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(
        archive,
        said("1", "Shall we sell the boats this year?", "Gina"),
        said("2", "Yes, and for as much as anybody is willing to pay us for them here", "Jon"),
    )

    hits = {hit.ref: hit for hit in (await engine.search("boat")).hits}

    assert hits["2"].why == ("beside a moment with the word 'boats'",)
    assert hits["2"].marks == ()


async def test_lines_of_one_date_that_name_no_speaker_are_not_beside_each_other(
    archive: SqliteArchive, reader: PassageReader
) -> None:
    await keep(archive, *(replace(each, speaker=None, at=FRIDAY) for each in DAY))

    (only,) = (await Engine(reader).search("password")).hits

    assert only.ref == "4"


async def test_what_else_a_long_moment_says_is_not_hidden_by_another_with_the_same_words(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(
        archive,
        said("1", "tea comes first\nthe boat comes later", "Gina"),
        said("2", "the boat comes later\nthen the cake", "Gina", after_h=5),
    )

    assert set(await refs(engine, "boat")) == {"1", "2"}


@pytest.mark.parametrize("n", [1, 3, 5, 6])
async def test_fewer_hits_are_the_first_of_more(
    archive: SqliteArchive, engine: Engine, n: int
) -> None:
    await keep(
        archive, *(said(str(n), f"tea {'and cake ' * (n * 5 % 17)}", after_h=n) for n in range(17))
    )

    assert await refs(engine, "tea", n=n) == (await refs(engine, "tea", n=17))[:n]


@pytest.mark.parametrize("seed", range(6))
def test_of_many_the_best_are_found_as_if_all_were_sorted(seed: int) -> None:
    total = np.random.default_rng(seed).integers(1, 9_999, 2_000).astype(np.float32)

    for most in (1, 500, 2_000):
        ordered = np.argsort(-total, kind="stable")[:most]
        assert engine_module._best(total, np.ones(2_000, bool), most).tolist() == ordered.tolist()


async def test_among_equals_the_earlier_come_first(archive: SqliteArchive, engine: Engine) -> None:
    speakers = ("Ada", "Bea", "Cleo", "Dora", "Eva", "Fay", "Gina")
    await keep(archive, *(said(name, "tea", name, after_h=n) for n, name in enumerate(speakers)))

    assert await refs(engine, "tea", n=3) == ["Ada", "Bea", "Cleo"]


async def test_what_is_kept_or_hidden_between_two_searches_counts(
    archive: SqliteArchive, engine: Engine
) -> None:
    await keep(archive, *DAY)
    before = await refs(engine, "pill box")

    await keep(archive, said("5", "Another pill box", after_h=50))
    await acts.hide(archive, await archive.moment((await engine.search("shelf")).hits[0].moment))

    assert before[0] == "1"
    assert (await refs(engine, "pill box"))[0] == "5"
    assert "1" not in await refs(engine, "pill box")


@pytest.mark.parametrize("gone", [True, False])
async def test_a_passage_that_changed_hands_while_we_searched_is_left_out(
    archive: SqliteArchive, reader: PassageReader, monkeypatch: pytest.MonkeyPatch, *, gone: bool
) -> None:
    """A forgotten moment's passage is gone, or its rowid is another moment's by now."""
    (pills, *_) = await keep(archive, *DAY)
    whole = reader.shown

    async def changed(passages: Sequence[int]) -> dict[int, Shown]:
        shown = await whole(passages)
        others = {at: one for at, one in shown.items() if one.moment != pills}
        stranger = {at: replace(one, moment="a stranger") for at, one in shown.items()}
        return others if gone else {**stranger, **others}

    monkeypatch.setattr(reader, "shown", changed)

    found = await refs(Engine(reader), "pill box dentist")

    assert found == ["3"]
