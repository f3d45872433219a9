"""Steps, zones and lengths: time as far as it can be known."""

from datetime import UTC, datetime

import pytest

from core.clock import (
    Recorded,
    Step,
    StepWatch,
    SystemClock,
    as_datetime,
    from_datetime,
    is_kept_by_time_server,
    length_in_words,
    local_offset_min,
)

WALL_MS = 1_790_000_000_000


def ms(*when: int) -> int:
    """A time in UTC as milliseconds since 1970."""
    return round(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


def test_a_clock_that_goes_makes_no_step() -> None:
    watch = StepWatch()

    looks = [watch.look(WALL_MS + second * 1000, second * 1000) for second in range(100)]

    assert looks == [None] * 100


@pytest.mark.parametrize("every_s", [1, 3_600, 86_400])
def test_the_fastest_slewing_is_no_step_however_seldom_it_is_looked_at(every_s: int) -> None:
    watch = StepWatch()

    looks = [
        watch.look(WALL_MS + round(s * 1000 * 1.0005), s * 1000)
        for s in range(0, every_s * 50, every_s)
    ]

    assert looks == [None] * 50


def test_a_suspended_night_is_no_step() -> None:
    watch = StepWatch()
    watch.look(WALL_MS, 1_000)

    assert watch.look(WALL_MS + 8 * 3_600_000, 1_000 + 8 * 3_600_000) is None


@pytest.mark.parametrize("moved_ms", [-3_600_000, -2_100, 2_100, 120_000, 10**10])
def test_a_clock_that_is_set_makes_one_step(moved_ms: int) -> None:
    watch = StepWatch()
    watch.look(WALL_MS, 1_000)

    step = watch.look(WALL_MS + moved_ms + 500, 1_500)

    assert step == Step(WALL_MS - 1_000, WALL_MS - 1_000 + moved_ms)
    assert step.moved_ms == moved_ms
    assert watch.look(WALL_MS + moved_ms + 1_000, 2_000) is None


def test_two_seconds_are_no_step() -> None:
    watch = StepWatch()
    watch.look(WALL_MS, 1_000)

    assert watch.look(WALL_MS + 2_000, 1_000) is None


def test_a_clock_that_was_unset_steps_to_its_first_time() -> None:
    watch = StepWatch()
    watch.look(None, 1_000)

    assert watch.look(WALL_MS, 2_000) == Step(None, WALL_MS - 2_000)


def test_a_clock_that_is_set_to_nonsense_makes_no_step_and_one_when_it_is_set_right() -> None:
    watch = StepWatch()
    watch.look(WALL_MS, 1_000)

    assert watch.look(None, 2_000) is None
    assert watch.look(WALL_MS + 2_000, 3_000) == Step(None, WALL_MS - 1_000)


def test_the_first_look_makes_no_step_unless_an_earlier_one_is_known() -> None:
    heartbeat = Recorded(WALL_MS, 0, "boot", 1_000, "clock")

    assert StepWatch().look(WALL_MS + 10**9, 2_000) is None
    assert StepWatch(heartbeat).look(WALL_MS + 10**9, 2_000) is not None


def test_the_machines_own_clocks_do_not_step_while_a_test_runs() -> None:
    watch, clock = StepWatch(), SystemClock()

    for _ in range(3):
        now = clock.recorded_now()
        assert watch.look(now.at_ms, now.boottime_ms or 0) is None


def test_asking_whether_a_time_server_keeps_the_clock_changes_nothing_and_answers() -> None:
    assert is_kept_by_time_server() == is_kept_by_time_server()


@pytest.mark.usefixtures("_berlin")
@pytest.mark.parametrize(
    ("at_ms", "offset_min"),
    [
        (ms(2026, 3, 29, 0, 59, 59), 60),
        (ms(2026, 3, 29, 1, 0, 0), 120),
        (ms(2026, 10, 25, 0, 59, 59), 120),
        (ms(2026, 10, 25, 1, 0, 0), 60),
    ],
)
def test_the_offset_is_that_of_the_instant(at_ms: int, offset_min: int) -> None:
    assert local_offset_min(at_ms) == offset_min


@pytest.mark.usefixtures("_berlin")
def test_the_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    first, second = ms(2026, 10, 25, 0, 30), ms(2026, 10, 25, 1, 30)

    shown = [as_datetime(at, local_offset_min(at)).isoformat() for at in (first, second)]

    assert shown == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


@pytest.mark.usefixtures("_berlin")
@pytest.mark.parametrize(
    ("local", "at_ms", "offset_min"),
    [
        ("2026-03-29T01:59:00", ms(2026, 3, 29, 0, 59), 60),
        ("2026-03-29T03:00:00", ms(2026, 3, 29, 1, 0), 120),
        ("2026-10-25T02:30:00", ms(2026, 10, 25, 0, 30), 120),  # the first of the two
        ("2026-10-25T03:00:00", ms(2026, 10, 25, 2, 0), 60),
    ],
)
def test_a_time_without_a_zone_is_read_in_this_machines(
    local: str, at_ms: int, offset_min: int
) -> None:
    read = from_datetime(datetime.fromisoformat(local), source="given")

    assert (read.at_ms, read.utc_offset_min) == (at_ms, offset_min)


@pytest.mark.usefixtures("_berlin")
def test_an_hour_that_never_was_is_read_as_one_that_can_be_shown() -> None:
    read = from_datetime(datetime.fromisoformat("2026-03-29T02:30:00"), source="given")

    assert read.at is not None
    assert from_datetime(read.at, source="given") == read


@pytest.mark.parametrize(
    ("duration_ms", "words"),
    [
        (40, "40 ms"),
        (300, "0.3 s"),
        (1_990, "2.0 s"),
        (3_000, "3 s"),
        (59_600, "1 min"),
        (125_000, "2 min 5 s"),
        (3_600_000, "1 h"),
        (4_200_000, "1 h 10 min"),
        (90_000_000, "1 d 1 h"),
        (266_400_000, "3 d 2 h"),
    ],
)
def test_lengths_in_words(duration_ms: int, words: str) -> None:
    assert length_in_words(duration_ms) == words
