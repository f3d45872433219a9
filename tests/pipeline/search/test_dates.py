from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.errors import WrongUsage
from pipeline.search.dates import parse_when

HERE = timezone(timedelta(hours=2))
NOW = datetime(2026, 3, 18, 15, 30, 20, 250, tzinfo=HERE)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=HERE)),
        (" 2026-01-31T18:00 ", datetime(2026, 1, 31, 18, tzinfo=HERE)),
        ("2026-01-31T18:00Z", datetime(2026, 1, 31, 18, tzinfo=UTC)),
        ("3 weeks ago", datetime(2026, 2, 25, tzinfo=HERE)),
        ("2 hours ago", datetime(2026, 3, 18, 13, 30, 20, 250, tzinfo=HERE)),
        ("yesterday", datetime(2026, 3, 17, tzinfo=HERE)),
        ("today", datetime(2026, 3, 18, tzinfo=HERE)),
        ("5 March", datetime(2026, 3, 5, tzinfo=HERE)),
        ("March 2025", datetime(2025, 3, 1, tzinfo=HERE)),
        ("2025", datetime(2025, 1, 1, tzinfo=HERE)),
        ("last month", datetime(2026, 2, 1, tzinfo=HERE)),
        ("1 year ago", datetime(2025, 3, 18, tzinfo=HERE)),
        ("monday", datetime(2026, 3, 16, tzinfo=HERE)),
        ("yesterday 18:00", datetime(2026, 3, 17, 18, tzinfo=HERE)),
        ("yesterday 18:00 UTC", datetime(2026, 3, 17, 18, tzinfo=UTC)),
    ],
)
def test_a_date_can_be_written_in_figures_or_in_words(text: str, when: datetime) -> None:
    assert parse_when(text, NOW) == when


@pytest.mark.parametrize(
    "text", ["", "teapot", "2026-13-45", "\0", "99999999999999", "100000 years ago", "x" * 10_000]
)
def test_what_is_no_date_is_a_sentence_with_advice(text: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        parse_when(text, NOW)

    assert raised.value.sentence.startswith("No date can be read")
    assert "yesterday" in raised.value.advice
