"""What every transcriber promises, whichever it is."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.pcm import Pcm
from pipeline.hearing.fakes import FakeTranscriber
from pipeline.hearing.transcriber import Transcriber, WhisperTranscriber
from pipeline.hearing.whisper import Whisper
from tests.pipeline.hearing.models_for_tests import a_voice, whisper_folder

# The first recording of the development data, as its reference has it.
SAID = ("there's iron they say in all our blood", "steel")

MAKERS: dict[str, Callable[[Path], Transcriber]] = {
    "fake": lambda _: FakeTranscriber(script=[" … ".join(SAID)]),
    "whisper": lambda folder: WhisperTranscriber(Whisper(folder)),
}


@pytest.fixture(scope="module", params=MAKERS)
def transcriber(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Transcriber:
    needs_weights = request.param != "fake"
    folder = whisper_folder(tmp_path_factory.mktemp("home")) if needs_weights else Path()
    return MAKERS[request.param](folder)


@pytest.fixture(scope="module")
def voice(data: Path) -> Pcm:
    return a_voice(data)


def test_it_hears_what_was_said(transcriber: Transcriber, voice: Pcm) -> None:
    text = transcriber.transcribe(voice).text.lower().replace(",", "")

    assert all(words in text for words in SAID)


def test_the_text_is_its_words(transcriber: Transcriber, voice: Pcm) -> None:
    transcript = transcriber.transcribe(voice)

    assert transcript.text.split() == [word.word for word in transcript.words]
    assert transcript.model == transcriber.name


def test_words_come_in_order_and_lie_within_the_sound(transcriber: Transcriber, voice: Pcm) -> None:
    words = transcriber.transcribe(voice).words

    assert all(before.start_ms <= after.start_ms for before, after in pairwise(words))
    assert all(0 <= word.start_ms <= word.end_ms for word in words)
    assert words[-1].end_ms <= voice.size * 1000 / RATE_HZ + 20
    assert all(0 <= word.probability <= 1 for word in words)


@pytest.mark.long
def test_the_same_sound_gives_the_same_words_whatever_was_heard_between(
    transcriber: Transcriber, voice: Pcm
) -> None:
    babble = voice + voice[::-1]
    first = transcriber.transcribe(babble)
    transcriber.transcribe(voice[: 2 * RATE_HZ])

    assert transcriber.transcribe(babble) == first


@pytest.mark.long
def test_together_they_are_heard_as_each_by_itself(transcriber: Transcriber, voice: Pcm) -> None:
    babble = voice + voice[::-1]
    sounds = [voice, voice[: 2 * RATE_HZ], babble, voice[:0], voice[RATE_HZ:]]

    assert transcriber.transcribe_together(sounds) == list(map(transcriber.transcribe, sounds))


def test_it_takes_half_a_minute_and_does_not_change_it(transcriber: Transcriber) -> None:
    sound = np.random.default_rng(3).normal(0, 300, 30 * RATE_HZ).astype(np.int16)
    before = sound.copy()

    transcriber.transcribe(sound)

    assert (sound == before).all()
