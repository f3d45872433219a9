"""Several channels become one, and none of them takes away what another says."""

import wave
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from pipeline.media.downmix import Floats, to_mono
from tests.pipeline.media.sounds import heard, loudness, warble


def mixed(*channels: Floats, block: int = 1024) -> Floats:
    frames = np.stack(channels, axis=1)
    pieces = ((RATE_HZ, frames[at : at + block]) for at in range(0, len(frames), block))
    return np.concatenate([mono for _, mono in to_mono(pieces)])


def rms(sound: Floats) -> float:
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


VOICE = warble(6)
NOISE = np.random.default_rng(5).normal(0, 0.05, (4, len(VOICE))).astype(np.float32)


@pytest.mark.parametrize("level", [1.0, 0.9, 0.5])
def test_a_channel_the_wrong_way_round_does_not_silence_the_other(level: float) -> None:
    assert rms(mixed(VOICE, -VOICE * np.float32(level))) > 0.7 * rms(VOICE)


def test_of_six_channels_one_may_be_the_wrong_way_round() -> None:
    quarter = VOICE * np.float32(0.2)

    assert rms(mixed(VOICE, -VOICE, quarter, -quarter)) > 0.5 * rms(VOICE)


def test_a_voice_that_cancels_is_heard_over_noise_that_does_not() -> None:
    mono = mixed(VOICE + NOISE[0], -VOICE + NOISE[1])

    assert np.corrcoef(np.abs(mono), np.abs(VOICE))[0, 1] > 0.9


@pytest.mark.parametrize(
    "channels",
    [
        (VOICE, VOICE),
        (VOICE, VOICE * np.float32(0.2)),
        (VOICE, np.zeros_like(VOICE)),
        (VOICE, np.roll(VOICE, RATE_HZ)),
        (NOISE[0], NOISE[1]),
        (VOICE + NOISE[0], VOICE + NOISE[1], NOISE[2]),
        (*[np.zeros_like(VOICE)] * 2, VOICE, *[np.zeros_like(VOICE)] * 3),
    ],
)
def test_all_else_is_the_plain_mean_to_the_bit(channels: tuple[Floats, ...]) -> None:
    assert np.array_equal(mixed(*channels), np.stack(channels, axis=1).mean(axis=1))


def test_where_the_wiring_changes_nothing_is_lost_and_nothing_clicks() -> None:
    tone = np.sin(np.arange(6 * RATE_HZ) * 2 * np.pi * 100 / RATE_HZ).astype(np.float32) * 0.5
    turned = np.concatenate([tone[: len(tone) // 2], -tone[len(tone) // 2 :]])

    mono = mixed(tone, turned)

    steps = np.abs(np.diff(mono))
    assert steps.max() < 1.5 * np.abs(np.diff(tone)).max()
    for second in range(6):
        assert rms(mono[second * RATE_HZ : (second + 1) * RATE_HZ]) > 0.6 * rms(tone)


def test_a_pause_does_not_turn_the_channels_back() -> None:
    silent = np.zeros(2 * RATE_HZ, np.float32)
    mono = mixed(np.concatenate([VOICE, silent, VOICE]), np.concatenate([-VOICE, silent, -VOICE]))

    assert np.array_equal(mono[: len(VOICE)], mono[-len(VOICE) :])


def test_the_size_of_the_pieces_changes_nothing_that_is_heard() -> None:
    small, large = (mixed(VOICE, -VOICE, block=size) for size in (100, 4096))

    assert abs(rms(small) - rms(large)) < 1e-3


def test_infinities_are_silence() -> None:
    broken = VOICE.copy()
    broken[100], broken[200] = np.inf, np.nan

    assert np.isfinite(mixed(broken, -VOICE)).all()


def test_more_channels_or_another_rate_on_the_way_are_mixed_on_their_own() -> None:
    pieces = [
        (RATE_HZ, np.stack([VOICE, -VOICE], axis=1)),
        (RATE_HZ, VOICE[:, np.newaxis]),
        (2 * RATE_HZ, np.stack([VOICE, VOICE], axis=1)),
    ]

    found = list(to_mono(pieces))

    assert [(rate_hz, len(mono)) for rate_hz, mono in found] == [
        (RATE_HZ, len(VOICE)),
        (RATE_HZ, len(VOICE)),
        (2 * RATE_HZ, len(VOICE)),
    ]


def test_a_file_wired_the_wrong_way_round_is_no_silence(tmp_path: Path) -> None:
    voice = (VOICE * 32767).astype("<i2")
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(np.stack([voice, -voice], axis=1).tobytes())

    assert loudness(heard(tmp_path / "a.wav"), 0, 6) > 2000
