"""Who speaks when goes into the journal with the words, the wearer by the print of now."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.moment import Transcript, VoiceTurn, Word
from core.paths import Home
from core.settings import SelectionSettings, Settings
from core.spool_port import Clip
from pipeline.enrol import forget_voice
from pipeline.fakes import FakeModels
from pipeline.selection.verdict import Verdict
from pipeline.spool.formats import clip_bytes
from pipeline.spool.spool import Spool
from pipeline.store import voices
from pipeline.store.format.voice_drafts import VoicePrint
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.voices.turns import Voices
from pipeline.voices.voice_model import DIMENSIONS, Vectors
from pipeline.worker.judging import Candidate
from pipeline.worker.service import working
from tests.pipeline.conftest import SPOKEN

Post = Callable[..., str]
Others = Literal["pass_over", "keep"]


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
STRANGER = VoicePrint("ge2e", voice(9).astype("<f2").tobytes(), 50.0, None)
MOMENT = "0123456789abcdef-16000"
WORTH_KEEPING = Transcript(
    "Let's move the pump into the cellar before Friday, because the terrace floods.", model="fake"
)
PRINT = VoicePrint("ge2e", voice(2).astype("<f2").tobytes(), 50.0, "Ann")


async def kept(home: Path, moment: str) -> tuple[list[str | None], dict[str, str]]:
    """The voice of each turn of a moment, and the names of its voices."""
    async with working(Home(home), Settings(), models=FakeModels(SPOKEN, voices=TALK)) as worker:
        await worker.drain()
    async with open_archive_to_read(home) as archive:
        row = await archive.moment(moment)
        return [turn.voice for turn in await archive.turns(row)], await voices.names_in(
            archive, row
        )


@pytest.mark.parametrize("seconds", [1.0, 12.0])
async def test_the_turns_of_a_clip_are_kept(home: Path, post_clip: Post, seconds: float) -> None:
    assert await kept(home, post_clip(seconds)) == (["A", "B"], {})


async def test_the_wearer_is_there_by_name(home: Path, post_clip: Post) -> None:
    async with open_archive(home) as archive:
        await voices.enrol(archive, PRINT)

    assert await kept(home, post_clip()) == (["A", "wearer"], {"wearer": "Ann"})


async def test_a_forget_of_the_voice_takes_its_name_out_of_every_moment(
    home: Path, post_clip: Post
) -> None:
    async with open_archive(home) as archive:
        await voices.enrol(archive, replace(PRINT, name="Quirinalia"))
    moment = post_clip()
    await kept(home, moment)

    async with open_archive(home) as archive:
        await forget_voice(archive, Spool(Home(home).spool))

    assert await kept(home, moment) == (["A", "wearer"], {})
    files = [each for each in home.rglob("*") if each.is_file()]
    assert not [each for each in files if b"Quirinalia" in each.read_bytes()]


async def test_with_a_print_that_is_none_everything_is_heard_as_if_nobody_were_enrolled(
    home: Path, post_clip: Post
) -> None:
    async with open_archive(home) as archive:
        await voices.enrol(archive, VoicePrint("ge2e", b"\x00\x3c", 50.0))

    assert await kept(home, post_clip()) == (["A", "B"], {})


async def test_without_the_model_of_voices_there_are_no_turns(home: Path, post_clip: Post) -> None:
    moment = post_clip()
    async with working(Home(home), Settings(), models=FakeModels(SPOKEN)) as worker:
        await worker.drain()
    async with open_archive_to_read(home) as archive:
        assert (await archive.moment(moment)).turns is None


@pytest.fixture
def candidate() -> Iterator[Candidate]:
    """An utterance that nobody pressed for."""
    file = os.memfd_create("candidate")
    clip = Clip(MOMENT, "selected", Recorded(1_790_000_000_000, 0, source="clock"))
    os.write(file, b"".join(clip_bytes(clip, [bytes(64_000)])))
    yield Candidate(file, {})
    os.close(file)


async def judged(
    home: Path,
    candidate: Candidate,
    print_: VoicePrint | None,
    others: Others,
    heard: tuple[Transcript, Voices] | None = None,
) -> Verdict:
    settings = Settings(selection=SelectionSettings(others=others))
    transcript, told_apart = heard or (WORTH_KEEPING, TALK)
    models = FakeModels(transcript, voices=told_apart)
    async with working(Home(home), settings, models=models, clock=FakeClock()) as worker:
        if print_ is not None:
            async with open_archive(home) as archive:
                await voices.enrol(archive, print_)
        return await worker.judge(candidate)


async def test_what_the_wearer_says_may_be_kept(home: Path, candidate: Candidate) -> None:
    verdict = await judged(home, candidate, PRINT, "pass_over")

    assert verdict.moment == MOMENT
    assert verdict.signals["own_voice"] == pytest.approx(2_500 / 4_500)


async def test_what_others_say_is_passed_over_once_the_wearer_is_enrolled(
    home: Path, candidate: Candidate
) -> None:
    verdict = await judged(home, candidate, STRANGER, "pass_over")

    assert (verdict.moment, verdict.reasons) == (None, ("not_own_voice",))


async def test_what_others_say_may_be_kept_where_the_settings_say_so(
    home: Path, candidate: Candidate
) -> None:
    verdict = await judged(home, candidate, STRANGER, "keep")

    assert verdict.moment == MOMENT
    assert verdict.signals["own_voice"] == 0.0


async def test_before_anybody_is_enrolled_whose_voice_it_is_does_not_matter(
    home: Path, candidate: Candidate
) -> None:
    verdict = await judged(home, candidate, None, "pass_over")

    assert verdict.moment == MOMENT
    assert "own_voice" not in verdict.signals


def said(others: str, wearers: str, wearers_ms: int) -> tuple[Transcript, Voices]:
    """Somebody else says that within five seconds, then the wearer this, for so long."""
    words = (*_words(others, 0, 5_000), *_words(wearers, 5_000, wearers_ms))
    turns = (VoiceTurn(0, 5_000, "A"), VoiceTurn(5_000, 5_000 + wearers_ms, "B"))
    lengths_ms = {"A": 5_000, "B": wearers_ms}
    transcript = Transcript(f"{others} {wearers}", words, model="fake")
    return transcript, Voices(turns, TALK.centres, lengths_ms, "ge2e")


def _words(text: str, start_ms: int, length_ms: int) -> list[Word]:
    words = text.split()
    each_ms = length_ms // len(words)
    starts = range(start_ms, start_ms + each_ms * len(words), each_ms)
    return [
        Word(word, at_ms, at_ms + each_ms, 1.0) for word, at_ms in zip(words, starts, strict=True)
    ]


@pytest.mark.parametrize(("others", "moment"), [("pass_over", None), ("keep", MOMENT)])
async def test_a_yes_of_the_wearers_does_not_keep_what_somebody_else_says(
    home: Path,
    candidate: Candidate,
    others: Others,
    moment: str | None,
) -> None:
    heard = said(WORTH_KEEPING.text, "Hm, yes.", 1_100)

    verdict = await judged(home, candidate, PRINT, others, heard)

    assert verdict.moment == moment
    assert (verdict.reasons == ("not_own_voice",)) == (moment is None)


async def test_only_the_wearers_words_speak_for_keeping(home: Path, candidate: Candidate) -> None:
    heard = said(WORTH_KEEPING.text, "Yes, so it is, well, there it is, and so on.", 9_000)

    verdict = await judged(home, candidate, PRINT, "pass_over", heard)

    assert (verdict.moment, verdict.reasons) == (None, ("nothing_stood_out",))
    assert verdict.signals["date"] == 0


async def test_what_the_wearer_says_is_kept_beside_a_word_of_somebody_else(
    home: Path, candidate: Candidate
) -> None:
    heard = said("Well, where does it go?", WORTH_KEEPING.text, 9_000)

    assert (await judged(home, candidate, PRINT, "pass_over", heard)).moment == MOMENT
