"""Times as devices write them into names and metadata."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.media.times import Told, find, read

AT = datetime(2023, 5, 4, 7, 8, 9)  # noqa: DTZ001 - local, as a name has it
DAY = AT.replace(hour=0, minute=0, second=0)
MINUTE = AT.replace(second=0)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("Recording_20230504_070809", AT),
        ("20230504070809", AT),
        ("2023-05-04 07.08.09", AT),
        ("2023-05-04T07-08-09", AT),
        ("2023_05_04_07_08_09", AT),
        ("PXL_20230504_070809123", AT),
        ("audio_2023-05-04_07-08-09", AT),
        ("WhatsApp Audio 2023-05-04 at 07.08.09", AT),
        ("Audio Recording 2023-05-04 at 7.08.09\u202fPM", AT.replace(hour=19)),
        ("Note 2023-05-04 at 12.08.09 AM", AT.replace(hour=0)),
        ("20230504 07h08m09s", AT),
        ("Voice 230504_070809", AT),
        ("230504_0708", MINUTE),
        ("Aufnahme 4.5.2023 07-08", MINUTE),
        ("Mitschnitt 04.05.2023 um 07.08", MINUTE),
        ("2023-05-04_07-08-09-0001", AT),
        ("20230504T070809Z", AT.replace(tzinfo=UTC)),
        ("20230504_070809 zebra", AT),
    ],
)
def test_a_time_in_a_name_is_found(name: str, at: datetime) -> None:
    assert find(name, zones=False) == Told(at)


@pytest.mark.parametrize("name", ["PTT-20230504-WA0001", "memo 4.5.2023", "2023-05-04 10 voices"])
def test_a_day_in_a_name_is_found(name: str) -> None:
    assert find(name, zones=False) == Told(DAY, day_only=True)


@pytest.mark.parametrize(
    "name",
    [
        "ZOOM0001",
        "Symphonies 1987-2003",
        "2023-02-31",
        "take 20231399",
        "x1234567890123",
        "120230504",
        "May",
        "R09_0004",
        "",
    ],
)
def test_a_name_without_a_time_has_none(name: str) -> None:
    assert find(name, zones=False) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2023-05-04T07:08:09Z", Told(AT.replace(tzinfo=UTC))),
        ("2023-05-04T07:08:09.000000Z", Told(AT.replace(tzinfo=UTC))),
        ("2023-05-04T07:08:09+0200", Told(AT.replace(tzinfo=timezone(timedelta(hours=2))))),
        ("2023-05-04T07:08:09-04:30", Told(AT.replace(tzinfo=timezone(-timedelta(hours=4.5))))),
        ("2023-05-04 07:08:09", Told(AT)),
        ("2023:05:04 07:08:09", Told(AT)),
        ("2023-05-04 07:08", Told(MINUTE)),
        ("Thu May  4 07:08:09 2023\n", Told(AT)),
        ("2023-05-04", Told(DAY, day_only=True)),
        ("2023", None),
        ("2023-05", None),
        ("soon", None),
    ],
)
def test_metadata_is_read(text: str, told: Told | None) -> None:
    assert read(text) == told


@pytest.mark.parametrize(
    ("year", "plausible"), [(1904, False), (1980, False), (2000, True), (2023, True), (2031, False)]
)
def test_what_lies_before_2000_or_in_the_future_is_not_believed(
    year: int, *, plausible: bool
) -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)

    assert Told(datetime(year, 6, 1, tzinfo=UTC)).is_plausible(now) is plausible


def test_while_the_clock_is_unset_nothing_is_in_the_future() -> None:
    assert Told(datetime(2031, 6, 1, tzinfo=UTC)).is_plausible(None)
