"""The page of search, and its part of the home page."""

import time

import pytest
from flask.testing import FlaskClient

from dashboard.show.first_minute import QUESTION
from tests.dashboard.conftest import Diary

HOUR_MS = 3_600_000


def now_ms() -> int:
    return round(time.time() * 1000)


def test_the_query_of_the_address_stands_in_the_box_as_text(page: FlaskClient) -> None:
    text = page.get("/?q=%22%3E%3Cscript%3E").text

    assert "<script>" not in text.split("</head>")[1]
    assert "&gt;&lt;script&gt;" in text


def test_where_nothing_is_close_three_are_shown_as_the_nearest(
    page: FlaskClient, diary: Diary
) -> None:
    for place in range(6):
        diary.typed(f"the pump number {place} leaks again", now_ms() - place * HOUR_MS)

    weak = page.get("/search?part=1&q=pump+zebra+xylophone+quantum+marmalade+bassoon").text
    strong = page.get("/search?part=1&q=pump").text

    assert (weak.count('class="hit"'), strong.count('class="hit"')) == (3, 6)
    assert "Nothing is close to this." in weak


@pytest.mark.parametrize(
    "query",
    ["", " ", "don't", "C++", 'an "open quote', "tea AND", "%00", "🐈", "a" * 5000, "NEAR("],
)
def test_any_query_has_an_answer(page: FlaskClient, diary: Diary, query: str) -> None:
    diary.heard("tea and an open quote", now_ms())

    assert page.get("/search", query_string={"q": query}).status_code == 200


def test_a_hit_comes_with_its_reason_and_words_alone_are_owned_up(
    page: FlaskClient, diary: Diary
) -> None:
    diary.heard("the siren is too loud", now_ms())
    diary.heard("bins are green this week", now_ms())

    text = page.get("/search?q=siren").text

    assert "has the word" in text
    assert "by exact words only" in text


def test_by_words_alone_nobody_is_asked_what_it_means(page: FlaskClient, diary: Diary) -> None:
    """A question of which the meaning is prepared, so that a whole answer has it."""
    diary.typed("nobody reacts", now_ms(), embedded=True)

    whole = page.get("/search", query_string={"part": 1, "q": QUESTION}).text
    words = page.get("/search", query_string={"part": 1, "q": QUESTION, "words": 1}).text

    assert ("data-alone" in whole, "data-alone" in words) == (False, True)


def test_the_part_of_a_search_is_no_whole_page(page: FlaskClient, diary: Diary) -> None:
    diary.heard("the siren is too loud", now_ms())

    text = page.get("/search?q=siren&part=1").text

    assert "siren" in text
    assert "<html" not in text


def test_the_words_that_were_asked_for_are_marked_in_any_form(
    page: FlaskClient, diary: Diary
) -> None:
    diary.typed("The pillboxes & the Pill-Box beep.", now_ms())

    text = page.get("/search?part=1&q=pill+box").text

    assert "The <mark>pillboxes</mark> &amp; the <mark>Pill-Box</mark> beep." in text


def test_marks_and_reasons_let_no_tag_through(page: FlaskClient, diary: Diary) -> None:
    diary.typed("<script>alert(1)</script> and <img src=x onerror=alert(2)>", now_ms())

    for query in ("script", "<script>alert(1)</script>", "img onerror", "<img src=x onerror=1>"):
        text = page.get("/search", query_string={"part": 1, "q": query}).text

        assert "<mark>" in text
        assert "<script" not in text
        assert "<img" not in text
    assert "&lt;<mark>img</mark> src=" in page.get("/search?part=1&q=img").text
