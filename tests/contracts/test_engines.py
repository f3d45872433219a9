"""What every engine promises; real ones where the environment names them.

`AFTERTHOUGHT_OPENAI_ENGINE` is an address such as `http://127.0.0.1:8000/v1`, and
`AFTERTHOUGHT_WYOMING_ENGINE` one such as `127.0.0.1:10300`.
"""

import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from core.audio import RATE_HZ
from pipeline import media
from pipeline.engines.fakes import fake_openai, fake_wyoming
from pipeline.engines.openai import OpenAiEngine
from pipeline.engines.port import Engine, EngineFailed, Sound
from pipeline.engines.wyoming import WyomingEngine
from tests.journeys.command import PILL_BOX

SAID = " My pillbox rang again this morning, nobody in the house reacts to that siren. "
KINDS = ("fake openai", "fake wyoming", "openai", "wyoming")


def real(variable: str) -> str:
    """Where a real one is; else the test is skipped."""
    return os.environ.get(variable) or pytest.skip(f"{variable} names no engine")


@pytest.fixture(params=KINDS)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    async with contextlib.AsyncExitStack() as stack:
        match request.param:
            case "fake openai":
                asked = await stack.enter_async_context(fake_openai({"text": SAID}))
                yield OpenAiEngine(f"http://127.0.0.1:{asked.port}/v1/", "whisper-1")
            case "fake wyoming":
                asked = await stack.enter_async_context(fake_wyoming(SAID))
                yield WyomingEngine(f"127.0.0.1:{asked.port}")
            case "openai":
                yield OpenAiEngine(real("AFTERTHOUGHT_OPENAI_ENGINE"), "whisper-1")
            case _:
                yield WyomingEngine(real("AFTERTHOUGHT_WYOMING_ENGINE"))


def spoken(language: str | None) -> Sound:
    with media.SoundFile(PILL_BOX) as file:
        pieces = [chunk.astype("<i2").tobytes() for chunk in file.chunks()]
    return Sound(pieces, sum(map(len, pieces)) // 2, language)


@pytest.mark.parametrize("language", ["en", None])
async def test_it_hears_what_was_said(engine: Engine, language: str | None) -> None:
    told = await engine.transcribe(spoken(language))

    assert "siren" in told.text.lower()
    assert told.text == " ".join(told.text.split())
    assert all(0 <= each.start_ms <= each.end_ms for each in told.words)


async def test_it_may_be_asked_again(engine: Engine) -> None:
    first = await engine.transcribe(spoken("en"))

    assert (await engine.transcribe(spoken("en"))).text == first.text


async def test_a_sound_that_is_shorter_than_it_was_said_to_be_is_heard(engine: Engine) -> None:
    sound = spoken("en")

    told = await engine.transcribe(Sound(sound.pieces, sound.samples + RATE_HZ, "en"))

    assert "siren" in told.text.lower()


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{free.getsockname()[1]}"


async def test_where_nobody_is_it_says_so(nobody: str) -> None:
    for engine in (WyomingEngine(nobody), OpenAiEngine(f"http://{nobody}/v1", "whisper-1")):
        with pytest.raises(EngineFailed, match="Connection refused"):
            await engine.transcribe(spoken("en"))
