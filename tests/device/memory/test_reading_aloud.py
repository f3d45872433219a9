"""What is read aloud to enrol a voice: nothing from before, nothing after."""

import numpy as np

from core.audio import RATE_HZ
from device.memory.reading_aloud import AT_ONCE_S, LASTS_S, ReadingAloud
from device.memory.ring_buffer import Ring


def sound(seconds: float, value: int = 7) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.full(round(seconds * RATE_HZ), value, np.int16)


def a_ring(seconds: float = 300) -> Ring:
    return Ring(round(seconds * RATE_HZ))


def test_what_was_heard_before_it_was_asked_for_is_never_handed_out() -> None:
    ring = a_ring()
    ring.append(sound(3, value=1))
    reading = ReadingAloud(ring)
    begins = reading.begin()
    ring.append(sound(2))

    found = reading.since(0)

    assert begins == 3 * RATE_HZ
    assert found is not None
    position, pcm = found
    assert position == 5 * RATE_HZ
    assert set(pcm.tolist()) == {7}


def test_it_comes_piece_by_piece_without_a_hole() -> None:
    ring = a_ring()
    reading = ReadingAloud(ring)
    position = reading.begin()
    ring.append(sound(AT_ONCE_S + 2))
    pieces = []
    for _ in range(3):
        found = reading.since(position)
        assert found is not None
        position, pcm = found
        pieces.append(pcm.size / RATE_HZ)

    assert pieces == [AT_ONCE_S, 2, 0]


def test_what_the_ring_has_lost_is_passed_over() -> None:
    ring = a_ring(seconds=4)
    reading = ReadingAloud(ring)
    position = reading.begin()
    ring.append(sound(10))

    found = reading.since(position)

    assert found is not None
    assert (found[0], found[1].size) == (10 * RATE_HZ, 4 * RATE_HZ)


def test_who_does_not_read_gets_nothing() -> None:
    reading = ReadingAloud(a_ring())

    assert reading.since(0) is None
    reading.begin()
    reading.end()
    assert reading.since(0) is None


def test_after_three_minutes_it_is_over() -> None:
    ring = a_ring()
    reading = ReadingAloud(ring)
    reading.begin()
    ring.append(sound(LASTS_S))
    assert reading.since(0) is not None

    ring.append(sound(1))
    assert reading.since(0) is None
