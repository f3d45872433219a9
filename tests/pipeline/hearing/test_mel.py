import numpy as np
import pytest

from core.audio import RATE_HZ
from core.pcm import Pcm
from pipeline.hearing import mel
from pipeline.hearing.mel import HOP_SAMPLES, log_mel


def tone(hz: float, seconds: float = 1.0) -> Pcm:
    at_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sound: Pcm = np.rint(8000 * np.sin(2 * np.pi * hz * at_s)).astype(np.int16)
    return sound


def test_there_is_a_frame_for_each_ten_milliseconds_begun() -> None:
    assert log_mel(tone(440)).shape == (80, 100)
    assert log_mel(np.zeros(1, np.int16)).shape == (80, 1)
    assert log_mel(np.zeros(HOP_SAMPLES + 1, np.int16)).shape == (80, 2)


def test_a_higher_tone_lies_in_a_higher_band() -> None:
    bands = [int(log_mel(tone(hz)).mean(axis=1).argmax()) for hz in (200, 1000, 3000, 7000)]

    assert bands == sorted(set(bands))


def test_what_is_filled_up_is_what_silence_gives() -> None:
    sound = np.concatenate([tone(440), np.zeros(RATE_HZ, np.int16)])

    assert np.allclose(log_mel(tone(440), silence=100), log_mel(sound), atol=1e-5)


def test_where_it_is_cut_to_be_worked_on_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = np.concatenate([tone(440, 7.003), tone(3000, 5)])
    in_pieces = log_mel(sound, silence=300)

    monkeypatch.setattr(mel, "_TOGETHER", 10_000)

    assert np.allclose(in_pieces, log_mel(sound, silence=300), atol=1e-5)
