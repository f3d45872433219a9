"""Two installs with two embedders: each finds all by its own, and neither writes past the other."""

from collections.abc import Awaitable, Callable, Sequence

import numpy as np

from bench.sync.installs import Install
from core.clock import Recorded
from core.moment import Transcript
from pipeline.fakes import FakeModels
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.worker.embedding_anew import EmbeddingAnew

Installs = Callable[..., Awaitable[list[Install]]]

ONE = FakeEmbedder(name="one")
ANOTHER = FakeEmbedder(dimensions=512, name="another")


async def heard(one: Install, embedder: FakeEmbedder | None = ONE) -> str:
    """A moment with words that this install heard; its id."""
    moment = drafts.new_moment_id()
    said = Transcript("the pump drips at night", (), "a model", -0.2)
    kept = Kept(moment, "press", Recorded(1_790_000_000_000), duration_ms=900)
    thought = [drafts.moment_kept(kept, author="wearer")]
    thought.append(drafts.moment_transcribed(moment, said, revision=0))
    if embedder is not None:
        (embedding,) = await FakeModels(embedder=embedder).read([(said, None)])
        assert embedding is not None
        thought.append(drafts.moment_embedded(moment, embedding))
    await one.archive.append(*thought)
    return moment


async def embed_anew(one: Install, embedder: FakeEmbedder) -> None:
    """As its worker does with nothing else to do."""
    await EmbeddingAnew(one.archive, FakeModels(embedder=embedder), one.clock).step()


async def embedders(one: Install) -> list[str | None]:
    rows = await one.archive.connection.execute_fetchall("SELECT embedder FROM passage")
    return [row[0] for row in rows]


async def heads(*some: Install) -> list[dict[str, int]]:
    return [{line: seq for line, (seq, _) in (await each.copy.heads()).items()} for each in some]


async def test_each_makes_what_it_misses_for_itself(installs: Installs) -> None:
    one, other = await installs(2)
    await heard(one)
    await heard(other, ANOTHER)
    await one.meets(other)
    before = await heads(one, other)

    for _ in range(3):
        await embed_anew(one, ONE)
        await embed_anew(other, ANOTHER)
        await one.meets(other)

    assert await heads(one, other) == before
    assert await embedders(one) == ["one", "one"]
    assert await embedders(other) == ["another", "another"]
    for each in (one, other):
        assert (await each.archive.check()).problems == []
        await each.archive.rebuild()
    assert await embedders(other) == ["another", "another"]


async def test_words_of_a_peer_without_an_embedder_get_vectors_here(installs: Installs) -> None:
    one, other = await installs(2)
    await heard(one, None)
    await one.meets(other)

    await embed_anew(one, ONE)  # its own wait for the letter that brought them
    await embed_anew(other, ANOTHER)

    assert await embedders(one) == [None]
    assert await embedders(other) == ["another"]


async def test_vectors_are_of_the_words_that_they_were_made_of(installs: Installs) -> None:
    (one,) = await installs(1)
    moment = await heard(one)
    await embed_anew(one, ANOTHER)
    assert await embedders(one) == ["another"]

    later = Transcript("the pump drips no more", (), "a larger model", -0.1)
    await one.archive.append(drafts.moment_transcribed(moment, later, revision=0))

    assert await embedders(one) == [None]


async def test_a_forget_takes_them_along(installs: Installs) -> None:
    one, other = await installs(2)
    moment = await heard(one)
    await one.meets(other)
    await embed_anew(other, ANOTHER)

    await one.forget(moment)
    await one.meets(other)

    rows = await other.archive.connection.execute_fetchall("SELECT 1 FROM own_vectors")
    assert list(rows) == []
    assert not await holds(other, await vector_bytes())


async def vector_bytes() -> bytes:
    (vector,) = ANOTHER.embed(["the pump drips at night"])
    return np.asarray(vector).astype("<f2").tobytes()


async def holds(one: Install, sought: bytes) -> bool:
    """Whether any file of the archive holds these bytes."""
    await one.archive.scrub()
    files: Sequence[bytes] = [each.read_bytes() for each in one.home.glob("archive.db*")]
    return any(sought in each for each in files)
