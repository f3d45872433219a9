"""When what failed is tried again, by the clock and by its cause."""

import dataclasses

import pytest

from core.clock import FakeClock, Recorded
from pipeline.spool.tries import Conditions, Tries
from pipeline.worker.backoff import GIVE_UP_AFTER, in_words, left_s, may_have_gone, wait_s

THEN = Conditions("these", 100_000_000)


def test_each_wait_is_longer_and_all_of_them_are_hours_not_half_a_second() -> None:
    waits = [wait_s(failures) for failures in range(1, GIVE_UP_AFTER)]

    assert waits[:4] == [10, 30, 90, 270]
    assert waits == sorted(waits)
    assert sum(waits) > 2 * 3600 - 600


def test_a_wait_is_counted_by_the_boot_clock() -> None:
    clock = FakeClock(None)
    tries = Tries(2, "ended", clock.recorded_now(), THEN)
    clock.advance(12)

    assert left_s(tries, clock.recorded_now(), THEN) == pytest.approx(18)
    clock.suspend(20)
    assert left_s(tries, clock.recorded_now(), THEN) == 0


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (Recorded(1_790_000_060_000, 0, "b2", 20_000), 210),  # the wall clock knows best
        (Recorded(1_780_000_000_000, 0, "b2", 20_000), 250),  # it was set back
        (Recorded(None, None, "b2", 20_000), 250),  # it is unset: this boot has lasted 20 s
        (Recorded(None, None, None, None), 270),
    ],
)
def test_after_a_restart_of_the_machine_the_wait_goes_on(now: Recorded, left: float) -> None:
    tries = Tries(4, "ended", Recorded(1_790_000_000_000, 0, "b1", 99_000), THEN)

    assert left_s(tries, now, THEN) == pytest.approx(left)


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        (THEN, False),
        (Conditions("others", 100_000_000), True),
        (Conditions("these", 299_999_999), False),
        (Conditions("these", 300_000_000), True),
        (Conditions("these", None), False),
    ],
)
def test_it_is_tried_at_once_where_the_cause_may_have_gone(now: Conditions, gone: bool) -> None:  # noqa: FBT001 - a column
    clock = FakeClock()
    tries = Tries(5, "ended", clock.recorded_now(), THEN)

    assert may_have_gone(THEN, now) is gone
    assert (left_s(tries, clock.recorded_now(), now) == 0) is gone
    assert not may_have_gone(dataclasses.replace(THEN, memory_bytes=None), THEN)


def test_why_it_waits_is_a_sentence_with_its_time() -> None:
    assert in_words(Tries(1, "ended"), 9.7) == (
        "The models ended while they worked on it (once so far). It will be tried again in 10 s."
    )
    assert in_words(Tries(3, "stuck"), 0) == (
        "The models said nothing for too long (3 times so far). It will be tried again now."
    )
