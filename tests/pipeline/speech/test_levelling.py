import math

import numpy as np
import pytest

from core.audio import FRAME_SAMPLES
from core.pcm import Pcm, as_float
from pipeline.speech.levelling import LOUDEST_GAIN, RunningGain, levelled, louder


def noise(rms: float, frames: int = 100) -> Pcm:
    chance = np.random.default_rng(7)
    return (chance.normal(0, rms, frames * FRAME_SAMPLES) * 32768).astype(np.int16)


def rms(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(as_float(pcm) ** 2)))


def test_a_quiet_recording_is_brought_to_the_level_of_a_near_voice() -> None:
    assert 0.03 < rms(levelled(noise(0.004))) < 0.06


def test_a_loud_one_is_left_as_it_is() -> None:
    loud = noise(0.2)

    assert levelled(loud) is loud


def test_the_gain_has_an_end() -> None:
    faint = noise(0.0003)

    assert rms(levelled(faint)) <= rms(faint) * LOUDEST_GAIN * 1.01


def test_a_few_loud_frames_in_a_quiet_recording_are_clipped_and_do_not_wrap() -> None:
    sound = noise(0.002)
    sound[:FRAME_SAMPLES] = 20_000

    assert levelled(sound)[:FRAME_SAMPLES].min() == 32_767


def test_digital_silence_stays_silent() -> None:
    assert not levelled(np.zeros(FRAME_SAMPLES, dtype=np.int16)).any()


def gains(*dbfs: float) -> list[float]:
    """In dB, for a frame of each loudness."""
    running = RunningGain()
    return [20 * math.log10(running.feed(10 ** (each / 10))) for each in dbfs]


def test_the_loudest_second_is_brought_to_the_level_of_a_near_voice() -> None:
    assert gains(*[-60] * 100, *[-41] * 31)[-1] == pytest.approx(20, abs=0.1)


def test_a_live_voice_that_is_loud_enough_is_left_as_it_is() -> None:
    assert gains(*[-15] * 31)[-1] == 0


def test_the_gain_of_a_stream_has_an_end_too() -> None:
    assert max(gains(*[-80] * 500)) == pytest.approx(30)


def test_a_loud_word_after_silence_is_turned_down_within_its_second() -> None:
    after = gains(*[-70] * 200, *[-26] * 31)[200:]

    assert after[0] < 21
    assert after[7] < 12
    assert after[-1] == pytest.approx(5, abs=0.1)
    assert after == sorted(after, reverse=True)


def test_a_word_after_silence_is_not_clipped() -> None:
    after = gains(*[-70] * 200, *[-8] * 10)[200:]

    assert max(after) == 0


def test_a_knock_turns_the_gain_down_for_a_second_or_two_only() -> None:
    after = gains(*[-60] * 200, -24, *[-60] * 62)[200:]

    assert after[0] == pytest.approx(12)
    assert after[-1] == pytest.approx(18, abs=0.2)


def test_what_was_loud_is_remembered_for_a_minute() -> None:
    told = gains(*[-26] * 31, *[-60] * 31 * 65)

    assert told[31 * 59] == pytest.approx(5, abs=0.1)
    assert told[-1] == pytest.approx(30, abs=0.1)


def test_frames_are_made_louder_each_by_its_own_gain_and_do_not_wrap() -> None:
    sound = np.repeat(np.array([100, -20_000], np.int16), FRAME_SAMPLES)

    made = louder(sound, np.array([2, 10], np.float32))

    assert set(made[:FRAME_SAMPLES]) == {200}
    assert set(made[FRAME_SAMPLES:]) == {-32_768}
    assert sound[0] == 100
