import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.memory.ring_buffer import Ring

CAPACITY = 50


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3 * CAPACITY)), max_size=30), st.randoms())
def test_it_holds_what_a_plain_list_would_hold(
    steps: list[tuple[bool, int]], chance: random.Random
) -> None:
    ring, told = Ring(CAPACITY), list[int]()

    for is_sound, samples in steps:
        if is_sound:
            block = [chance.randrange(-9, 10) for _ in range(samples)]
            ring.append(np.array(block, np.int16))
        else:
            block = [0] * samples
            ring.skip(samples)
        told += block
        start = chance.randrange(len(told) + 1)
        end = chance.randrange(start, len(told) + 1)

        assert ring.now == len(told)
        assert ring.oldest == max(0, len(told) - CAPACITY)
        assert ring.copy(start, end).tolist() == told[max(start, ring.oldest) : end]


def test_it_holds_only_the_tail_of_a_block_longer_than_itself() -> None:
    ring = Ring(CAPACITY)

    ring.append(np.arange(4 * CAPACITY, dtype=np.int16))

    assert ring.copy(0, ring.now).tolist() == list(range(3 * CAPACITY, 4 * CAPACITY))


def test_clear_forgets_and_invents_no_silence() -> None:
    ring = Ring(CAPACITY)
    ring.append(np.ones(30, np.int16))

    ring.clear()
    ring.append(np.full(5, 7, np.int16))

    assert (ring.oldest, ring.now) == (30, 35)
    assert ring.copy(0, 35).tolist() == [7] * 5


@pytest.mark.parametrize(("start", "end"), [(10, 10), (20, 10), (90, 99)])
def test_nothing_is_copied_from_an_empty_span(start: int, end: int) -> None:
    ring = Ring(CAPACITY)
    ring.append(np.ones(30, np.int16))

    assert ring.copy(start, end).size == 0
