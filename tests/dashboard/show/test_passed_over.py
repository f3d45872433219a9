"""What was passed over on a day, in a sentence and by its place."""

from dataclasses import replace
from datetime import date

import pytest

from dashboard.show.passed_over import NOTHING_PASSED, passed_over
from device.status_text import passed_over_sentence
from tests.dashboard.rows import at_ms, in_zone, passed, utc, utc_ms

DAY = date(2026, 11, 20)
NOW = utc(utc_ms(20, 21.5))
NOON = utc_ms(20, 12)


def test_what_was_passed_over_today_is_counted_by_its_reasons() -> None:
    rows = [
        passed(NOON, {"no_words": 2, "too_short": 1}, [(0, 900), (5_000, 900)]),
        passed(NOON + 900_000, {"too_short": 4}, []),
    ]

    found = passed_over(rows, DAY, NOW)

    assert found.count == 7
    assert found.sentence == (
        "7 utterances were passed over today: it was too short to say much (5), "
        "there were no words in it (2)."
    )


@pytest.mark.parametrize("counts", [{"paused": 1}, {"no_words": 9, "too_short": 12}])
def test_status_says_the_same(counts: dict[str, int]) -> None:
    found = passed_over([passed(NOON, counts, [])], DAY, NOW)

    assert passed_over_sentence(counts) == found.sentence


def test_a_single_one_is_told_without_numbers() -> None:
    found = passed_over([passed(NOON, {"paused": 1}, [(0, 900)])], DAY, NOW)

    assert found.sentence == "1 utterance was passed over today: you paused."


def test_another_day_is_not_called_today() -> None:
    tomorrow = utc(utc_ms(21, 9))

    told = passed_over([passed(NOON, {"paused": 2}, [])], DAY, tomorrow).sentence

    assert told == "2 utterances were passed over that day: you paused (2)."


def test_where_nothing_was_passed_over_nothing_is_said() -> None:
    assert passed_over([], DAY, NOW) == NOTHING_PASSED
    assert passed_over([passed(NOON, {}, [])], DAY, NOW).sentence == ""


def test_each_utterance_has_its_place() -> None:
    found = passed_over([passed(NOON, {"no_words": 2}, [(0, 900), (60_000, 1_000)])], DAY, NOW)

    assert [(each.since_ms, each.until_ms) for each in found.utterances] == [
        (NOON, NOON + 900),
        (NOON + 60_000, NOON + 61_000),
    ]


def test_around_midnight_counts_go_with_their_beginning_and_places_with_themselves() -> None:
    late = utc_ms(20, 23.95)
    rows = [passed(late, {"no_words": 2}, [(0, 900), (600_000, 900)])]

    today, tomorrow = (passed_over(rows, date(2026, 11, day), NOW) for day in (20, 21))

    assert (today.count, len(today.utterances)) == (2, 1)
    assert (tomorrow.count, len(tomorrow.utterances)) == (0, 1)


def test_a_day_elsewhere_is_the_day_there() -> None:
    clock = in_zone(at_ms("2026-11-21 12:00", 60), "Europe/Berlin")
    row = passed(at_ms("2026-11-20 22:00", -300), {"no_words": 1}, [(0, 9)], utc_offset_min=-300)

    assert passed_over([row], DAY, clock).count == 1
    assert passed_over([row], date(2026, 11, 21), clock) == NOTHING_PASSED


def test_a_damaged_row_tells_nothing() -> None:
    row = replace(passed(NOON, {"no_words": 1}, [(0, 900)]), passed="{")

    assert passed_over([row], DAY, NOW) == NOTHING_PASSED
