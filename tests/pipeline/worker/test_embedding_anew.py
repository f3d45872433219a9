"""Where another embedder is chosen, every moment gets its vectors, and is found meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from core.clock import FakeClock
from core.errors import ModelMissing
from core.moment import Transcript
from core.paths import Home
from core.settings import HearingSettings, Settings
from pipeline import embedders, models
from pipeline.fakes import FakeModels
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.search.found import Wanted
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.embedding_anew import LOOK_EVERY_S, MOST_AT_ONCE, EmbeddingAnew
from pipeline.worker.model_process import ModelsFailed, Said, Vectors
from pipeline.worker.searching import Searching
from pipeline.worker.service import working
from tests.pipeline.conftest import SPOKEN
from tests.pipeline.search.said import Said as Spoken
from tests.pipeline.search.said import keep
from tests.waiting import PATIENCE_S

OTHER = FakeEmbedder(dimensions=512, name="another")


class Both(FakeModels):
    """Has the embedder of before and another one, which is chosen."""

    def __init__(self, allergic_to: str = "nothing of this") -> None:
        super().__init__(embedder=OTHER)
        self.reads = 0
        self._allergic_to = allergic_to

    async def read(self, said: Sequence[Said]) -> list[Embedding | None]:
        self.reads += 1
        if any(self._allergic_to in each.text for each, _ in said):
            raise ModelsFailed("allergic", "ended")
        return await super().read(said)

    async def embed(self, texts: Sequence[str], embedder: str) -> Vectors:
        if embedder == FakeEmbedder.name:
            return FakeEmbedder().embed(texts)
        return await super().embed(texts, embedder)


@pytest.fixture
async def archive(home: Path) -> AsyncIterator[SqliteArchive]:
    async with open_archive(home, clock=FakeClock(), machine=b"this machine") as opened:
        yield opened


def lines(count: int) -> list[Spoken]:
    return [Spoken(str(number), f"moment number {number} about pumps") for number in range(count)]


async def test_every_moment_gets_the_vectors_of_the_chosen_embedder(
    archive: SqliteArchive,
) -> None:
    await keep(archive, *lines(MOST_AT_ONCE + 4))
    anew = EmbeddingAnew(archive, Both(), FakeClock())

    assert anew.told() is None
    assert await anew.step()
    assert anew.told() == {"done": MOST_AT_ONCE, "of": MOST_AT_ONCE + 4}
    assert not await anew.step()

    assert anew.told() is None
    assert await archive.embedded_otherwise(OTHER.name) == []
    assert (await archive.check()).problems == []


async def test_the_newest_moments_go_first_and_a_new_worker_goes_on(archive: SqliteArchive) -> None:
    ids = await keep(archive, *lines(MOST_AT_ONCE + 4))
    await EmbeddingAnew(archive, Both(), FakeClock()).step()  # and its worker is killed

    assert await archive.embedded_otherwise(OTHER.name) == ids[:4]
    models = Both()
    assert not await EmbeddingAnew(archive, models, FakeClock()).step()

    assert models.reads == 1
    assert await archive.embedded_otherwise(OTHER.name) == []


async def test_what_was_spoken_keeps_the_times_of_its_passages(archive: SqliteArchive) -> None:
    kept = drafts.Kept("ab-0", "file", FakeClock().recorded_now(), duration_ms=9_000)
    (before,) = await FakeModels().read([(SPOKEN, None)])
    assert before is not None
    heard = drafts.moment_transcribed("ab-0", SPOKEN, revision=0)
    await archive.append(
        drafts.moment_kept(kept, author="wearer"), heard, drafts.moment_embedded("ab-0", before)
    )

    await EmbeddingAnew(archive, Both(), FakeClock()).step()

    query = "SELECT start_ms, end_ms, embedder FROM passage"
    rows = await archive.connection.execute_fetchall(query)
    assert [tuple(row) for row in rows] == [
        (cut.start_ms, cut.end_ms, OTHER.name) for cut in before.passages
    ]


async def test_a_moment_on_which_the_models_fail_keeps_what_it_has(archive: SqliteArchive) -> None:
    ids = await keep(archive, Spoken("1", "tea"), Spoken("2", "nuts"), Spoken("3", "cake"))
    clock, models = FakeClock(), Both(allergic_to="nuts")
    anew = EmbeddingAnew(archive, models, clock)

    assert not await anew.step()
    assert await archive.embedded_otherwise(OTHER.name) == [ids[1]]

    asked = models.reads
    clock.advance(LOOK_EVERY_S)
    assert not await anew.step()
    assert models.reads == asked  # it is not tried for ever
    assert anew.told() is None


async def test_a_model_that_is_not_there_stops_nothing(archive: SqliteArchive) -> None:
    class Gone(Both):
        async def read(self, said: Sequence[Said]) -> list[Embedding | None]:
            self.reads += len(said)
            raise ModelMissing("The model is gone.", advice="Fetch it again.")

    await keep(archive, Spoken("1", "tea"))
    models = Gone()
    anew = EmbeddingAnew(archive, models, FakeClock())

    assert not await anew.step()
    assert not await anew.step()
    assert (models.reads, anew.told()) == (1, None)


async def test_vectors_of_yet_another_embedder_are_not_stored(archive: SqliteArchive) -> None:
    class Confused(Both):
        def embedder(self) -> str:
            return "a third"

    (moment,) = await keep(archive, Spoken("1", "tea"))
    before = len(await archive.events_of(moment))

    await EmbeddingAnew(archive, Confused(), FakeClock()).step()

    assert len(await archive.events_of(moment)) == before


async def test_all_are_found_by_meaning_while_half_of_them_are_done(
    archive: SqliteArchive, home: Path
) -> None:
    texts = ["the pump drips", "the siren howls", *(f"filler {n} of no use" for n in range(20))]
    ids = await keep(archive, *(Spoken(str(n), text) for n, text in enumerate(texts)))
    for moment, text in [*zip(ids, texts, strict=True)][::2]:
        (embedding,) = await Both().read([(Transcript(text), None)])
        assert embedding is not None
        await archive.append(drafts.moment_embedded(moment, embedding))

    async with contextlib.aclosing(Searching(home, Both())) as searching:
        found = [await searching.search(Wanted(query)) for query in texts[:2]]

    assert [each.hits[0].moment for each in found] == ids[:2]
    assert not any(each.by_words_alone for each in found)
    assert all("close in meaning" in each.hits[0].why for each in found)


async def test_the_worker_does_it_when_nothing_waits(home: Path) -> None:
    async with open_archive(home) as archive:
        await keep(archive, *lines(MOST_AT_ONCE + 1))

    async with working(Home(home), Settings(), models=Both()) as worker:
        work = asyncio.create_task(worker.work())
        async with asyncio.timeout(PATIENCE_S), open_archive_to_read(home) as archive:
            while await archive.embedded_otherwise(OTHER.name):
                await asyncio.sleep(0.02)
        work.cancel()
        assert worker.status()["embedding_anew"] is None


def test_the_encoder_of_many_languages_is_chosen_where_it_is_there_and_asked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chosen(*listed: str, there: bool = True) -> str:
        monkeypatch.setattr(models, "is_there", lambda *_, **__: there)
        settings = Settings(hearing=HearingSettings(languages=listed))
        return embedders.chosen(settings, home)

    assert chosen("en") == embedders.MINI_LM
    assert chosen("en", "de") == embedders.MULTILINGUAL
    assert chosen("fr") == embedders.MULTILINGUAL
    assert chosen("en", "de", there=False) == embedders.MINI_LM


def test_an_embedder_that_is_not_known_is_told(home: Path) -> None:
    with pytest.raises(ModelMissing, match="does not know the embedder of-tomorrow"):
        embedders.opened("of-tomorrow", Settings(), home)
