"""While an archive is embedded anew, two embedders say how close a moment is."""

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.clock import Recorded
from core.moment import Passage, Transcript
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.meaning.placing import located
from pipeline.search.engine import Engine
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept
from pipeline.store.passage_columns.vectors import encoded
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.passage_index import PassageReader
from tests.waiting import PATIENCE_S


async def embedded_by(archive: SqliteArchive, *names: str) -> None:
    """A moment for each of these embedders, placed by it."""
    for name in names:
        moment = drafts.new_moment_id()
        kept = Kept(moment, "typed", Recorded(), transcript=Transcript("tea"))
        vector = encoded(FakeEmbedder().embed(["tea"]))
        embedding = Embedding(name, located([Passage("tea", None, None)], "tea"), vector)
        await archive.append(
            drafts.moment_kept(kept, author="wearer"), drafts.moment_embedded(moment, embedding)
        )


async def test_of_two_embedders_neither_waits_for_the_other(
    archive: SqliteArchive, reader: PassageReader
) -> None:
    asked: set[str] = set()
    both = asyncio.Event()

    async def embed(texts: Sequence[str], embedder: str) -> NDArray[np.float32]:
        asked.add(embedder)
        if len(asked) == 2:
            both.set()
        await asyncio.wait_for(both.wait(), PATIENCE_S)
        return FakeEmbedder().embed(texts)

    await embedded_by(archive, "old", "new")

    assert not (await Engine(reader, embed).search("tea")).by_words_alone


async def test_where_one_of_two_embedders_is_absent_the_answer_says_so(
    archive: SqliteArchive, reader: PassageReader
) -> None:
    async def embed(texts: Sequence[str], embedder: str) -> NDArray[np.float32] | None:
        return FakeEmbedder().embed(texts) if embedder == "new" else None

    await embedded_by(archive, "old", "new")

    found = await Engine(reader, embed).search("tea")

    assert found.by_words_alone
    assert found.hits
