import numpy as np

from core.audio import FRAME_SAMPLES, Pcm, as_float
from pipeline.hearing.levelling import LOUDEST_GAIN, levelled


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
