"""What every kind of archive hands to search; read beside the writer."""

from dataclasses import replace

import numpy as np
import pytest

from core.clock import Recorded
from core.moment import Reference
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.passage_port import Phrase
from tests.contracts.stores import AT, Both, embedded, imported, typed


async def found(store: Both, text: str) -> list[str]:
    """The texts of the passages that have this, best first."""
    matches = await store.passages.match(Phrase(text))
    shown = await store.passages.shown(matches.rowids.tolist())
    return [shown[rowid].text for rowid in matches.rowids[np.argsort(-matches.scores)].tolist()]


async def test_the_table_is_the_same_until_something_changes(store: Both) -> None:
    first = await store.keep("pill box")
    table = await store.passages.passages()
    same = await store.passages.passages()
    second = await store.keep("boat", Recorded(), speaker="Gina")
    grown = await store.passages.passages()

    assert same is table
    assert list(table.moments) == [first]
    assert list(grown.moments) == [first, second]
    assert list(grown.speakers) == [None, "Gina"]
    assert grown.characters.tolist() == [8, 4]
    assert grown.at_ms[0] == AT.at_ms
    assert np.isnan(grown.at_ms[1])


async def test_the_table_says_what_came_in_by_itself_and_at_no_other_time(store: Both) -> None:
    now = replace(AT, boot="a boot", boottime_ms=5, source="clock")
    lines = {"how": "imported", "reference": Reference("notes.jsonl", line=1)}
    kept = {
        await store.keep("typed now", now): (True, True),
        await store.keep("typed, and its time told"): (True, False),
        await store.keep("a line", now, **lines): (True, True),
        await store.keep("a line of no time at all", Recorded(), **lines): (True, True),
        await store.keep("said in a conversation", now, **lines, speaker="Gina"): (False, False),
        await store.keep("a file", AT, how="file"): (True, False),
        await store.keep("pressed", now, how="press"): (False, False),
    }

    table = await store.passages.passages()

    rows = zip(table.moments, table.single.tolist(), table.entered.tolist(), strict=True)
    assert {moment: (single, entered) for moment, single, entered in rows} == kept


async def test_the_table_says_where_what_a_note_is_about_stands(store: Both) -> None:
    about = await store.keep("the boat", replace(AT, at_ms=(AT.at_ms or 0) + 5))
    note = await store.keep("sold by now", about=about)
    await store.keep("about nothing that is here", about="00000000000000aa-0")

    table = await store.passages.passages()
    assert table.about[table.moments.index(note)] == table.moments.index(about)
    assert sorted(table.about.tolist()) == [-1, -1, 2]

    await acts.hide(store.archive, await store.archive.moment(about))
    assert (await store.passages.passages()).about.tolist() == [-1, -1]

    await acts.restore(store.archive, await store.archive.moment(about))
    assert sorted((await store.passages.passages()).about.tolist()) == [-1, -1, 2]


async def test_every_passage_has_its_moment_and_its_vector(store: Both) -> None:
    plain = await store.keep("no vector yet")
    kept = typed("tea and cake")
    thought = drafts.moment_kept(kept, author="wearer"), embedded(kept.id, (0, 3), (4, 12))
    await store.archive.append(*thought)

    table = await store.passages.passages()

    assert [table.moments[place] for place in table.moment_of] == [plain, kept.id, kept.id]
    (vectors,) = table.vectors.values()
    assert vectors.there.tolist() == [False, True, True]
    assert vectors.cosines(np.array([0, 1, 0, 0], np.float32)).tolist() == [0, 0, 1]
    assert sorted(table.rowids.tolist()) == table.rowids.tolist()


async def test_where_nothing_has_a_vector_there_are_none(store: Both) -> None:
    await store.keep("pill box")

    assert (await store.passages.passages()).vectors == {}


async def test_what_is_hidden_is_found_by_no_word_until_it_is_restored(store: Both) -> None:
    moment = await store.keep("pill box")
    await acts.hide(store.archive, await store.archive.moment(moment))
    assert await found(store, "pill") == []
    assert len((await store.passages.passages()).rowids) == 0

    await acts.restore(store.archive, await store.archive.moment(moment))

    assert await found(store, "pill") == ["pill box"]
    assert list((await store.passages.passages()).moments) == [moment]


async def test_what_is_forgotten_is_found_by_no_word(store: Both) -> None:
    await store.archive.begin_forgetting([await store.keep("pill box")])

    assert await found(store, "pill") == []


async def test_a_word_that_says_more_scores_more(store: Both) -> None:
    for text in ("the pill is in the box on the shelf over there", "pill box", "boat", "sail"):
        await store.keep(text)

    assert (await found(store, "pill"))[0] == "pill box"
    assert ((await store.passages.match(Phrase("pill"))).scores > 0).all()


async def test_words_are_found_in_text_and_date_and_not_in_the_speaker(store: Both) -> None:
    await store.keep("The boats", speaker="Gina")

    assert await found(store, "boat") == ["The boats"]
    assert await found(store, "september") == ["The boats"]
    assert await found(store, "gina") == []


async def test_the_words_of_a_phrase_stand_side_by_side(store: Both) -> None:
    await store.keep("the pill box")
    await store.keep("a box with a pill")

    assert await found(store, "pill box") == ["the pill box"]


@pytest.mark.parametrize("text", ["", "?!", '"', "tea AND", "C++", "don't", "\0", "\ud800", "🫖"])
async def test_whatever_a_phrase_holds_it_is_no_error(store: Both, text: str) -> None:
    await store.keep("tea and cake")

    assert set(await found(store, text)) <= {"tea and cake"}


async def test_a_passage_is_shown_with_its_moment(store: Both) -> None:
    known = {"speaker": "Gina", "duration_ms": 1_500, **imported("chat", "7")}
    moment = await store.keep("pill box", **known)
    (rowid,) = (await store.passages.passages()).rowids.tolist()

    shown = await store.passages.shown([rowid, rowid + 1])

    assert list(shown) == [rowid]
    one = shown[rowid]
    assert (one.moment, one.ref, one.speaker, one.text) == (moment, "7", "Gina", "pill box")
    assert one.seconds == 1.5
    assert one.at is not None
    assert one.at.isoformat() == "2026-09-21T15:13:20+01:00"


async def test_the_words_that_begin_alike_are_told_as_the_index_has_them(store: Both) -> None:
    await store.keep("Häuser und Hausboote, hauling houses")

    assert sorted(await store.passages.vocabulary("haus")) == ["hausboot", "hauser"]
    assert await store.passages.vocabulary("x") == []


async def test_what_is_forgotten_leaves_no_word_in_the_vocabulary(store: Both) -> None:
    moment = await store.keep("a secret")
    await store.archive.begin_forgetting([moment])

    assert await store.passages.vocabulary("secret") == []
