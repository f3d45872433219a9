from datetime import datetime

import pytest

from core.clock import as_datetime, local_offset_min
from core.errors import WrongUsage
from pipeline.search.dates import NamedPeriod, period_in_words, read_period, read_time

pytestmark = pytest.mark.usefixtures("_berlin")


def now() -> datetime:
    """In summer time, eleven days after it began in the night to the 29th of March."""
    return datetime(2026, 4, 9, 15, 30).astimezone()


def ends(span: NamedPeriod) -> tuple[str, str]:
    assert span.end_ms is not None
    begin, end = (
        as_datetime(ms, local_offset_min(ms)).isoformat(timespec="minutes")
        for ms in (span.begin_ms, span.end_ms)
    )
    return begin, end


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("2026-01-31", "2026-01-31T00:00+01:00", "2026-02-01T00:00+01:00"),
        ("2026-03-29", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
        ("2025-10-26", "2025-10-26T00:00+02:00", "2025-10-27T00:00+01:00"),
        ("4.3.2026", "2026-03-04T00:00+01:00", "2026-03-05T00:00+01:00"),
        ("4.3.", "2026-03-04T00:00+01:00", "2026-03-05T00:00+01:00"),
        ("3 weeks ago", "2026-03-19T00:00+01:00", "2026-03-20T00:00+01:00"),
        ("1 year ago", "2025-04-09T00:00+02:00", "2025-04-10T00:00+02:00"),
        ("yesterday", "2026-04-08T00:00+02:00", "2026-04-09T00:00+02:00"),
        ("today", "2026-04-09T00:00+02:00", "2026-04-10T00:00+02:00"),
        ("5 March", "2026-03-05T00:00+01:00", "2026-03-06T00:00+01:00"),
        ("March 2026", "2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00"),
        ("December 2025", "2025-12-01T00:00+01:00", "2026-01-01T00:00+01:00"),
        ("2024", "2024-01-01T00:00+01:00", "2025-01-01T00:00+01:00"),
        ("2025", "2025-01-01T00:00+01:00", "2026-01-01T00:00+01:00"),
        ("last month", "2026-03-01T00:00+01:00", "2026-04-01T00:00+02:00"),
        ("last week", "2026-03-30T00:00+02:00", "2026-04-06T00:00+02:00"),
        ("monday", "2026-04-06T00:00+02:00", "2026-04-07T00:00+02:00"),
    ],
)
def test_what_has_no_time_is_the_whole_of_it_by_the_offset_of_that_day(
    text: str, begin: str, end: str
) -> None:
    assert ends(read_period(text, now())) == (begin, end)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (" 2026-01-31T18:00 ", "2026-01-31T18:00+01:00"),
        ("2026-01-31T18:00Z", "2026-01-31T19:00+01:00"),
        ("31.1.2026 18:00", "2026-01-31T18:00+01:00"),
        ("4.3.2026 6pm", "2026-03-04T18:00+01:00"),
        ("2 hours ago", "2026-04-09T13:30+02:00"),
        ("264 hours ago", "2026-03-29T15:30+02:00"),
        ("yesterday 18:00", "2026-04-08T18:00+02:00"),
        ("5 March 18:00", "2026-03-05T18:00+01:00"),
        ("yesterday 18:00 UTC", "2026-04-08T20:00+02:00"),
    ],
)
def test_a_time_is_an_instant_by_the_offset_of_that_day(text: str, at: str) -> None:
    assert ends(read_period(text, now())) == (at, at)


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("yesterday 14:00", "2026-04-08T14:00+02:00", "Wednesday 8 April 2026, 14:00"),
        ("yesterday", "2026-04-08T00:00+02:00", "Wednesday 8 April 2026, 00:00"),
        ("3 weeks ago", "2026-03-19T00:00+01:00", "Thursday 19 March 2026, 00:00"),
        ("last month", "2026-03-01T00:00+01:00", "Sunday 1 March 2026, 00:00"),
        ("31.1. 18:00", "2026-01-31T18:00+01:00", "2026-01-31T18:00+01:00"),
        ("2026-01-31", "2026-01-31T00:00+01:00", ""),
        ("2026-01-31T18:00-05:00", "2026-01-31T18:00-05:00", ""),
    ],
)
def test_when_something_was_is_the_beginning_of_what_is_named(
    text: str, at: str, told: str
) -> None:
    recorded, said = read_time(text, now())

    assert recorded.at is not None
    assert recorded.at.isoformat(timespec="minutes") == at
    assert recorded.source == "given"
    assert told in said
    assert bool(told) == bool(said)


@pytest.mark.parametrize("text", ["", "teapot", "1.6.0001", "0001-01-01", "29.2.2025"])
def test_when_something_was_is_refused_where_it_is_no_time(text: str) -> None:
    with pytest.raises(WrongUsage):
        read_time(text, now())


def test_hours_are_counted_across_the_beginning_of_summer_time() -> None:
    first_morning = datetime(2026, 3, 29, 5, 0).astimezone()

    assert ends(read_period("4 hours ago", first_morning))[0] == "2026-03-29T00:00+01:00"


@pytest.mark.parametrize(
    "text",
    ["", "teapot", "the 45th of it", "\0", "99999999999999", "100000 years ago", "x" * 10_000],
)
def test_what_is_no_date_is_a_sentence_with_advice(text: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        read_period(text, now())

    assert raised.value.sentence.startswith("No date can be read")
    assert "yesterday" in raised.value.advice


@pytest.mark.parametrize("text", ["3/4/2026", "3/4/2026 6pm"])
def test_a_date_that_may_be_either_way_round_is_asked_for_again(text: str) -> None:
    with pytest.raises(WrongUsage, match="2026-04-03 or 2026-03-04"):
        read_period(text, now())


def test_an_hour_that_is_left_out_is_told_and_one_that_comes_twice_is_chosen() -> None:
    with pytest.raises(WrongUsage, match="no 2026-03-29T02:30 here"):
        read_period("2026-03-29T02:30", now())
    assert "comes twice" in read_period("2025-10-26T02:30", now()).told


def test_the_last_day_of_the_calendar_has_no_end() -> None:
    assert read_period("9999-12-31", now()).end_ms is None
    assert read_period("0001-01-01", now()).end_ms is not None


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-10-24", "2026-10-24", "Saturday 24 October 2026"),
        (
            "2026-10-24",
            "2026-10-25",
            "from Saturday 24 October 2026 to the end of Sunday 25 October 2026",
        ),
        ("2026-10-24T18:00", None, "from Saturday 24 October 2026, 18:00+02:00 on"),
        (None, "2026-10-25", "up to the end of Sunday 25 October 2026"),
        (None, None, "all time"),
    ],
)
def test_a_span_can_be_said(since: str | None, until: str | None, words: str) -> None:
    begin = None if since is None else read_period(since, now()).begin_ms
    end = None if until is None else read_period(until, now()).end_ms

    assert period_in_words(begin, end) == words


@pytest.mark.parametrize(
    ("text", "language", "same"),
    [
        ("gestern", "de", "yesterday"),
        ("vor 3 Wochen", "de", "3 weeks ago"),
        ("vor zwei Tagen", "de", "2 days ago"),
        ("letzte Woche", "de", "last week"),
        ("März 2025", "de", "March 2025"),
        ("vor 2 Stunden", "de", "2 hours ago"),
        ("hier", "fr", "yesterday"),
        ("il y a 3 semaines", "fr", "3 weeks ago"),
        ("la semaine dernière", "fr", "last week"),
        ("ayer", "es", "yesterday"),
        ("hace 3 semanas", "es", "3 weeks ago"),
        ("marzo 2025", "es", "March 2025"),
        ("ontem", "pt", "yesterday"),
        ("há 3 semanas", "pt", "3 weeks ago"),
        ("semana passada", "pt", "last week"),
        ("3 settimane fa", "it", "3 weeks ago"),
        ("3 weken geleden", "nl", "3 weeks ago"),
    ],
)
def test_dates_in_words_of_the_wearers_languages(text: str, language: str, same: str) -> None:
    spoken = ("en", "ja", "xx", language)

    assert ends(read_period(text, now(), spoken)) == ends(read_period(same, now()))
    with pytest.raises(WrongUsage):
        read_period(text, now())


@pytest.mark.parametrize("text", ["yesterday", "3 weeks ago", "last month", "2 hours ago"])
@pytest.mark.parametrize("spoken", [("de",), ("fr", "es"), ("ja",)], ids=",".join)
def test_english_dates_are_read_whatever_is_spoken(text: str, spoken: tuple[str, ...]) -> None:
    assert ends(read_period(text, now(), spoken)) == ends(read_period(text, now()))


def test_a_wearers_own_language_is_read_before_english() -> None:
    assert read_period("mar", now(), ("fr",)) == read_period("tuesday", now())
    assert read_period("mar", now()) == read_period("March", now())
