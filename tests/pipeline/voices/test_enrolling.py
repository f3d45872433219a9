"""From a minute of reading to a voice print."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.audio import FRAME_S, RATE_HZ
from core.pcm import Pcm
from pipeline.voices.enrolling import CannotEnrol, Enrolment, Read, enrolment, spoken
from pipeline.voices.fakes import FakeVoiceModel
from pipeline.voices.wearer import likeness
from pipeline.voices.windows import Stretch

LOW, HIGH = 130, 1000


def hum(hz: float, seconds: float) -> Pcm:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (np.sin(2 * np.pi * hz * at) * 8000).astype(np.int16)


def read(*parts: Pcm) -> Read:
    pcm = np.concatenate(parts)
    return Read(pcm, [0.9] * (pcm.size // 512))


def enrolled(*readings: Read, told: list[float] | None = None) -> Enrolment:
    heard: list[float] = [] if told is None else told
    return enrolment(readings, FakeVoiceModel(), name="Ann", progress=heard.append)


def test_a_minute_of_one_voice_is_a_good_print() -> None:
    made = enrolled(read(hum(LOW, 60)))

    assert made.quality == "good"
    assert made.print.name == "Ann"
    assert made.print.seconds == pytest.approx(60, abs=0.1)
    assert likeness(FakeVoiceModel().vectors([hum(LOW, 1.6)])[0], made.print) > 0.99


def test_a_short_reading_is_a_fair_print() -> None:
    assert enrolled(read(hum(LOW, 20))).quality == "fair"


def test_several_recordings_count_together() -> None:
    told: list[float] = []

    made = enrolled(read(hum(LOW, 25)), read(hum(LOW, 25)), told=told)

    assert made.print.seconds == pytest.approx(50, abs=0.1)
    assert told == sorted(told)


def test_a_few_seconds_are_too_little() -> None:
    with pytest.raises(CannotEnrol, match="Only 5 s of speech"):
        enrolled(read(hum(LOW, 5)))


@pytest.mark.parametrize("readings", [[], [Read(hum(LOW, 60), [0.1] * 1875)]])
def test_silence_is_said_to_be_silence(readings: Sequence[Read]) -> None:
    with pytest.raises(CannotEnrol, match="Nobody was heard"):
        enrolled(*readings)


def test_two_who_read_are_told_so() -> None:
    with pytest.raises(CannotEnrol, match="More than one voice"):
        enrolled(read(hum(LOW, 30), hum(HIGH, 30)))


def test_a_word_by_somebody_else_does_no_harm() -> None:
    made = enrolled(read(hum(LOW, 40), hum(HIGH, 2), hum(LOW, 20)))

    assert likeness(FakeVoiceModel().vectors([hum(HIGH, 1.6)])[0], made.print) < 0.5


def test_where_somebody_speaks_follows_the_frames() -> None:
    frame_ms = round(FRAME_S * 1000)

    assert spoken([0.1, 0.9, 0.9, 0.2, 0.6]) == [
        Stretch(frame_ms, 3 * frame_ms),
        Stretch(4 * frame_ms, 5 * frame_ms),
    ]
