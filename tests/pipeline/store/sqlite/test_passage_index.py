"""What the store hands to search, read beside the writer."""

from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import pytest

from pipeline.store import acts
from pipeline.store.passage_port import Phrase
from pipeline.store.sqlite import passage_index
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.passage_index import PassageReader
from pipeline.store.sqlite.reader import open_archive_to_read

Typed = Callable[..., Awaitable[str]]


@pytest.fixture
async def reader(archive: SqliteArchive) -> AsyncIterator[PassageReader]:
    async with open_archive_to_read(archive.home) as opened:
        yield PassageReader(opened.connection)


async def test_the_table_is_read_anew_only_after_a_change(
    typed: Typed, reader: PassageReader
) -> None:
    first = await typed("pill box")
    table = await reader.passages()
    same = await reader.passages()
    second = await typed("boat", "Gina")
    grown = await reader.passages()

    assert same is table
    assert table.moments == [first]
    assert grown.moments == [first, second]
    assert list(grown.speakers) == [None, "Gina"]
    assert grown.characters.tolist() == [8, 4]


async def test_what_has_no_vector_yet_leaves_the_table_without_vectors(
    typed: Typed, reader: PassageReader
) -> None:
    await typed("pill box")

    assert (await reader.passages()).vectors is None


async def test_what_is_hidden_is_found_by_no_word(
    archive: SqliteArchive, typed: Typed, reader: PassageReader
) -> None:
    await acts.hide(archive, await archive.moment(await typed("pill box")))

    assert len((await reader.match(Phrase("pill"))).rowids) == 0
    assert len((await reader.passages()).rowids) == 0


async def test_a_word_that_says_more_scores_more(typed: Typed, reader: PassageReader) -> None:
    for text in ("pill box", "the pill is in the box on the shelf over there", "boat", "sail"):
        await typed(text)

    found = await reader.match(Phrase("pill"))

    short, long = found.scores[np.argsort(found.rowids)]
    assert short > long > 0


async def test_a_speaker_is_no_word_of_the_text(typed: Typed, reader: PassageReader) -> None:
    await typed("pill box", "Gina")

    assert len((await reader.match(Phrase("gina"))).rowids) == 0


async def test_a_frequent_word_is_worth_the_same_everywhere_and_less_than_a_rare_one(
    typed: Typed, reader: PassageReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passage_index, "MOST_SCORED", 1)
    for text in ("tea", "tea and rather a lot of cake", "boat", "sail", "mast", "rope", "oar"):
        await typed(text)

    frequent, rare = await reader.match(Phrase("tea")), await reader.match(Phrase("boat"))

    assert len(frequent.rowids) == 2
    assert frequent.scores[0] == frequent.scores[1]
    assert 0 < frequent.scores[0] < rare.scores[0]


async def test_a_word_of_every_passage_is_worth_next_to_nothing(
    typed: Typed, reader: PassageReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passage_index, "MOST_SCORED", 1)
    for _ in range(3):
        await typed("tea")

    assert (await reader.match(Phrase("tea"))).scores.tolist() == pytest.approx([1e-6] * 3)


async def test_more_passages_than_a_statement_has_room_for_can_be_shown(
    typed: Typed, reader: PassageReader
) -> None:
    moment = await typed("pill box")
    (rowid,) = (await reader.passages()).rowids.tolist()

    shown = await reader.shown([rowid, *range(1_000_000, 1_100_000)])

    assert [one.moment for one in shown.values()] == [moment]
