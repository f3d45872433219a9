"""Dates and times written in figures: ISO 8601, and as people write them in letters.

Dots put the day first, everywhere that dots are used; slashes put it first in one country and
second in another, so what slashes leave open is asked for again.
"""

import contextlib
import re
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from core.calendar.local_time import first_instant_ms, instant_ms, local_datetime
from core.clock import Recorded, from_datetime, is_representable
from core.errors import WrongUsage

_TIME = r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"
_YEAR_LAST = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<sign>[./-])\s?(?P<b>\d{{1,2}})(?:(?P=sign)\s?(?P<year>\d{{4}}|\d\d)?)?"
    rf"{_TIME}",
    re.ASCII,
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<sign>[./-])(?P<b>\d{{1,2}})(?P=sign)(?P<a>\d{{1,2}}){_TIME}", re.ASCII
)
_MONTHS_OF_A_YEAR = 12
_YEARS_WITHOUT_LEAP = 9
"""Within so many years there was a 29 February, whatever the century."""


@dataclass(frozen=True, slots=True)
class InFigures:
    """What was written: a day, and a time of it and a zone where they were named."""

    day: date
    time: time | None
    zone: tzinfo | None
    is_iso: bool

    @property
    def wall(self) -> datetime:
        """Without the zone; a day alone is its midnight."""
        return datetime.combine(self.day, self.time or time())


def in_figures(text: str, today: date) -> InFigures | None:
    """The date, and perhaps the time, of this text; None where it is not one in figures.

    Without a year, it is the last such day up to `today`. Raises WrongUsage where day and month
    may be either way round, and for a day that no calendar has.
    """
    text = text.strip()
    iso = _iso(text)
    if iso is not None:
        return iso
    found = _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text)
    if found is None or (found["sign"] == "-" and not found["year"]):
        return None
    try:
        return InFigures(_day(text, found, today), _time(found), None, is_iso=False)
    except ValueError:
        sentence = f"There is no such day or time as {text}."
        raise WrongUsage(sentence, advice="Write it as 2026-01-31 or 2026-01-31T18:00.") from None


def recorded_in_iso(text: str) -> tuple[Recorded, str]:
    """The instant that was given in ISO 8601, as `instant_of` has it. Raises WrongUsage."""
    read = _iso(text.strip())
    if read is None:
        advice = "Write it as 2026-01-31T18:00 or 2026-01-31."
        raise WrongUsage(f"'{text[:40]}' is not a time.", advice=advice)
    return instant_of(read, text)


def instant_of(read: InFigures, text: str) -> tuple[Recorded, str]:
    """The instant that was given, a day being its beginning; and a sentence on how it was read.

    The sentence is empty where it could mean one thing only. What names no zone is in this
    machine's. Raises WrongUsage, also for an hour that clocks here leave out.
    """
    try:
        recorded, told = _instant(read)
    except (OverflowError, OSError) as error:
        raise _beyond(text) from error
    return storable(recorded, text), told


def storable(recorded: Recorded, text: str) -> Recorded:
    """The same, where every zone has that time. Raises WrongUsage, which quotes the text."""
    if not is_representable(recorded):
        raise _beyond(text)
    return recorded


def _instant(read: InFigures) -> tuple[Recorded, str]:
    if read.zone is not None:
        return from_datetime(read.wall.replace(tzinfo=read.zone), source="given"), ""
    if read.time is None:
        at_ms, told = first_instant_ms(read.day), ""
    else:
        at_ms, told = instant_ms(read.wall)
    at = local_datetime(at_ms)
    if not read.is_iso:
        told = f"Read as {at.isoformat(timespec='minutes')}, the day before the month. {told}"
    return from_datetime(at, source="given"), told.strip()


def _beyond(text: str) -> WrongUsage:
    """Some zone would put it before the first day of the calendar, or behind its last."""
    sentence = f"'{text[:40]}' is beyond the times that can be kept."
    return WrongUsage(sentence, advice="The first year is 2, the last 9998.")


def _iso(text: str) -> InFigures | None:
    try:
        return InFigures(date.fromisoformat(text), None, None, is_iso=True)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return InFigures(at.date(), at.time(), at.tzinfo, is_iso=True)


def _day(text: str, found: re.Match[str], today: date) -> date:
    day, month = int(found["a"]), int(found["b"])
    if found["sign"] != "." and found.re is _YEAR_LAST:
        if max(day, month) <= _MONTHS_OF_A_YEAR and day != month:
            raise _either_way(text, found, today)
        if month > _MONTHS_OF_A_YEAR:
            day, month = month, day
    return _in_year(found["year"], month, day, today)


def _time(found: re.Match[str]) -> time | None:
    if found["hour"] is None:
        return None
    return time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))


def _either_way(text: str, found: re.Match[str], today: date) -> WrongUsage:
    a, b = int(found["a"]), int(found["b"])
    ways = [_in_year(found["year"], *way, today).isoformat() for way in ((b, a), (a, b))]
    return WrongUsage(
        f"{text} may be {ways[0]} or {ways[1]}.",
        advice="Write one of the two, or with dots, which put the day first.",
    )


def _in_year(year: str | None, month: int, day: int, today: date) -> date:
    """Without a year, the last one up to today. Raises ValueError for a day that is none."""
    if year:
        return date(int(year) + (2000 if len(year) == len("26") else 0), month, day)
    for back in range(_YEARS_WITHOUT_LEAP):
        with contextlib.suppress(ValueError):
            if (found := date(today.year - back, month, day)) <= today:
                return found
    raise ValueError((month, day))
