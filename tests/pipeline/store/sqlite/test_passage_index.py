"""What the store hands to search, read beside the writer."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

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
    assert frequent.scores[0] == pytest.approx(math.log(5.5 / 2.5))


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
