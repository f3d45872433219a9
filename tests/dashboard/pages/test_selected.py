"""What nobody pressed for, on the page: why it was kept."""

import time

import pytest
from flask.testing import FlaskClient

from tests.dashboard.conftest import Diary

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
