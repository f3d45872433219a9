"""What the worker may expect of models: the fake and the real child both take this."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from core.clock import Recorded
from core.moment import Transcript, Word
from core.spool_port import Clip
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Spool
from pipeline.worker.model_process import ChildModels, Models, ModelsFailed


@pytest.fixture(params=["fake", "real"])
async def models(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Models]:
    spoken = Transcript("hello", (Word("hello", 0, 400, 0.9),), "fake")
    made: Models = FakeModels(spoken)
    if request.param == "real":
        made = ChildModels(home, idle_s=60, stuck_s=120)
    yield made
    await made.close()


@pytest.fixture
def silence(home: Path) -> Path:
    clip = Clip("0123456789abcdef-0", "file", Recorded())
    return Spool(home / "spool").post_clip(clip, [np.zeros(32_000, np.int16)])


async def test_a_clip_gives_a_transcript_that_names_its_model(
    models: Models, silence: Path
) -> None:
    told: list[float] = []

    heard = await models.hear(silence, told.append)

    assert heard.transcript.model
    assert told[-1] == pytest.approx(2.0)
    assert told == sorted(told)
    assert (heard.embedding is None) == (not heard.transcript.text)


async def test_a_clip_is_encoded_into_the_file_that_is_named(
    models: Models, silence: Path, tmp_path: Path
) -> None:
    told: list[float] = []

    encoded = await models.encode(silence, tmp_path / "sound", told.append)

    file = (tmp_path / "sound").read_bytes()
    assert (encoded.bytes, encoded.samples) == (len(file), 32_000)
    assert encoded.sha256 == hashlib.sha256(file).hexdigest()
    assert encoded.pcm_sha256 == hashlib.sha256(bytes(64_000)).hexdigest()
    assert told == [pytest.approx(2.0)]


async def test_texts_give_passages_that_lie_in_them(models: Models) -> None:
    text = "The pill box beeped too often. " * 60

    short, long, nothing = await models.read(
        [(Transcript("One."), "Anna"), (Transcript(text), None), (Transcript(""), None)]
    )

    assert nothing is None
    assert short is not None
    assert long is not None
    assert len(short.passages) == 1
    assert len(long.passages) > 1
    vectors = np.array([np.frombuffer(each, "<f2") for each in long.vectors], np.float32)
    assert vectors.shape == (len(long.passages), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    for cut in long.passages:
        assert text[cut.text_start : cut.text_end].strip()


@pytest.mark.parametrize("text", ["two  spaces, and more", "two\nlines", "tab\there\u00a0there"])
async def test_a_text_s_own_white_space_is_no_hindrance(models: Models, text: str) -> None:
    (read,) = await models.read([(Transcript(text), None)])

    assert read is not None
    assert [(cut.text_start, cut.text_end) for cut in read.passages] == [(0, len(text))]


async def test_queries_give_unit_vectors_and_zeros_where_no_word_is_known(models: Models) -> None:
    vectors = await models.embed(["why does nobody react", "", "水泵"], models.embedder())

    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0], atol=1e-3)


async def test_models_that_were_let_go_come_back(models: Models) -> None:
    before = await models.embed(["pill box"], models.embedder())
    await models.close()

    assert np.array_equal(await models.embed(["pill box"], models.embedder()), before)


async def test_a_child_that_is_killed_at_work_fails_its_request_and_the_next_ones_work(
    home: Path, silence: Path
) -> None:
    models = ChildModels(home, idle_s=60, stuck_s=120)

    def kill(_: float) -> None:
        if models._child is not None:
            models._child.kill()

    with pytest.raises(ModelsFailed):
        await models.hear(silence, kill)
    assert (await models.embed(["again"], models.embedder())).shape == (1, 384)
    await models.close()


async def test_what_the_child_had_not_begun_when_it_died_is_asked_again(home: Path) -> None:
    models = ChildModels(home, idle_s=60, stuck_s=120)
    await models.embed(["warm"], models.embedder())
    assert models._child is not None
    models._child.kill()

    assert (await models.embed(["not lost"], models.embedder())).shape == (1, 384)
    await models.close()


async def test_a_child_that_says_nothing_is_ended(home: Path) -> None:
    models = ChildModels(home, idle_s=60, stuck_s=0.01)  # loading alone takes longer

    with pytest.raises(ModelsFailed, match="said nothing"):
        await models.embed(["stuck"], models.embedder())
    await models.close()


async def test_a_child_that_began_with_other_settings_goes_once_it_is_idle(home: Path) -> None:
    languages = ["en"]
    models = ChildModels(home, idle_s=60, stuck_s=120, hearing=lambda: tuple(languages))
    children = []

    async def ask(*texts: str) -> None:
        await asyncio.gather(*(models.embed([each], models.embedder()) for each in texts))
        assert models._child is not None
        children.append(models._child.pid)

    await ask("as it was")
    await ask("the same")
    languages.append("de")
    await ask("anew", "beside it")
    await models.close()

    assert children[0] == children[1] != children[2]


async def test_a_child_at_work_is_left_to_it_whatever_the_settings_are(
    home: Path, silence: Path
) -> None:
    languages = ["en"]
    models = ChildModels(home, idle_s=60, stuck_s=120, hearing=lambda: tuple(languages))
    at_work = asyncio.create_task(models.hear(silence, lambda _: None))
    while models._child is None:
        await asyncio.sleep(0)
    child = models._child.pid

    languages.append("de")
    beside = asyncio.create_task(models.embed(["tea"], models.embedder()))
    await asyncio.wait({at_work, beside}, return_when=asyncio.FIRST_COMPLETED)

    assert models._child.pid == child
    await asyncio.gather(at_work, beside)
    await models.close()
