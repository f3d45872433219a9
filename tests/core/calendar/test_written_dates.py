"""Dates in figures: ISO, dots day first, and what may be either way round is asked for again."""

from datetime import date, time

import pytest

from core.calendar.written_dates import in_figures, instant_of, recorded_in_iso
from core.clock import as_datetime
from core.errors import WrongUsage

TODAY = date(2026, 3, 18)


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("2026-03-04", date(2026, 3, 4), None),
        ("4.3.2026", date(2026, 3, 4), None),
        ("04.03.26", date(2026, 3, 4), None),
        ("4. 3. 2026", date(2026, 3, 4), None),
        ("4.3.", date(2026, 3, 4), None),
        ("20.3.", date(2025, 3, 20), None),
        ("4.3", date(2026, 3, 4), None),
        ("2026.3.4", date(2026, 3, 4), None),
        ("2026/03/04", date(2026, 3, 4), None),
        ("4.3.2026 18:05", date(2026, 3, 4), time(18, 5)),
        ("2026-03-04 18:05", date(2026, 3, 4), time(18, 5)),
        ("13/4/2026", date(2026, 4, 13), None),
        ("4/13/2026", date(2026, 4, 13), None),
        ("4/4/2026", date(2026, 4, 4), None),
        ("29.2.", date(2024, 2, 29), None),
    ],
)
def test_the_day_is_read_as_it_was_meant(text: str, day: date, at: time | None) -> None:
    read = in_figures(text, TODAY)

    assert read is not None
    assert (read.day, read.time) == (day, at)


@pytest.mark.parametrize("text", ["3/4/2026", "3-4-2026", "3/4/26", "3/4"])
def test_what_may_be_either_way_round_is_asked_for_again(text: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        in_figures(text, date(2026, 12, 31))

    assert "2026-04-03 or 2026-03-04" in raised.value.sentence


@pytest.mark.parametrize(
    "text", ["31.2.2026", "4.13.2026", "0.1.2026", "4.3.2026 25:00", "13/13/2026"]
)
def test_a_day_that_no_calendar_has_is_told(text: str) -> None:
    with pytest.raises(WrongUsage, match="no such day"):
        in_figures(text, TODAY)


@pytest.mark.parametrize("text", ["", "yesterday", "1.2.3.4", "18:00", "2025", "4.3.2026 or so"])
def test_other_texts_are_no_date_in_figures(text: str) -> None:
    assert in_figures(text, TODAY) is None


@pytest.mark.usefixtures("_berlin")
@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-07-01", "2026-07-01T00:00:00+02:00"),
        ("2026-12-01T10:00", "2026-12-01T10:00:00+01:00"),
        ("2026-12-01T10:00-05:00", "2026-12-01T10:00:00-05:00"),
        ("4.3.2026", "2026-03-04T00:00:00+01:00"),
    ],
)
def test_what_was_given_is_an_instant_by_the_offset_of_that_day(text: str, at: str) -> None:
    read = in_figures(text, TODAY)
    assert read is not None
    recorded, told = instant_of(read, text)

    assert recorded.at_ms is not None
    assert as_datetime(recorded.at_ms, recorded.utc_offset_min).isoformat() == at
    assert recorded.source == "given"
    assert told == ("" if "-" in text else f"Read as {at[:16]}{at[19:]}, the day before the month.")


@pytest.mark.parametrize("text", ["", "18:00", "4.3.2026", "blursday", "2026-13-01"])
def test_what_is_not_iso_is_a_sentence_with_advice(text: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        recorded_in_iso(text)

    assert "2026-01-31" in raised.value.advice


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01",
        "0001-12-31T23:59:59Z",
        "9999-01-01T00:00Z",
        "9999-12-31T23:59:59-12:00",
        "2026-01-31T18:00+23:59:59",
    ],
)
def test_a_time_that_some_zone_puts_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="beyond the times that can be kept"):
        recorded_in_iso(text)


@pytest.mark.parametrize("text", ["0002-01-01T00:00Z", "9998-12-31T23:59:59Z"])
def test_the_first_and_the_last_time_that_can_be_kept(text: str) -> None:
    assert recorded_in_iso(text)[0].at is not None
