"""Days that begin at their own midnight, and times that say of which zone they are."""

from datetime import date, datetime

import pytest

from dashboard.show.local_time import DAY_MS, Clock, anywhere, zone_name
from tests.dashboard.rows import at_ms, in_zone, utc_ms

HOUR_MS = 3_600_000
NOW_MS = utc_ms(20, 12)


@pytest.mark.usefixtures("_berlin")
@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 28), 24),
        (date(2026, 3, 29), 23),
        (date(2026, 3, 30), 24),
        (date(2026, 10, 24), 24),
        (date(2026, 10, 25), 25),
        (date(2026, 10, 26), 24),
    ],
)
def test_a_day_lasts_from_its_midnight_to_the_next(day: date, hours: int) -> None:
    clock = Clock(NOW_MS)  # in winter: no day of the summer begins at its midnight plus a whole day

    begins_ms = clock.midnight_ms(day)
    ends_ms = clock.midnight_ms(date.fromordinal(day.toordinal() + 1))

    assert ends_ms - begins_ms == hours * HOUR_MS
    assert f"{clock.at(begins_ms):%Y-%m-%d %H:%M}" == f"{day} 00:00"


def test_an_hour_that_is_left_out_is_the_instant_of_the_change() -> None:
    clock = in_zone(NOW_MS, "Europe/Berlin")

    assert clock.reads_ms(datetime.fromisoformat("2026-03-29 02:30")) == at_ms(
        "2026-03-29 02:30", 60
    )
    assert f"{clock.at(at_ms('2026-03-29 02:30', 60)):%H:%M}" == "03:30"


def test_an_hour_that_comes_twice_is_meant_the_first_time() -> None:
    clock = in_zone(NOW_MS, "Europe/Berlin")

    assert clock.reads_ms(datetime.fromisoformat("2026-10-25 02:30")) == at_ms(
        "2026-10-25 02:30", 120
    )


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Africa/Cairo", date(2026, 4, 24), "01:00"),
        ("America/Havana", date(2026, 11, 1), "00:00"),
        ("Asia/Beirut", date(2026, 10, 25), "00:00"),
    ],
)
def test_a_change_at_midnight_leaves_every_day_one_beginning(
    zone: str, day: date, begins: str
) -> None:
    clock = in_zone(NOW_MS, zone)

    begin_ms = clock.midnight_ms(day)

    assert clock.at(begin_ms).date() == day
    assert f"{clock.at(begin_ms):%H:%M}" == begins
    assert clock.at(begin_ms - 60_000).date() < day


def test_both_times_of_a_doubled_hour_differ_by_their_zone() -> None:
    clock = in_zone(NOW_MS, "Europe/Berlin")
    times = [clock.at(at_ms("2026-10-25 02:30", offset)) for offset in (120, 60)]

    assert [f"{at:%H:%M}" for at in times] == ["02:30", "02:30"]
    assert [clock.zone_to_name(at) for at in times] == ["UTC+2", "UTC+1"]


@pytest.mark.parametrize("shown", ["2026-10-25 01:59", "2026-10-25 04:00", "2026-06-01 02:30"])
def test_any_other_time_of_the_readers_zone_needs_no_name(shown: str) -> None:
    clock = in_zone(NOW_MS, "Europe/Berlin")

    assert clock.zone_to_name(clock.at(clock.reads_ms(datetime.fromisoformat(shown)))) == ""


def test_a_time_of_elsewhere_names_its_zone() -> None:
    clock = in_zone(NOW_MS, "Europe/Berlin")

    assert clock.zone_to_name(clock.at(NOW_MS, -300)) == "UTC-5"
    assert clock.zone_to_name(clock.at(NOW_MS, 60)) == ""


@pytest.mark.parametrize(
    ("east", "name"), [(0, "UTC"), (60, "UTC+1"), (330, "UTC+5:30"), (-210, "UTC-3:30")]
)
def test_a_zone_has_a_name_that_everybody_can_reckon_with(east: int, name: str) -> None:
    assert zone_name(in_zone(NOW_MS, "UTC").at(NOW_MS, east)) == name


def test_somewhere_on_earth_it_is_a_day_for_fifty_hours() -> None:
    since_ms, until_ms = anywhere(date(2026, 11, 20))

    assert since_ms == utc_ms(19, 10)
    assert until_ms == utc_ms(21, 12)
    assert until_ms - since_ms == 2 * DAY_MS + 2 * HOUR_MS
