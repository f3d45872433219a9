import math
import random
from collections import deque
from itertools import pairwise

import pytest

from pipeline.speech import energy_gate
from pipeline.speech.energy_gate import EnergyGate

SECOND = 31
CHANCE = random.Random(11)


def room(frames: int, dbfs: float = -60) -> list[float]:
    """The powers of frames of a room: nearly alike."""
    return [10 ** ((dbfs + CHANCE.uniform(-0.5, 0.5)) / 10) for _ in range(frames)]


def heard(gate: EnergyGate, powers: list[float]) -> list[bool]:
    return [gate.feed(power) for power in powers]


@pytest.fixture
def rested() -> EnergyGate:
    """A gate that has heard a minute of a room at -60 dB."""
    gate = EnergyGate()
    heard(gate, room(60 * SECOND))
    return gate


@pytest.mark.parametrize("dbfs", [-30, -60, -90, -200])
def test_a_room_however_loud_is_slept_through_after_the_first_second(dbfs: float) -> None:
    awake = heard(EnergyGate(), room(60 * SECOND, dbfs))

    assert all(awake[: SECOND - 1])
    assert not any(awake[SECOND:])


def test_what_rises_above_the_room_wakes_at_once(rested: EnergyGate) -> None:
    assert not rested.awake

    assert rested.feed(10 ** (-50 / 10))


@pytest.mark.parametrize("by_db", [-25, 20])
def test_how_loud_the_microphone_is_changes_nothing(by_db: float) -> None:
    talk = (room(200) + room(10, -45) + room(40)) * 5
    as_it_was = heard(EnergyGate(), talk)

    assert heard(EnergyGate(), [power * 10 ** (by_db / 10) for power in talk]) == as_it_was


def test_it_sleeps_a_quarter_of_a_second_after_the_last_loud_frame(rested: EnergyGate) -> None:
    rested.feed(10 ** (-30 / 10))

    awake = heard(rested, room(SECOND))

    assert awake == [True] * 7 + [False] * (SECOND - 7)


def test_what_the_model_takes_for_speech_keeps_it_awake_however_quiet(rested: EnergyGate) -> None:
    rested.stay_awake()

    assert heard(rested, room(8)) == [True] * 7 + [False]


def test_a_noise_that_stays_is_slept_through_within_a_minute(rested: EnergyGate) -> None:
    awake = heard(rested, room(60 * SECOND, -40))

    assert awake[0]
    assert not awake[-1]


def test_a_talk_without_a_pause_of_a_second_stays_awake(rested: EnergyGate) -> None:
    words = (room(9, -26) + room(3, -50)) * 300

    assert all(heard(rested, words))


def test_after_digital_silence_hiss_below_the_last_bit_does_not_wake() -> None:
    gate = EnergyGate()
    heard(gate, [0.0] * 10 * SECOND)

    assert not gate.feed(10 ** (-85 / 10))
    assert gate.feed(10 ** (-70 / 10))


def test_the_floor_is_the_tenth_part_of_the_last_minute() -> None:
    floor = energy_gate._RunningFloor()
    recent: deque[int] = deque(maxlen=energy_gate.FLOOR_FRAMES)
    levels = [CHANCE.gauss(mean, 8) for mean in (-60, -30, -70) for _ in range(2_000)]
    for level in levels:
        recent.append(math.floor(level))

        told = floor.feed(level)

        below = sum(each < told for each in recent)
        at_most = sum(each <= told for each in recent)
        assert below <= energy_gate.FLOOR_SHARE * len(recent) < at_most


def test_the_floor_takes_any_number() -> None:
    floor = energy_gate._RunningFloor()

    told = [floor.feed(level) for level in (0.0, -300.0, 60.0, -120.0)]

    assert told[0] == 0
    assert all(after <= before for before, after in pairwise(told))
