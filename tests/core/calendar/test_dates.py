from datetime import UTC, datetime

import pytest

from core.calendar.dates import date_in_words


@pytest.mark.parametrize(
    ("hour", "part"),
    [
        (0, "night"),
        (5, "morning"),
        (11, "morning"),
        (12, "afternoon"),
        (17, "evening"),
        (23, "night"),
    ],
)
def test_a_time_is_told_as_somebody_would_ask_for_it(hour: int, part: str) -> None:
    assert (
        date_in_words(datetime(2023, 1, 20, hour, tzinfo=UTC)) == f"Friday 20 January 2023 {part}"
    )
