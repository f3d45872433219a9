"""What the page shows, without a page."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.moment import Transcript, Word
from dashboard import present
from dashboard.present import Clock
from pipeline.search.engine import Found, Hit
from pipeline.store.views.moments import MomentRow


def ms(day: int, hour: float, month: int = 11, year: int = 2026) -> int:
    midnight = datetime(year, month, day, tzinfo=UTC).timestamp()
    return round((midnight + hour * 3600) * 1000)


NOW = Clock(ms(20, 21.5), 0)
ROW = MomentRow(
    id="a-1",
    state="visible",
    how="press",
    reasons="[]",
    at_ms=ms(20, 9),
    utc_offset_min=0,
    boot=None,
    boottime_ms=None,
    kept_lamport=1,
    kept_origin="o",
    kept_seq=1,
    revision=0,
    duration_ms=9_400,
    words="words",
    text="the siren is too loud",
    transcript="t",
    sound="abc",
    speaker=None,
    source=None,
    ref=None,
    line=None,
)


def row(**fields: object) -> MomentRow:
    return replace(ROW, **fields)  # type: ignore[arg-type]


def found(*hits: Hit, query: str = "siren", nothing: bool = False, alone: bool = False) -> Found:
    return Found(query, hits, nothing_close=nothing, by_words_alone=alone, ms=1.0)


HIT = Hit("a-1", None, datetime(2026, 11, 19, 9, tzinfo=UTC), 9.0, None, "text", 1.0, ("why",))


def test_a_press_needs_no_reason() -> None:
    assert present.card(ROW).facts(why=True) == "9 s"


def test_what_was_not_pressed_says_where_it_is_from() -> None:
    assert present.card(row(how="typed", duration_ms=None)).facts(why=True) == "typed"
    assert (
        present.card(row(how="file", speaker="Ilse")).facts(why=True) == "9 s · Ilse · from a file"
    )


def test_a_list_leaves_the_reason_out() -> None:
    assert present.card(row(how="file")).facts(why=False) == "9 s"


@pytest.mark.parametrize(
    ("words", "standing"),
    [("awaited", "on their way"), ("no_words", "No words"), ("failed", "could not be made out")],
)
def test_a_moment_without_words_says_how_they_stand(words: str, standing: str) -> None:
    assert standing in present.card(row(words=words, text="")).standing


def test_a_long_one_tells_its_minutes() -> None:
    assert present.card(row(duration_ms=65_000)).length == "1 min 05 s"


def test_a_card_looks_different_once_its_words_are_there() -> None:
    assert present.card(row(words="awaited", text="")).version != present.card(ROW).version


def test_a_long_pause_begins_a_new_line() -> None:
    words = (Word("so", 0, 300, 0.9), Word("then", 500, 900, 0.9), Word("yes", 3000, 3300, 0.9))

    page = present.page(ROW, Transcript("so then yes", words), NOW)

    assert [[word.text for word in line] for line in page.lines] == [["so", "then"], ["yes"]]


def test_doubtful_words_are_marked_and_the_page_knows_that_there_are_some() -> None:
    words = (Word("mask", 0, 300, 0.2, doubtful=True), Word("yes", 400, 600, 0.9))

    page = present.page(ROW, Transcript("mask yes", words), NOW)

    assert [word.doubtful for word in page.lines[0]] == [True, False]
    assert page.has_doubt


def test_a_typed_text_keeps_its_lines_and_has_no_times() -> None:
    page = present.page(row(text="one\n\ntwo"), Transcript("one\n\ntwo"), NOW)

    assert [line[0].text for line in page.lines] == ["one", "two"]
    assert page.lines[0][0].start_ms is None


def test_the_first_words_are_cut_between_words() -> None:
    text = "the louder it is the more it costs to be wrong once, and then they sleep"

    page = present.page(row(text=text), None, NOW)

    assert page.first_words == "the louder it is the more it costs to be wrong once…"
    assert present.page(ROW, None, NOW).first_words == ROW.text


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
    assert present.day_title(day, date(2026, 11, 20)) == title


def test_days_come_newest_first_and_so_do_their_moments() -> None:
    rows = [row(id="b-1", at_ms=ms(19, 8)), row(id="b-2", at_ms=ms(19, 20)), ROW]

    days = present.days(rows, NOW)

    assert [day.title for day in days] == ["Today", "Yesterday"]
    assert [card.id for card in days[1].cards] == ["b-2", "b-1"]


def test_a_full_day_says_how_much_more_there_is() -> None:
    rows = [row(id=f"b-{hour}", at_ms=ms(19, hour)) for hour in range(5)]

    (day,) = present.days(rows, NOW, most=3)

    assert len(day.cards) == 3
    assert day.more == 2


def test_a_moment_belongs_to_the_day_it_was_where_it_was_said() -> None:
    late = row(at_ms=ms(19, 23.5), utc_offset_min=60)

    assert present.days([late], NOW)[0].title == "Today"


def test_the_strip_places_moments_by_their_time() -> None:
    strip = present.strip([row(at_ms=ms(20, 6)), row(at_ms=ms(20, 15))], date(2026, 11, 20), NOW)

    assert [mark.x for mark in strip.marks] == [2.0, 50.0]
    assert strip.now_x is not None
    assert strip.now_x > 50
    assert [hour for _, hour in strip.hours] == ["6", "12", "18"]


def test_the_strip_begins_earlier_for_who_is_up_earlier() -> None:
    strip = present.strip([row(at_ms=ms(20, 4.5))], date(2026, 11, 20), NOW)

    assert 2.0 < strip.marks[0].x < 5


def test_a_day_that_is_over_has_no_now() -> None:
    assert present.strip([], date(2026, 11, 19), NOW).now_x is None


def test_a_hit_says_when_and_why() -> None:
    (hit,) = present.results(found(HIT), NOW).hits

    assert (hit.when, hit.why) == ("Yesterday, 09:00", "why")


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (found(HIT), ""),
        (found(query=" ", nothing=True, alone=True), ""),
        (found(nothing=True), "Nothing is found"),
        (found(HIT, nothing=True), "the nearest"),
        (found(HIT, alone=True), "words alone"),
    ],
)
def test_the_answer_says_what_must_be_known_of_it(answer: Found, note: str) -> None:
    told = present.results(answer, NOW).note

    assert note in told
    assert bool(note) == bool(told)


@pytest.mark.parametrize(
    ("day", "told"), [(20, "Earlier today"), (19, "Yesterday"), (8, "12 days ago")]
)
def test_the_past_is_counted_in_nights(day: int, told: str) -> None:
    assert present.ago(ms(day, 23), NOW) == told
