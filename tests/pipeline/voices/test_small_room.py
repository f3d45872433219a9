"""What was read, as if in a small room."""

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.pcm import Pcm
from pipeline.voices.small_room import PIECE, in_small_room


def loudness(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2)))


def test_it_is_as_long_and_as_loud_as_before() -> None:
    sound = np.random.default_rng(2).integers(-3000, 3000, 2 * PIECE + 77).astype(np.int16)

    echoed = in_small_room(sound)

    assert echoed.size == sound.size
    assert loudness(echoed) == pytest.approx(loudness(sound), rel=0.1)


def test_a_clap_is_heard_for_a_while() -> None:
    sound = np.zeros(RATE_HZ, np.int16)
    sound[1000:1010] = 20_000

    echoed = np.abs(in_small_room(sound).astype(int))

    assert echoed[:1000].max() <= 1
    assert echoed[1100:2000].max() > echoed[4000:6000].max() > 0


def test_an_echo_goes_on_from_piece_to_piece() -> None:
    sound = np.zeros(PIECE + RATE_HZ, np.int16)
    sound[PIECE - 100 : PIECE - 50] = 20_000

    echoed = np.abs(in_small_room(sound).astype(int))

    assert echoed[PIECE : PIECE + 400].max() > 0


def test_nothing_echoes_as_nothing() -> None:
    assert in_small_room(np.empty(0, np.int16)).size == 0
    assert in_small_room(np.zeros(100, np.int16)).tolist() == [0] * 100
