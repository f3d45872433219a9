"""What was said in one language is found by a question in another, with the real encoder."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.search.languages import FIRST, FOUND_GOAL, LISTED, said_in
from core.clock import from_datetime
from core.moment import Reference, Transcript
from pipeline.embedders import MULTILINGUAL
from pipeline.meaning.multilingual import MultilingualEmbedder
from pipeline.meaning.placing import placed
from pipeline.search.engine import Engine
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.passage_index import PassageReader
from tests.encoders import multilingual_embedder
from tests.pipeline.search.said import FRIDAY

IN_OTHER_SCRIPTS = (
    ("ポンプはまた水が漏れている。", "The pump is leaking again."),
    ("我把钥匙放在厨房的抽屉里了。", "Where did I put the keys?"),
    ("열차는 여섯 시 반에 떠난다.", "Is the train at half past six?"),
    ("ฉันต้องไปหาหมอฟันวันพฤหัส", "When do I have to see the dentist?"),
)


@pytest.fixture
def embedder() -> MultilingualEmbedder:
    return multilingual_embedder()


async def fill(
    archive: SqliteArchive, texts: Sequence[str], embedder: MultilingualEmbedder
) -> None:
    for number, text in enumerate(texts):
        at = from_datetime(FRIDAY + timedelta(hours=number), source="given")
        transcript = Transcript(text)
        kept = Kept(
            drafts.new_moment_id(),
            "imported",
            at,
            transcript=transcript,
            reference=Reference("test", f"m{number}"),
        )
        embedding = placed(transcript, None, embedder)
        assert embedding is not None
        await archive.append(
            drafts.moment_kept(kept, author="wearer"), drafts.moment_embedded(kept.id, embedding)
        )


def engine_of(reader: PassageReader, embedder: MultilingualEmbedder) -> Engine:
    async def embed(texts: Sequence[str], name: str) -> NDArray[np.float32]:
        assert name == MULTILINGUAL
        return embedder.embed(texts)

    return Engine(reader, embed, LISTED)


@pytest.mark.long
async def test_english_questions_find_german_sentences_among_two_hundred_others(
    archive: SqliteArchive, reader: PassageReader, embedder: MultilingualEmbedder
) -> None:
    turns, questions = said_in("de")
    await fill(archive, [turn.text for turn in turns], embedder)

    found = await engine_of(reader, embedder).search_many([each.text for each in questions])

    hits = [
        bool(question.relevant & {hit.ref for hit in one.hits[:FIRST]})
        for question, one in zip(questions, found, strict=True)
    ]
    assert (len(questions), len(turns)) == (20, 220)
    assert np.mean(hits) >= FOUND_GOAL


async def test_scripts_without_spaces_are_found_by_meaning_and_by_their_own_words(
    archive: SqliteArchive, reader: PassageReader, embedder: MultilingualEmbedder
) -> None:
    texts = [text for text, _ in IN_OTHER_SCRIPTS]
    await fill(archive, [*texts, *(turn.text for turn in said_in("de")[0][20:50])], embedder)
    engine = engine_of(reader, embedder)

    for text, question in IN_OTHER_SCRIPTS:
        assert (await engine.search(question)).hits[0].text == text
        assert (await engine.search(text[2:7])).hits[0].text == text
