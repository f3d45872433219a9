"""From a clip and its words to who speaks when."""

import numpy as np

from core.audio import RATE_HZ
from core.moment import VoiceTurn, Word
from core.pcm import Pcm
from pipeline.voices.fakes import FakeVoiceModel
from pipeline.voices.hear_voices import hear_voices

LOW, HIGH = 130, 1000


def hum(hz: float, seconds: float) -> Pcm:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (np.sin(2 * np.pi * hz * at) * 8000).astype(np.int16)


def words(start_s: float, count: int, length_s: float = 0.5) -> list[Word]:
    return [
        Word(
            "so",
            round((start_s + nth * length_s) * 1000),
            round((start_s + (nth + 1) * length_s) * 1000),
            0.9,
        )
        for nth in range(count)
    ]


def test_two_voices_take_turns() -> None:
    silence = np.zeros(RATE_HZ, np.int16)
    clip = np.concatenate([hum(LOW, 5), silence, hum(HIGH, 5), silence, hum(LOW, 5)])
    said = [*words(0, 10), *words(6, 10), *words(12, 10)]

    voices = hear_voices(clip, said, FakeVoiceModel())

    assert voices is not None
    assert voices.turns == (
        VoiceTurn(0, 5_000, "A"),
        VoiceTurn(6_000, 11_000, "B"),
        VoiceTurn(12_000, 17_000, "A"),
    )
    assert voices.lengths_ms == {"A": 10_000, "B": 5_000}
    assert voices.centres.keys() == {"A", "B"}


def test_a_single_short_word_has_no_voice() -> None:
    clip = np.concatenate([hum(LOW, 5), np.zeros(2 * RATE_HZ, np.int16), hum(HIGH, 0.3)])
    said = [*words(0, 10), *words(7, 1, length_s=0.3)]

    voices = hear_voices(clip, said, FakeVoiceModel())

    assert voices is not None
    assert [turn.voice for turn in voices.turns] == ["A", None]


def test_where_hardly_anything_was_said_no_voice_is_told() -> None:
    assert hear_voices(hum(LOW, 1), words(0, 1, length_s=0.3), FakeVoiceModel()) is None
    assert hear_voices(hum(LOW, 1), [], FakeVoiceModel()) is None


def test_progress_rises_to_the_last_word() -> None:
    told: list[float] = []

    hear_voices(hum(LOW, 60), words(0, 120), FakeVoiceModel(), told.append)

    assert told == sorted(told)
    assert told[-1] == 60
