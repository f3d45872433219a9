"""What is hard to hear gives few words, doubtful ones among them, or none; and always the same."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.machine import thread_pools
from core.moment import Transcript
from core.pcm import Pcm
from pipeline.hearing.transcribe_clip import hear
from pipeline.hearing.transcriber import WhisperTranscriber
from pipeline.hearing.whisper import Whisper
from pipeline.speech.silero import SileroSpeechModel
from tests.pipeline.hearing import hard_sounds as sounds
from tests.pipeline.hearing.models_for_tests import speech_weights, whisper_folder

TREE = Path(__file__).resolve().parents[3]

HARD: dict[str, Callable[[], sounds.Wave]] = {
    "clipped": sounds.clipped,
    "0 dB of noise": sounds.in_noise,
    "two people at once": sounds.two_at_once,
    "an old telephone": sounds.telephone,
    "whispered": sounds.whispered,
    "spoken over music": sounds.over_music,
    "music and a voice that sings no word": sounds.sung,
}

WORDS_A_SECOND = 5
"""Faster than anybody speaks for long."""

MORE_THREADS = 2
"""Than in this process, as the settings may name for the models."""

Hear = Callable[[Pcm], Transcript]


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Hear:
    """The real models, and no clip before."""
    home = tmp_path_factory.mktemp("home")
    speech, whisper = (
        SileroSpeechModel(speech_weights(home)),
        WhisperTranscriber(Whisper(whisper_folder(home))),
    )
    return lambda pcm: hear(pcm, speech, whisper)


@pytest.fixture(scope="module")
def heard(hearing: Hear) -> dict[str, Transcript]:
    """Each of them, one after the other."""
    return {name: hearing(sounds.pcm(make())) for name, make in HARD.items()}


def plain(transcript: Transcript) -> list[str]:
    return [word.word.lower().strip(".,!?") for word in transcript.words]


@pytest.mark.parametrize("name", HARD)
def test_no_more_words_are_heard_than_can_be_spoken(
    heard: dict[str, Transcript], name: str
) -> None:
    length_ms = HARD[name]().size * 1000 // RATE_HZ
    words = heard[name].words

    assert len(words) <= WORDS_A_SECOND * length_ms / 1000
    assert all(before.start_ms <= after.start_ms for before, after in pairwise(words))
    assert all(0 <= word.start_ms <= word.end_ms <= length_ms + 20 for word in words)
    assert all(len(list(run)) <= 3 for _, run in groupby(plain(heard[name])))


@pytest.mark.parametrize("name", ["an old telephone", "whispered", "spoken over music"])
def test_what_a_person_would_understand_is_heard(heard: dict[str, Transcript], name: str) -> None:
    missing = [word for word in sounds.SPOKEN if word not in plain(heard[name])]

    assert len(missing) <= len(sounds.SPOKEN) / 3, heard[name].text


@pytest.mark.parametrize("name", ["clipped", "0 dB of noise"])
def test_what_nobody_would_understand_is_marked(heard: dict[str, Transcript], name: str) -> None:
    wrong = [word for word in heard[name].words if word.word.strip(".,!?") not in sounds.SPOKEN]

    assert sum(word.doubtful for word in wrong) >= len(wrong) / 2, heard[name].text


def test_singing_without_words_has_none(heard: dict[str, Transcript]) -> None:
    assert heard["music and a voice that sings no word"].words == ()


@pytest.mark.long
def test_whatever_came_before_the_same_sound_has_the_same_words(
    hearing: Hear, heard: dict[str, Transcript]
) -> None:
    for name in reversed(HARD):
        assert hearing(sounds.pcm(HARD[name]())) == heard[name]


@pytest.mark.long
def test_another_process_with_more_threads_hears_the_same_words(
    heard: dict[str, Transcript],
) -> None:
    names = ["0 dB of noise", "clipped", "whispered"]
    asked = f"from {__name__} import tell; tell(*{names})"

    ran = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=TREE,
        env={**os.environ, **thread_pools(MORE_THREADS)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(ran.stdout) == [_plainly(heard[name]) for name in names]


def _plainly(transcript: Transcript) -> list[list[object]]:
    return [[w.word, w.start_ms, w.end_ms, w.probability, w.doubtful] for w in transcript.words]


@pytest.mark.soak
def test_an_hour_of_a_room_where_nobody_speaks_has_no_word(hearing: Hear, tmp_path: Path) -> None:
    hour = np.memmap(tmp_path / "hour.pcm", np.int16, "w+", shape=3600 * RATE_HZ)
    hiss = np.random.default_rng(5).normal(0, 8, 60 * RATE_HZ).astype(np.int16)
    for minute in range(0, 59, 2):  # the other minutes are digital silence
        hour[minute * hiss.size : (minute + 1) * hiss.size] = hiss

    assert hearing(hour).words == ()


def tell(*names: str) -> None:
    """Print what is heard in these sounds, one after the other, for another process."""
    hearing = _loaded(Path(), MORE_THREADS)
    told = [_plainly(hearing(sounds.pcm(HARD[name]()))) for name in names]
    sys.stdout.write(json.dumps(told))


def _loaded(home: Path, threads: int) -> Hear:
    speech, whisper = speech_weights(home), whisper_folder(home)
    models = SileroSpeechModel(speech), WhisperTranscriber(Whisper(whisper, threads=threads))
    return lambda pcm: hear(pcm, *models)
