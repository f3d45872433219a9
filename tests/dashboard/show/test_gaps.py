"""Gaps and pauses in sentences: what is known of them, and no more."""

from collections.abc import Iterable
from datetime import date

import pytest

from dashboard.show.gaps import Break, breaks, is_long_gap, missing_sound, stretches
from pipeline.store.views.interval_fold import IntervalRow
from tests.dashboard.rows import (
    at_ms,
    gap,
    gap_of_no_length,
    in_zone,
    moment,
    pause,
    pause_that_is_on,
    utc,
    utc_ms,
)

DAY = date(2026, 11, 20)
THREE = utc_ms(20, 15)
NOW = utc(utc_ms(20, 21))


def sentences(rows: Iterable[IntervalRow], day: date = DAY) -> list[str]:
    return [each.sentence for each in breaks(stretches(rows, NOW), day)]


def test_a_gap_says_from_when_to_when_and_why() -> None:
    (line,) = breaks(stretches([gap(THREE, 420_000)], NOW), DAY)

    assert line.sentence == "Nothing was heard from 15:00 to 15:07: capture was not running."
    assert (line.kind, line.time, line.zone) == ("gap", "15:00", "")


def test_a_gap_of_which_the_beginning_is_uncertain_says_so() -> None:
    (line,) = sentences([gap(THREE, 420_000, uncertain_ms=300_000)])

    assert line == (
        "Nothing was heard from about 15:00 to 15:07: capture was not running. "
        "It may have begun up to 5 min later."
    )


def test_a_gap_of_seconds_says_how_long_it_was() -> None:
    (line,) = sentences([gap(THREE, 14_000, reason="overflow", estimated=1)])

    assert line == "14 s of sound were lost: the sound system could not keep up (estimated)."


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            gap_of_no_length(None, THREE),
            "Nothing was heard until 15:00; when that began is not known: capture was not running.",
        ),
        (
            gap_of_no_length(THREE, None),
            (
                "Nothing was heard from 15:00 on; when that ended is not known: "
                "capture was not running."
            ),
        ),
    ],
)
def test_a_length_that_is_not_known_is_said_to_be_unknown(row: IntervalRow, sentence: str) -> None:
    assert sentences([row]) == [sentence]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (pause(THREE, 900_000), "Paused from 15:00 to 15:15."),
        (pause(THREE, 12_000), "Paused for 12 s."),
        (pause_that_is_on(THREE), "Paused since 15:00."),
        (
            gap_of_no_length(None, THREE, kind="pause"),
            "Paused until 15:00. When it began is not known.",
        ),
        (
            gap_of_no_length(THREE, None, kind="pause"),
            "Paused from 15:00. When it ended is not known.",
        ),
    ],
)
def test_a_pause_was_chosen_and_is_worded_so(row: IntervalRow, sentence: str) -> None:
    assert sentences([row]) == [sentence]


def test_one_short_gap_stands_for_itself() -> None:
    assert sentences([gap(THREE, 400, reason="busy")]) == [
        "0.4 s of sound were lost: capture could not keep up."
    ]


def test_several_short_gaps_are_one_line_that_leaves_none_out() -> None:
    rows = [gap(THREE + 60_000 * nth, 400, reason="busy") for nth in range(3)]

    (line,) = breaks(stretches(rows, NOW), DAY)

    assert line.sentence == "3 short gaps, 1.2 s in all."
    assert line.time == ""


def test_a_length_that_was_estimated_stays_an_estimate_in_the_sum() -> None:
    rows = [gap(THREE, 400), gap(THREE + 60_000, 400, estimated=1)]

    assert sentences(rows) == ["2 short gaps, about 0.8 s in all."]


def test_a_pause_is_never_folded_away() -> None:
    rows = [gap(THREE, 400), gap(THREE + 60_000, 400), pause(THREE + 90_000, 1_000)]

    assert sentences(rows) == ["Paused for 1.0 s.", "2 short gaps, 0.8 s in all."]


def test_what_lasts_over_midnight_stands_on_both_days() -> None:
    row = gap(utc_ms(19, 23), 7_200_000)

    assert sentences([row]) == [
        "Nothing was heard from Thu 19 Nov, 23:00 to 01:00: capture was not running."
    ]
    assert sentences([row], date(2026, 11, 19)) == [
        "Nothing was heard from 23:00 to Fri 20 Nov, 01:00: capture was not running."
    ]
    assert sentences([row], date(2026, 11, 21)) == []


def test_one_that_began_another_day_has_no_time_of_this_one() -> None:
    (line,) = breaks(stretches([gap(utc_ms(19, 23), 7_200_000)], NOW), DAY)

    assert (line.at, line.time, line.zone) == ("", "", "")


def test_what_has_no_time_at_all_has_no_place() -> None:
    assert stretches([gap_of_no_length(None, None)], NOW) == []


def test_a_pause_over_the_change_of_summer_time_is_worded_by_both_clocks() -> None:
    berlin = in_zone(at_ms("2026-10-25 12:00", 60), "Europe/Berlin")
    row = pause(at_ms("2026-10-25 01:00", 120), 3 * 3_600_000, utc_offset_min=120)

    (line,) = breaks(stretches([row], berlin), date(2026, 10, 25))

    assert line.sentence == "Paused from 01:00 to 03:00."


def test_one_that_was_recorded_elsewhere_names_the_zone() -> None:
    (line,) = breaks(stretches([pause(THREE, 900_000, utc_offset_min=-300)], NOW), DAY)

    assert line.sentence == "Paused from 10:00 (UTC-5) to 10:15 (UTC-5)."
    assert line.zone == "UTC-5"


def test_a_month_shows_the_long_gaps_alone() -> None:
    rows = [gap(THREE, 59_000), gap(THREE, 60_000), pause(THREE, 900_000)]

    assert [is_long_gap(row) for row in [*rows, gap_of_no_length(THREE, None)]] == [
        False,
        True,
        False,
        True,
    ]


def test_a_line_that_reads_differently_has_another_version() -> None:
    def version(row: IntervalRow) -> str:
        found: tuple[Break, ...] = breaks(stretches([row], NOW), DAY)
        return found[0].version

    assert version(pause_that_is_on(THREE)) != version(pause(THREE, 900_000))


CLIP = moment(id="a-1", duration_ms=30_000, boottime_ms=1_000_000)


def lost(into_ms: int, duration_ms: int, **fields: object) -> IntervalRow:
    return gap(0, duration_ms, boottime_ms=1_000_000 + into_ms, **fields)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (lost(12_000, 400), "0.4 s of sound is missing at 0:12."),
        (lost(12_000, 400, estimated=1), "About 0.4 s of sound is missing at 0:12."),
        (lost(-1_000, 1_500), "0.5 s of sound is missing at 0:00."),
        (lost(29_000, 60_000), "1.0 s of sound is missing at 0:29."),
        (lost(-1_000, 1_000), ""),
        (lost(30_000, 400), ""),
        (lost(12_000, 400, kind="pause"), ""),
        (lost(12_000, 400, boot="another"), ""),
        (lost(12_000, 400, boot=None), ""),
        (lost(12_000, 400, id="b-5-gap_found"), ""),
    ],
)
def test_a_gap_within_a_sound_is_named_with_its_place(row: IntervalRow, sentence: str) -> None:
    assert missing_sound(CLIP, [row]) == sentence


def test_several_gaps_in_a_sound_are_all_named() -> None:
    rows = [lost(1_000, 200), lost(65_000, 300)]

    assert missing_sound(moment(duration_ms=90_000), rows) == (
        "0.2 s of sound is missing at 0:01. 0.3 s of sound is missing at 1:05."
    )


def test_what_was_typed_misses_no_sound() -> None:
    typed = moment(duration_ms=None, boot=None, boottime_ms=None)

    assert missing_sound(typed, [lost(0, 400)]) == ""
