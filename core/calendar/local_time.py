"""What a clock on the wall here shows, and when it showed it; by the zone's offset on that day.

`wall` is a date and time without a zone. Where summer time begins, an hour is left out; where
it ends, an hour comes twice.
"""

from datetime import UTC, date, datetime, time, timedelta

from core.errors import WrongUsage

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_LONGEST_LEAP_MIN = 26 * 60
"""A zone that crosses the date line leaves out a day; no change was ever longer."""


def instants_ms(wall: datetime) -> list[int]:
    """When clocks here show that: once as a rule, never in a left-out hour, or twice."""
    found = {_read_ms(wall, fold) for fold in (0, 1)}
    return sorted(ms for ms in found if _shown_ms(ms) in {None, _as_utc_ms(wall)})


def first_instant_ms(day: date) -> int:
    """When that day begins here: at midnight, or later where clocks leave midnight out."""
    wall = datetime.combine(day, time())
    for minutes in range(_LONGEST_LEAP_MIN):
        if found := instants_ms(wall + minutes * _MINUTE):
            return found[0]
    return _read_ms(wall, 0)


def instant_ms(wall: datetime) -> tuple[int, str]:
    """When clocks here show that, and a sentence where it had to be chosen: the first of two.

    Raises WrongUsage for an hour that clocks here leave out, with the two nearest.
    """
    found = instants_ms(wall)
    if not found:
        raise _left_out(wall)
    if len(found) == 1:
        return found[0], ""
    first, second = (_zoned(wall, ms) for ms in found)
    return found[0], f"{_written(wall)} comes twice here; {first} is meant, and not {second}."


def local_datetime(ms: int) -> datetime:
    """The same instant with the offset of this machine's zone then; UTC at the calendar's ends."""
    at = _EPOCH + timedelta(milliseconds=ms)
    try:
        return at.astimezone()
    except (ValueError, OverflowError, OSError):  # years that the system's clock has not
        return at


def _left_out(wall: datetime) -> WrongUsage:
    before, after = wall, wall
    while not instants_ms(before):
        before -= _MINUTE
    while not instants_ms(after):
        after += _MINUTE
    # Which of the two readings is the earlier one, C libraries do not agree on.
    leap = timedelta(milliseconds=abs(_read_ms(wall, 0) - _read_ms(wall, 1)))
    return WrongUsage(
        f"There is no {_written(wall)} here: "
        f"the clocks went from {before:%H:%M} to {after:%H:%M} that day.",
        advice=f"Nearest are {_written(wall - leap)} and {_written(wall + leap)}: say which.",
    )


def _read_ms(wall: datetime, fold: int) -> int:
    """In milliseconds since 1970, by the offset that was (`fold` 0) or comes to be (1) in force."""
    return _as_utc_ms(wall) - _offset_ms(wall.replace(fold=fold))


def _offset_ms(wall: datetime) -> int:
    try:
        offset = wall.astimezone().utcoffset()
    except (ValueError, OverflowError, OSError):  # at the calendar's ends
        offset = None
    return round((offset or timedelta()).total_seconds() * 1000)


def _shown_ms(ms: int) -> int | None:
    """What clocks here show then, as if it were UTC; None where the calendar ends."""
    try:
        return _as_utc_ms((_EPOCH + timedelta(milliseconds=ms)).astimezone())
    except (ValueError, OverflowError, OSError):
        return None


def _as_utc_ms(wall: datetime) -> int:
    return (wall.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


def _written(wall: datetime) -> str:
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")


def _zoned(wall: datetime, ms: int) -> str:
    offset_min = (_as_utc_ms(wall) - ms) // 60_000
    hours, minutes = divmod(abs(offset_min), 60)
    return f"{_written(wall)}{'-' if offset_min < 0 else '+'}{hours:02d}:{minutes:02d}"
