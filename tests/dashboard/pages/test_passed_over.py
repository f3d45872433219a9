"""What was passed over, on the page of the day and at home."""

import time
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from tests.dashboard.conftest import Diary

TODAY = "passed over today: nothing in it stood out (2), it was too short to say much (1)."


@pytest.fixture
def passed(diary: Diary) -> int:
    # At noon, whenever this runs: what was passed over at night makes no strip longer.
    at_ms = round(datetime.now().astimezone().replace(hour=12).timestamp() * 1000)
    diary.passed_over(at_ms, {"nothing_stood_out": 2, "too_short": 1}, [(0, 900), (1_000, 900)])
    return at_ms


def test_what_was_passed_over_today_is_counted_and_drawn(page: FlaskClient, passed: int) -> None:
    today = time.strftime("%Y-%m-%d", time.localtime(passed / 1000))

    for address in ("/", f"/day/{today}"):
        text = page.get(address).text
        assert TODAY in text
        assert "3 passed over" in text
        assert '<path d="M' in text


def test_where_nothing_was_passed_over_nothing_is_shown(page: FlaskClient, diary: Diary) -> None:
    diary.heard("just now", round(time.time() * 1000))

    assert "passed" not in page.get("/").text


def test_it_is_no_missing_sound(page: FlaskClient, passed: int) -> None:
    assert "Nothing was heard" not in page.get("/").text
    assert "gap" not in page.get("/").text.partition('class="strip"')[2].partition("</svg>")[0]
