"""Who speaks when goes into the journal with the words, the wearer by the print of now."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.moment import VoiceTurn
from core.paths import Home
from core.settings import Settings
from pipeline.fakes import FakeModels
from pipeline.store import voices
from pipeline.store.format.voice_drafts import VoicePrint
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.voices.turns import Voices
from pipeline.voices.voice_model import DIMENSIONS, Vectors
from pipeline.worker.service import working
from tests.pipeline.conftest import SPOKEN

Post = Callable[..., str]


def voice(who: int) -> Vectors:
    made = np.zeros(DIMENSIONS, np.float32)
    made[who] = 1
    return made


TALK = Voices(
    (VoiceTurn(0, 2_000, "A"), VoiceTurn(2_500, 5_000, "B")),
    {"A": voice(1), "B": voice(2)},
    {"A": 2_000, "B": 2_500},
    "ge2e",
)
PRINT = VoicePrint("ge2e", voice(2).astype("<f2").tobytes(), 50.0, "Ann")


async def kept(home: Path, moment: str) -> tuple[list[str | None], str | None]:
    """The voice of each turn of a moment, and the names of its voices."""
    async with working(Home(home), Settings(), models=FakeModels(SPOKEN, voices=TALK)) as worker:
        await worker.drain()
    async with open_archive_to_read(home) as archive:
        row = await archive.moment(moment)
        return [turn.voice for turn in await archive.turns(row)], row.voices


@pytest.mark.parametrize("seconds", [1.0, 12.0])
async def test_the_turns_of_a_clip_are_kept(home: Path, post_clip: Post, seconds: float) -> None:
    assert await kept(home, post_clip(seconds)) == (["A", "B"], None)


async def test_the_wearer_is_there_by_name(home: Path, post_clip: Post) -> None:
    async with open_archive(home) as archive:
        await voices.enrol(archive, PRINT)

    assert await kept(home, post_clip()) == (["A", "wearer"], '{"wearer": "Ann"}')


async def test_without_the_model_of_voices_there_are_no_turns(home: Path, post_clip: Post) -> None:
    moment = post_clip()
    async with working(Home(home), Settings(), models=FakeModels(SPOKEN)) as worker:
        await worker.drain()
    async with open_archive_to_read(home) as archive:
        assert (await archive.moment(moment)).turns is None
