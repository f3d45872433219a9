"""What is read aloud to enrol a voice: nothing from before, nothing after."""

import numpy as np

from core.audio import RATE_HZ, Span
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


def second(number: int) -> Span:
    return Span(number * RATE_HZ, (number + 1) * RATE_HZ)


def test_what_was_read_is_known_as_read_afterwards_too() -> None:
    ring = a_ring()
    ring.append(sound(1))
    reading = ReadingAloud(ring)
    assert not reading.has(second(1))
    for _ in range(2):  # a reading, and one more after it
        reading.begin()
        ring.append(sound(2))
        reading.end()
        ring.append(sound(1))

    assert [reading.has(second(each)) for each in range(7)] == [0, 1, 1, 0, 1, 1, 0]


def test_whoever_never_ends_a_reading_reads_for_three_minutes() -> None:
    ring = a_ring()
    reading = ReadingAloud(ring)
    reading.begin()
    ring.append(sound(1))
    reading.begin()
    ring.append(sound(LASTS_S + 9))

    assert [reading.has(second(each)) for each in (0, LASTS_S, LASTS_S + 1)] == [1, 1, 0]
    reading.end()
    assert not reading.has(second(LASTS_S + 1))


def test_half_of_it_read_is_enough() -> None:
    ring = a_ring()
    ring.append(sound(2))
    reading = ReadingAloud(ring)
    reading.begin()
    ring.append(sound(4))

    assert reading.has(Span(RATE_HZ, 3 * RATE_HZ))
    assert not reading.has(Span(RATE_HZ // 2, 3 * RATE_HZ))
