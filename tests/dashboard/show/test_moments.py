"""Moments, hits and days as the page shows them, without a page."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from core.moment import Transcript, Word
from dashboard.show import moments
from dashboard.show.dates import day_title
from dashboard.show.gaps import breaks, stretches
from dashboard.show.moments import Card
from pipeline.search.found import Found, Hit
from pipeline.store.views.moment_fold import MomentRow
from tests.dashboard.rows import at_ms, gap, in_zone, moment, pause, utc, utc_ms

NOW = utc(utc_ms(20, 21.5))
ROW = moment()
DOUBTED = Word("mask", 0, 300, 0.2, doubtful=True)


def card(row: MomentRow) -> Card:
    return moments.card(row, NOW)


def found(*hits: Hit, query: str = "siren", nothing: bool = False, alone: bool = False) -> Found:
    return Found(query, hits, nothing_close=nothing, by_words_alone=alone, ms=1.0)


HIT = Hit("a-1", None, datetime(2026, 11, 19, 9, tzinfo=UTC), 9.0, None, "text", 1.0, ("why",))


def test_a_press_needs_no_reason() -> None:
    assert card(ROW).facts(why=True) == "9 s"


def test_what_was_not_pressed_says_where_it_is_from() -> None:
    assert card(moment(how="typed", duration_ms=None)).facts(why=True) == "typed"
    assert card(moment(how="file", speaker="Ilse")).facts(why=True) == "9 s · Ilse · from a file"


def test_a_list_leaves_the_reason_out() -> None:
    assert card(moment(how="file")).facts(why=False) == "9 s"


def test_what_may_be_in_another_language_can_be_tried_again() -> None:
    there = moment(words="no_words", text="", other_language="pt", sound="0f")

    assert card(there).can_retry
    assert not card(replace(there, sound=None)).can_retry
    assert not card(moment(sound="0f")).can_retry


@pytest.mark.parametrize(
    ("heard", "again"),
    [
        (Transcript("mask", (DOUBTED,), "whisper"), True),
        (Transcript("mask", (DOUBTED,), "whisper", language="en"), False),
        (Transcript("mask", (replace(DOUBTED, doubtful=False),), "whisper"), False),
        (Transcript("mask", (DOUBTED,)), False),
    ],
)
def test_what_is_hardly_english_can_be_tried_again(heard: Transcript, again: object) -> None:
    page = moments.page(moment(text="mask", language=heard.language, sound="0f"), heard, NOW)

    assert page.card.can_retry is again


@pytest.mark.parametrize(
    ("words", "words_status"),
    [
        ("awaited", "Writing it down"),
        ("no_words", "No speech found"),
        ("failed", "could not be made out"),
        ("words", "are damaged"),
        ("typed", "are damaged"),
    ],
)
def test_a_moment_without_words_says_why(words: str, words_status: str) -> None:
    assert words_status in card(moment(words=words, text="")).words_status


def test_what_is_in_another_language_says_in_which() -> None:
    alone = card(moment(words="no_words", text="", other_language="pt"))
    in_part = card(moment(other_language="de"))

    assert alone.words_status == "In another language (Portuguese). The sound is kept."
    assert in_part.words_status.startswith("Part of it is in another language (German)")


def test_a_long_one_has_its_minutes() -> None:
    assert card(moment(duration_ms=65_000)).length == "1 min 05 s"


def test_a_card_looks_different_once_its_words_are_there() -> None:
    assert card(moment(words="awaited", text="")).version != card(ROW).version


def test_a_long_pause_begins_a_new_line() -> None:
    words = (Word("so", 0, 300, 0.9), Word("then", 500, 900, 0.9), Word("yes", 3000, 3300, 0.9))

    page = moments.page(ROW, Transcript("so then yes", words), NOW)

    assert [[word.text for word in line] for line in page.lines] == [["so", "then"], ["yes"]]


def test_doubtful_words_are_marked_and_the_page_knows_that_there_are_some() -> None:
    words = (Word("mask", 0, 300, 0.2, doubtful=True), Word("yes", 400, 600, 0.9))

    page = moments.page(ROW, Transcript("mask yes", words), NOW)

    assert [word.doubtful for word in page.lines[0]] == [True, False]
    assert page.has_doubt


def test_a_word_of_the_wearers_own_says_as_what_it_was_heard() -> None:
    own = Word("Kowalczyk,", 0, 300, 0.2, doubtful=True, alternative="cowl chick")
    words = (own, Word("yes", 400, 600, 0.9), replace(own, start_ms=600, end_ms=900))

    page = moments.page(ROW, Transcript("Kowalczyk, yes Kowalczyk,", words), NOW)

    assert page.lines[0][0].heard_as == "“Kowalczyk” was heard as “cowl chick”."
    assert page.lines[0][1].heard_as == ""
    assert page.heard_otherwise == ("“Kowalczyk” was heard as “cowl chick”.",)


def test_a_typed_text_keeps_its_lines_and_has_no_times() -> None:
    page = moments.page(moment(text="one\n\ntwo"), Transcript("one\n\ntwo"), NOW)

    assert [line[0].text for line in page.lines] == ["one", "two"]
    assert page.lines[0][0].start_ms is None


def test_the_first_words_are_cut_between_words() -> None:
    text = "the louder it is the more it costs to be wrong once, and then they sleep"

    page = moments.page(moment(text=text), None, NOW)

    assert page.first_words == "the louder it is the more it costs to be wrong once…"
    assert moments.page(ROW, None, NOW).first_words == ROW.text


@pytest.mark.parametrize(
    ("day", "title"),
    [
        (date(2026, 11, 20), "Today"),
        (date(2026, 11, 19), "Yesterday"),
        (date(2026, 11, 14), "Saturday"),
        (date(2026, 11, 13), "Friday 13 November"),
        (date(2025, 11, 20), "Thursday 20 November 2025"),
    ],
)
def test_a_day_is_called_as_people_call_it(day: date, title: str) -> None:
    assert day_title(day, date(2026, 11, 20)) == title


def test_days_come_newest_first_and_so_do_their_moments() -> None:
    rows = [moment(id="b-1", at_ms=utc_ms(19, 8)), moment(id="b-2", at_ms=utc_ms(19, 20)), ROW]

    days = moments.days(rows, NOW)

    assert [day.title for day in days] == ["Today", "Yesterday"]
    assert ids(days[1]) == ["b-2", "b-1"]


def test_a_full_day_says_how_much_more_there_is() -> None:
    rows = [moment(id=f"b-{hour}", at_ms=utc_ms(19, hour)) for hour in range(5)]

    (day,) = moments.days(rows, NOW, most=3)

    assert len(day.lines) == 3
    assert day.more == 2


def test_a_moment_belongs_to_the_day_it_was_where_it_was_said() -> None:
    late = moment(at_ms=utc_ms(19, 23.5), utc_offset_min=60)

    assert moments.days([late], NOW)[0].title == "Today"


def test_a_flight_to_the_west_makes_no_day_twice() -> None:
    new_york = {"utc_offset_min": -300}
    rows = [
        moment(id="b-1", at_ms=utc_ms(20, 1), utc_offset_min=0),
        moment(id="b-2", at_ms=utc_ms(20, 2), **new_york),
        moment(id="b-3", at_ms=utc_ms(20, 9), **new_york),
    ]

    days = moments.days(rows, NOW)

    assert [(day.title, ids(day)) for day in days] == [
        ("Today", ["b-3", "b-1"]),
        ("Yesterday", ["b-2"]),
    ]


def test_a_moment_shows_the_time_of_where_it_was_recorded_and_names_the_zone() -> None:
    there = card(moment(at_ms=utc_ms(20, 9), utc_offset_min=120))

    assert (there.time, there.zone, there.at) == ("11:00", "UTC+2", "2026-11-20T11:00:00+02:00")
    assert card(ROW).zone == ""


def test_where_the_zone_is_not_known_it_is_the_readers() -> None:
    berlin = in_zone(utc_ms(20, 21), "Europe/Berlin")

    there = moments.card(moment(utc_offset_min=None), berlin)

    assert (there.time, there.zone) == ("10:00", "")


def test_the_doubled_hour_stays_in_order_and_names_its_zones() -> None:
    berlin = in_zone(at_ms("2026-10-25 12:00", 60), "Europe/Berlin")
    summer, winter = (
        moment(id=f"b-{offset}", at_ms=at_ms("2026-10-25 02:30", offset), utc_offset_min=offset)
        for offset in (120, 60)
    )

    (day,) = moments.days([winter, summer], berlin)

    assert ids(day) == ["b-60", "b-120"]
    assert [(line.time, line.zone) for line in day.lines] == [
        ("02:30", "UTC+1"),
        ("02:30", "UTC+2"),
    ]


def test_what_is_missing_stands_among_the_moments() -> None:
    rows = [moment(id="b-1", at_ms=utc_ms(20, 8)), moment(id="b-2", at_ms=utc_ms(20, 20))]
    missing = [gap(utc_ms(20, 14), 420_000), pause(utc_ms(20, 9), 900_000)]
    today = date(2026, 11, 20)

    (day,) = moments.days(rows, NOW, breaks={today: breaks(stretches(missing, NOW), today)})

    assert [line.time for line in day.lines] == ["20:00", "14:00", "09:00", "08:00"]
    assert [line.is_break for line in day.lines] == [False, True, True, False]


def test_a_day_of_which_only_a_gap_is_known_is_a_day() -> None:
    day = date(2026, 11, 18)
    lost = breaks(stretches([gap(utc_ms(18, 14), 420_000)], NOW), day)

    found = moments.days([ROW], NOW, breaks={day: lost, date(2026, 11, 17): ()}, most=3)

    assert [each.date for each in found] == ["2026-11-20", "2026-11-18"]


def test_a_gap_within_a_sound_is_named_on_the_page() -> None:
    inside = gap(utc_ms(20, 9), 400, boottime_ms=1_004_000)

    assert (
        moments.page(ROW, None, NOW, [inside]).missing_sound == "0.4 s of sound is missing at 0:04."
    )
    assert moments.page(ROW, None, NOW).missing_sound == ""


def ids(day: moments.Day) -> list[str]:
    return [line.id for line in day.lines if isinstance(line, Card)]


def test_a_hit_says_when_and_why() -> None:
    (hit,) = moments.results(found(HIT), NOW).hits

    assert (hit.when, hit.why) == ("Yesterday, 09:00", "why")


def test_a_hit_of_elsewhere_names_its_zone() -> None:
    there = datetime(2026, 11, 19, 9, tzinfo=timezone(timedelta(hours=2)))
    found_there = Hit("a-1", None, there, 9.0, None, "text", 1.0, ("why",))

    (hit,) = moments.results(found(found_there), NOW).hits

    assert (hit.when, hit.zone) == ("Yesterday, 09:00", "UTC+2")


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (found(HIT), ""),
        (found(query=" ", nothing=True, alone=True), ""),
        (found(nothing=True), "Nothing found"),
        (found(HIT, nothing=True), "the nearest"),
        (found(HIT, alone=True), "by exact words only"),
    ],
)
def test_the_answer_says_what_must_be_known_of_it(answer: Found, note: str) -> None:
    found = moments.results(answer, NOW).note

    assert note in found
    assert bool(note) == bool(found)


@pytest.mark.parametrize(
    ("day", "words"), [(20, "Earlier today"), (19, "Yesterday"), (8, "12 days ago")]
)
def test_the_past_is_counted_in_nights(day: int, words: str) -> None:
    assert moments.ago(utc_ms(day, 23), NOW) == words
