"""What nobody pressed for, on the page: why it was kept, and answers to that."""

import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.dashboard.conftest import Diary
from tests.dashboard.test_acts_page import press

HOUR_MS = 3_600_000
WHY = "Kept because it is a decision and it names a day or a time."


def now_ms() -> int:
    return round(time.time() * 1000)


@pytest.fixture
def selected(diary: Diary) -> str:
    return diary.selected("we should go on Friday", now_ms(), "decision", "date")


def test_a_selected_moment_says_why_wherever_it_is_shown(page: FlaskClient, selected: str) -> None:
    today = time.strftime("%Y-%m-%d")

    for address in ("/", f"/day/{today}", f"/past/{today[:7]}", f"/moment/{selected}"):
        assert page.get(address).text.count(WHY) == 1, address


def test_a_press_needs_no_reason(page: FlaskClient, diary: Diary) -> None:
    moment = diary.heard("we should go on Friday", now_ms())

    assert "Kept because" not in page.get("/").text + page.get(f"/moment/{moment}").text


def test_without_a_reason_it_says_that_it_was_kept_by_itself(
    page: FlaskClient, diary: Diary
) -> None:
    moment = diary.selected("we should go on Friday", now_ms())

    assert "kept by itself" in page.get(f"/moment/{moment}").text


def test_where_all_that_is_said_is_kept_that_is_the_reason(page: FlaskClient, diary: Diary) -> None:
    moment = diary.selected("good morning", now_ms(), "everything")

    text = page.get(f"/moment/{moment}").text
    assert "Kept because everything that was said is kept." in text


ANSWERS = ("More like this", "Not worth keeping")


def test_it_can_be_answered_where_it_is_shown(page: FlaskClient, selected: str) -> None:
    today = time.strftime("%Y-%m-%d")

    for address in ("/", f"/day/{today}", f"/moment/{selected}"):
        text = page.get(address).text
        assert [text.count(f">{answer}</button>") for answer in ANSWERS] == [1, 1], address
    assert ANSWERS[0] not in page.get(f"/past/{today[:7]}").text


def test_a_press_is_not_asked_about(page: FlaskClient, diary: Diary) -> None:
    moment = diary.heard("we should go on Friday", now_ms())

    assert ANSWERS[0] not in page.get("/").text + page.get(f"/moment/{moment}").text


def test_what_is_dismissed_is_hidden_until_undone(page: FlaskClient, selected: str) -> None:
    answer = page.post(f"/moment/{selected}/dismiss", data={"from": "/"}, follow_redirects=True)

    assert answer.request.path == "/"
    assert "Hidden, and less like it will be kept." in answer.text
    assert "Friday" not in answer.text
    assert "You dismissed a moment." in page.get("/acts").text
    assert "Shown again." in press(page, answer.text, "Undo")
    assert "Friday" in page.get("/").text
    assert "More like this" in page.get(f"/moment/{selected}").text


@pytest.mark.parametrize("answer", ["dismiss", "more"])
def test_of_what_has_no_words_nothing_is_said_to_be_learned(
    page: FlaskClient, diary: Diary, answer: str
) -> None:
    moment = diary.selected("", now_ms(), "everything")

    told = page.post(f"/moment/{moment}/{answer}", follow_redirects=True).text

    assert "It has no words, so there is nothing to learn from it." in told
    assert "like it will be kept" not in told


def test_more_like_it_is_answered_with_undo(page: FlaskClient, selected: str) -> None:
    answer = page.post(f"/moment/{selected}/more", follow_redirects=True)

    assert answer.request.path == f"/moment/{selected}"
    assert "More like this will be kept." in answer.text
    assert "You asked for more like a moment." in page.get("/acts").text
    assert "The answer counts no more." in press(page, answer.text, "Undo")


def test_what_was_said_already_offers_no_undo(page: FlaskClient, selected: str) -> None:
    page.post(f"/moment/{selected}/more")

    again = page.post(f"/moment/{selected}/more", follow_redirects=True).text

    assert "More like this will be kept." in again
    assert 'class="done"' in again
    assert "/acts/undo" not in again


@pytest.mark.parametrize("answer", ["dismiss", "more"])
@pytest.mark.parametrize(
    ("named", "place"),
    [
        ("/day/2026-11-20", "/day/2026-11-20"),
        ("/", "/"),
        ("", "/moment/"),
        ("//evil.example", "/moment/"),
        ("https://evil.example/", "/moment/"),
        ("/day/../forget", "/moment/"),
    ],
)
def test_it_leads_back_to_a_list_of_ours_alone(
    page: FlaskClient, selected: str, answer: str, named: str, place: str
) -> None:
    told = page.post(f"/moment/{selected}/{answer}", data={"from": named})

    led_to = told.headers["Location"].partition("?")[0]
    assert led_to == (f"/moment/{selected}" if place == "/moment/" else place)


@pytest.mark.parametrize("answer", ["dismiss", "more"])
def test_an_answer_about_nothing_is_a_sentence_and_makes_no_archive(
    page: FlaskClient, home: Path, answer: str
) -> None:
    assert page.post(f"/moment/no-such/{answer}").status_code == 404
    assert not (home / "archive.db").exists()
