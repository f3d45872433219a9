import numpy as np
import pytest

from core.capture_status import Levels
from core.pcm import Pcm
from device.microphone.level_meter import LevelMeter
from device.ports import BLOCK_SAMPLES, Block

CHANCE = np.random.default_rng(3)


def noise(dbfs: float) -> Pcm:
    """A block of it."""
    sound = CHANCE.normal(0, 10 ** (dbfs / 20) * 32768, BLOCK_SAMPLES)
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def a_minute(
    room_dbfs: float = -60,
    voice_dbfs: float | None = None,
    *,
    clipped: int = 0,
    dc: float = 0.0,
) -> Levels:
    """Forty seconds of a room, and twenty of a voice in it."""
    meter = LevelMeter()
    for second in range(60):
        speaking = voice_dbfs is not None and second % 3 == 0
        for _ in range(10):
            pcm = noise(voice_dbfs if speaking and voice_dbfs is not None else room_dbfs)
            meter.take_in(Block(pcm, 0.0, clipped=clipped, dc=dc), speaking=speaking)
    return meter.levels()


def test_a_near_voice_in_a_quiet_room_is_as_it_should_be() -> None:
    levels = a_minute(room_dbfs=-60, voice_dbfs=-26)

    assert (levels.sentence, levels.advice) == ("", "")
    assert levels.floor_dbfs == pytest.approx(-60, abs=0.5)
    assert levels.loudest_dbfs == pytest.approx(-26, abs=0.5)


def test_a_second_says_enough_for_figures_and_less_says_nothing() -> None:
    meter = LevelMeter()
    before = meter.levels()
    for _ in range(10):
        meter.take_in(Block(noise(-40), 0.0))

    assert before == Levels(-120.0, -120.0, 0.0, 0.0)
    assert meter.levels().loudest_dbfs == pytest.approx(-40, abs=0.5)


def test_what_is_cut_off_at_full_scale_is_told_with_what_to_turn_down() -> None:
    levels = a_minute(voice_dbfs=-26, clipped=16)

    assert levels.clipped_share == pytest.approx(0.01)
    assert "too loud: 1.0%" in levels.sentence
    assert "device.gain_db" in levels.advice


def test_what_our_own_gain_drives_to_full_scale_counts_too() -> None:
    assert a_minute(voice_dbfs=3).clipped_share > 0.1


def test_a_slammed_door_is_not_clipping() -> None:
    assert a_minute(clipped=1).sentence == ""


def test_a_zero_that_is_off_points_at_the_wires() -> None:
    levels = a_minute(dc=-0.05)

    assert levels.dc == -0.05
    assert "off by 5%" in levels.sentence
    assert "wires" in levels.advice


def test_a_voice_that_is_too_quiet_is_told_how_many_decibels_to_add() -> None:
    levels = a_minute(room_dbfs=-80, voice_dbfs=-50)

    assert "too quiet" in levels.sentence
    assert "by 29" in levels.advice


def test_a_quiet_room_in_which_nobody_speaks_is_not_too_quiet() -> None:
    assert a_minute(room_dbfs=-70).sentence == ""


def test_a_room_that_is_never_quiet_is_told() -> None:
    levels = a_minute(room_dbfs=-30, voice_dbfs=-24)

    assert "never below -30 dB" in levels.sentence
    assert levels.advice


def test_a_talk_without_a_pause_is_not_taken_for_noise() -> None:
    meter = LevelMeter()
    for _ in range(600):
        meter.take_in(Block(noise(-24), 0.0), speaking=True)

    assert meter.levels().sentence == ""


def test_ten_seconds_of_zeros_are_a_mute_switch_or_a_cable() -> None:
    meter = LevelMeter()
    for _ in range(99):
        meter.take_in(Block(np.zeros(BLOCK_SAMPLES, np.int16), 0.0))
    not_yet = meter.levels()
    meter.take_in(Block(np.zeros(BLOCK_SAMPLES, np.int16), 0.0))

    assert not_yet.sentence == ""
    assert "nothing but zeros" in meter.levels().sentence
    assert "mute switch" in meter.levels().advice

    meter.take_in(Block(noise(-60), 0.0))

    assert meter.levels().sentence == ""


def test_what_was_wrong_a_minute_ago_is_forgotten() -> None:
    meter = LevelMeter()
    for clipped in [100] * 600 + [0] * 600:
        meter.take_in(Block(noise(-50), 0.0, clipped=clipped))

    assert meter.levels().sentence == ""


def test_blocks_of_any_length_add_up() -> None:
    sound = np.concatenate([noise(-40) for _ in range(50)])
    meter = LevelMeter()
    for piece in np.split(sound, [1, 700, 4_000, 44_000, 44_000]):
        meter.take_in(Block(piece, 0.0))

    assert meter.levels().floor_dbfs == pytest.approx(-40, abs=0.5)
