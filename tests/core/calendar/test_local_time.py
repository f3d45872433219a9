"""The zone's offset is that of the day, whatever the offset of now is."""

import time as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from core.calendar.local_time import first_instant_ms, instant_ms, instants_ms
from core.errors import WrongUsage


def ms(*when: int) -> int:
    return round(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type, misc]


at = datetime.fromisoformat


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    clock.tzset()
    yield
    monkeypatch.undo()
    clock.tzset()


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Europe/Berlin", date(2026, 7, 1), ms(2026, 6, 30, 22)),
        ("Europe/Berlin", date(2026, 10, 25), ms(2026, 10, 24, 22)),
        ("Europe/Berlin", date(2026, 10, 26), ms(2026, 10, 25, 23)),
        ("America/Sao_Paulo", date(2018, 11, 4), ms(2018, 11, 4, 3)),  # has no midnight
        ("America/Havana", date(2025, 11, 2), ms(2025, 11, 2, 4)),  # has two
        ("Pacific/Apia", date(2011, 12, 31), ms(2011, 12, 30, 10)),
        ("Asia/Kathmandu", date(2026, 1, 1), ms(2025, 12, 31, 18, 15)),
    ],
    indirect=["zone"],
)
@pytest.mark.usefixtures("zone")
def test_a_day_begins_at_its_own_midnight(day: date, begins: int) -> None:
    assert first_instant_ms(day) == begins


@pytest.mark.usefixtures("_berlin")
def test_an_hour_that_is_left_out_is_told_with_the_two_nearest() -> None:
    assert instants_ms(at("2026-03-29T02:30")) == []
    with pytest.raises(WrongUsage) as raised:
        instant_ms(at("2026-03-29T02:30"))

    assert raised.value.sentence == (
        "There is no 2026-03-29T02:30 here: the clocks went from 01:59 to 03:00 that day."
    )
    assert raised.value.advice == "Nearest are 2026-03-29T01:30 and 2026-03-29T03:30: say which."


@pytest.mark.usefixtures("_berlin")
def test_of_an_hour_that_comes_twice_the_first_is_meant_and_that_is_said() -> None:
    at_ms, told = instant_ms(at("2026-10-25T02:30"))

    assert at_ms == ms(2026, 10, 25, 0, 30)
    assert told == (
        "2026-10-25T02:30 comes twice here; "
        "2026-10-25T02:30+02:00 is meant, and not 2026-10-25T02:30+01:00."
    )


@pytest.mark.usefixtures("_berlin")
@pytest.mark.parametrize("day", [date.min, date.max, date(1900, 1, 1)])
def test_the_ends_of_the_calendar_are_days_too(day: date) -> None:
    midnight_ms = (day - date(1970, 1, 1)).days * 86_400_000

    assert abs(first_instant_ms(day) - midnight_ms) < 26 * 3_600_000
