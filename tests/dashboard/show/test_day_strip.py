"""The strip of a day: what lies where."""

from datetime import date

from dashboard.show import day_strip
from dashboard.show.day_strip import Strip
from dashboard.show.gaps import stretches
from dashboard.show.local_time import Clock
from dashboard.show.passed_over import passed_over
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow
from tests.dashboard.rows import (
    at_ms,
    gap,
    in_zone,
    moment,
    passed,
    pause,
    pause_that_is_on,
    utc,
    utc_ms,
)

HOUR_MS = 3_600_000
DAY = date(2026, 11, 20)
NOW = utc(utc_ms(20, 21.5))


def strip(
    rows: list[MomentRow] | None = None,
    missing: list[IntervalRow] | None = None,
    day: date = DAY,
    clock: Clock = NOW,
) -> Strip:
    return day_strip.strip(rows or [], stretches(missing or [], clock), day, clock)


def test_it_places_moments_by_their_time() -> None:
    shown = strip([moment(at_ms=utc_ms(20, 6)), moment(at_ms=utc_ms(20, 15))])

    assert [mark.x for mark in shown.marks] == [2.0, 50.0]
    assert shown.now_x is not None
    assert shown.now_x > 50
    assert [hour for _, hour in shown.hours] == ["6", "12", "18"]


def test_it_begins_earlier_for_who_is_up_earlier() -> None:
    shown = strip([moment(at_ms=utc_ms(20, 4.5))])

    assert 2.0 < shown.marks[0].x < 5


def test_a_day_that_is_over_has_no_now() -> None:
    assert strip(day=date(2026, 11, 19)).now_x is None


def test_a_moment_of_another_day_is_not_on_it() -> None:
    assert strip([moment(at_ms=utc_ms(19, 9))]).marks == ()


def test_a_gap_is_a_break_as_wide_as_it_was_long() -> None:
    (found,) = strip(missing=[gap(utc_ms(20, 6), 9 * 3_600_000)]).missing

    assert (found.kind, found.x, found.wide) == ("gap", 2.0, 48.0)
    assert "capture was not running" in found.sentence


def test_a_gap_of_a_second_can_still_be_seen() -> None:
    (found,) = strip(missing=[gap(utc_ms(20, 12), 1_000)]).missing

    assert found.wide > 0.5


def test_a_gap_at_night_is_shown_and_a_night_that_was_paused_makes_the_day_no_longer() -> None:
    at_night = strip(missing=[gap(utc_ms(20, 3), 60_000)])
    paused = strip(missing=[pause(utc_ms(19, 22), 10 * 3_600_000)])

    assert at_night.missing[0].x == 2.0
    assert [hour for _, hour in at_night.hours] == ["6", "12", "18"]
    assert at_night.hours[0][0] > 2.0
    assert (paused.missing[0].x, paused.hours[0]) == (2.0, (2.0, "6"))


def test_a_pause_that_was_over_before_the_strip_begins_is_left_to_the_list() -> None:
    assert strip(missing=[pause(utc_ms(20, 1), 3_600_000)]).missing == ()


def test_a_pause_that_is_on_reaches_to_now() -> None:
    shown = strip(missing=[pause_that_is_on(utc_ms(20, 15))])

    (found,) = shown.missing
    assert shown.now_x is not None
    assert found.x + found.wide == shown.now_x


def test_it_says_in_words_what_it_shows() -> None:
    missing = [gap(utc_ms(20, 12), 1_000), pause(utc_ms(20, 13), 1_000), pause(utc_ms(20, 14), 1)]

    assert strip().label == "The day: 0 moments"
    assert strip([moment()], missing).label == "The day: 1 moment, 1 gap, 2 pauses"


def grey(*spans: tuple[int, int], since_ms: int = utc_ms(20, 6)) -> Strip:
    row = passed(since_ms, {"no_words": len(spans)}, spans)
    return day_strip.strip([], [], DAY, NOW, passed_over([row], DAY, NOW))


def test_what_was_passed_over_is_grey_where_it_was_said() -> None:
    shown = grey((0, 1_000), (9 * HOUR_MS, 1_000))

    assert shown.passed == "M20 0h2.5v1h-2.5zM500 0h2.5v1h-2.5z"
    assert shown.label == "The day: 0 moments, 2 passed over"


def test_utterances_close_together_are_one_stretch_of_grey() -> None:
    talk = [(minute * 60_000, 50_000) for minute in range(60)]

    assert grey(*talk).passed.count("M") == 1
    assert grey(*talk).passed_count == 60


def test_a_day_of_talk_is_drawn_in_few_bytes() -> None:
    talk = [(minute * 60_000, 1_000) for minute in range(0, 18 * 60, 6)]

    assert len(grey(*talk).passed) < 8_000


def test_what_was_passed_over_at_night_makes_the_day_no_longer() -> None:
    assert grey((0, 1_000), since_ms=utc_ms(20, 3)).passed == ""
    assert grey((0, 1_000), since_ms=utc_ms(20, 3)).hours[0] == (2.0, "6")


def test_where_nothing_was_passed_over_nothing_is_drawn() -> None:
    assert strip().passed == ""


def in_berlin(day: date, *shown: tuple[str, int]) -> Strip:
    clock = in_zone(at_ms("2026-12-01 12:00", 60), "Europe/Berlin")
    rows = [moment(at_ms=at_ms(at, offset), utc_offset_min=offset) for at, offset in shown]
    return strip(rows, day=day, clock=clock)


def test_the_day_that_is_an_hour_longer_is_shown_so() -> None:
    day = date(2026, 10, 25)
    shown = in_berlin(
        day, ("2026-10-25 00:00", 120), ("2026-10-25 02:30", 120), ("2026-10-25 02:30", 60)
    )

    assert [mark.x for mark in shown.marks] == [2.0, 11.6, 15.44]
    assert [mark.time for mark in shown.marks] == ["00:00", "02:30 UTC+2", "02:30 UTC+1"]
    assert shown.hours[0] == (28.88, "6")


def test_the_day_that_is_an_hour_shorter_is_shown_so() -> None:
    shown = in_berlin(date(2026, 3, 29), ("2026-03-29 00:00", 60), ("2026-03-29 03:00", 120))

    assert [mark.x for mark in shown.marks] == [2.0, 10.35]
    assert shown.hours[0] == (22.87, "6")


def test_a_moment_of_elsewhere_lies_where_the_clock_on_the_wall_stood() -> None:
    new_york = moment(at_ms=at_ms("2026-11-20 22:00", -300), utc_offset_min=-300)

    (mark,) = strip([new_york]).marks

    assert mark.x == round(2 + 96 * 16 / 18, 2)
    assert mark.time == "22:00 UTC-5"
