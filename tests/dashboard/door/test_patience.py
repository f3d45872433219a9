"""Who has had long enough, and who goes first."""

import pytest

from dashboard.patience import MOST_HELD_BYTES, Standing, first_to_go, has_overstayed, too_heavy

IDLE = Standing(is_stranger=False, works=False, still_s=0.0)


def standing(**more: object) -> Standing:
    known = {"is_stranger": False, "works": False, "still_s": 0.0}
    return Standing(**{**known, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "over"),
    [
        (standing(still_s=59), False),
        (standing(still_s=61), True),
        (standing(still_s=3600, works=True), False),  # what a thread does has its own patience
        (standing(asking_s=9), False),
        (standing(asking_s=11), True),  # headers, however they drip
        (standing(asking_s=19, asked_bytes=0), False),
        (standing(asking_s=21, asked_bytes=0), True),
        (standing(asking_s=3600, asked_bytes=100_000_000), False),  # an upload that comes
        (standing(asking_s=3600, asked_bytes=1_000_000), True),
        (standing(reading_s=59), False),
        (standing(reading_s=61), True),
        (standing(reading_s=61, works=True), True),  # live events that nobody reads
        (standing(reading_s=3600, read_bytes=10_000_000), False),
        (standing(reading_s=3600, read_bytes=10_000), True),
    ],
)
def test_everything_has_its_time(at: Standing, *, over: bool) -> None:
    assert has_overstayed(at) is over


def test_strangers_go_first_then_who_waits_longest_for_nothing() -> None:
    works = standing(works=True, still_s=100)
    idle, idler = standing(still_s=5), standing(still_s=50)
    stranger = standing(is_stranger=True)

    assert first_to_go([works, idle, idler, stranger]) == 3
    assert first_to_go([works, idle, idler]) == 2
    assert first_to_go([works]) == 0


def test_of_a_crowd_of_strangers_one_goes_before_one_who_came_alone() -> None:
    alone = standing(is_stranger=True, beside=1, still_s=50)
    crowd = standing(is_stranger=True, beside=30, still_s=5)

    assert first_to_go([alone, crowd, alone]) == 1


def test_a_stranger_that_holds_something_goes_before_who_is_let_in_and_holds_more() -> None:
    much = standing(held_bytes=MOST_HELD_BYTES)

    assert too_heavy([much, standing(is_stranger=True, held_bytes=1), IDLE]) == 1
    assert too_heavy([much, standing(is_stranger=True), standing(held_bytes=1)]) == 0


def test_the_heaviest_goes_where_all_together_hold_too_much() -> None:
    half = MOST_HELD_BYTES // 2

    assert too_heavy([]) is None
    assert too_heavy([standing(held_bytes=half), standing(held_bytes=half)]) is None
    assert too_heavy([standing(held_bytes=half), standing(held_bytes=half + 1)]) == 1
