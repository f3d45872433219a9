"""Words and figures as times: what `--since` and `--until` name, and `--at`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from core.calendar.local_time import first_instant_ms, instant_ms, local_datetime
from core.calendar.written_dates import in_figures, instant_of, storable
from core.clock import Recorded, from_datetime
from core.errors import WrongUsage
from core.text.languages import ENGLISH

_COUNTED_IN_HOURS = re.compile(
    r"\b(?:(?:hour|minute|second|hr|min|sec|hora|minuto|segundo|heure|seconde)s?"
    r"|(?:stunde|sekunde)n?|minuten|std|or[ae]|minut[oi]|second[oi]|uur|uren|minuut|seconden?)\b",
    re.IGNORECASE,
)
_COUNTED_BACK = re.compile(r"ago|\b(?:vor|il y a|hace|há|atrás|fa|geleden)\b", re.IGNORECASE)
"""What says that days were counted, and a week so far back is a day."""

_BEGINS_IN_FIGURES = re.compile(r"\s*(?P<day>\d[\d./-]*\d\.?)(?P<rest>\s.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """What was named, from `begin_ms` up to `end_ms`: a day, a month; of an instant both are one.

    `end_ms` is None where the calendar ends first. `told` is a sentence where an hour that comes
    twice had to be chosen; `is_iso` says that it could mean nothing else.
    """

    begin_ms: int
    end_ms: int | None
    told: str = ""
    is_iso: bool = False


def read_period(text: str, now: datetime, languages: Sequence[str] = (ENGLISH,)) -> NamedPeriod:
    """A date or time in figures, or words such as "yesterday", "3 weeks ago" and "vor 3 Wochen".

    The words may be of any of the `languages`, which are tried in order, or English.

    What names no zone is in this machine's, by its offset on that day; a date without a time
    is the whole of that day. Raises WrongUsage for anything else.
    """
    text = text.strip()
    read = in_figures(text, now.date())
    if read is None:
        return _in_words(_day_in_iso(text, now.date()), now, languages) or _refuse(text)
    try:
        if read.time is None:
            return _days(read.day, _after(read.day, timedelta(days=1)), is_iso=read.is_iso)
        if read.zone is not None:
            return _instant(read.wall.replace(tzinfo=read.zone))
        at_ms, told = instant_ms(read.wall)
    except OverflowError:
        return _refuse(text)
    return NamedPeriod(at_ms, at_ms, told, read.is_iso)


def read_time(
    text: str, now: datetime, languages: Sequence[str] = (ENGLISH,)
) -> tuple[Recorded, str]:
    """The time that is named, of a day or longer its beginning; and a sentence on how it was read.

    Read by the same rules as a period; the sentence is empty where it could mean one thing only.
    Raises WrongUsage.
    """
    read = in_figures(text, now.date())
    if read is not None:
        return instant_of(read, text)
    named = read_period(text, now, languages)
    at = local_datetime(named.begin_ms)
    told = f"Read as {_time(at)}. {named.told}".strip()
    return storable(from_datetime(at, source="given"), text), told


def period_in_words(since_ms: int | None, until_ms: int | None) -> str:
    """Which span of time it is: `Saturday 24 October 2026`, `from … to …`, `from … on`."""
    since = None if since_ms is None else local_datetime(since_ms)
    until = None if until_ms is None else local_datetime(until_ms)
    if since is None:
        return "all time" if until is None else f"up to {_end(until)}"
    if until is None:
        return f"from {_begin(since)} on"
    if _is_day(since) and _is_day(until) and _last_day(until) == since.date():
        return _day(since.date())
    return f"from {_begin(since)} to {_end(until)}"


def _in_words(text: str, now: datetime, languages: Sequence[str]) -> NamedPeriod | None:
    # Imported here: it takes most of a second, and few searches have a date in words.
    from dateparser.data.languages_info import language_order  # noqa: PLC0415
    from dateparser.date import DateDataParser  # noqa: PLC0415

    # Hours are counted on the clock of UTC, which no summer time shifts.
    base = now.astimezone(UTC) if _COUNTED_IN_HOURS.search(text) else now
    settings = {
        "RELATIVE_BASE": base.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "RETURN_TIME_AS_PERIOD": True,
    }
    known = [each for each in map(_as_dateparser_has_it, languages) if each in language_order]
    tried = list(dict.fromkeys([*known, ENGLISH]))
    try:
        reader = DateDataParser(languages=tried, use_given_order=True, settings=settings)
        read = reader.get_date_data(text)
        if read.date_obj is None or read.period is None:
            return None
        at = (
            read.date_obj
            if read.date_obj.tzinfo or base is now
            else read.date_obj.replace(tzinfo=UTC)
        )
        return _named(at, read.period, counted_back=bool(_COUNTED_BACK.search(text)))
    except (ValueError, OverflowError):  # Raised for years that no calendar has.
        return None


def _as_dateparser_has_it(language: str) -> str:
    return "nb" if language == "no" else language


def _named(at: datetime, period: str, *, counted_back: bool) -> NamedPeriod:
    """The day, the week, the month or the year that holds this time; or the time itself."""
    if period in {"time", "part_of_day"}:
        if at.tzinfo:
            return _instant(at)
        at_ms, told = instant_ms(at)
        return NamedPeriod(at_ms, at_ms, told)
    day = at.date()
    if counted_back or period == "day":
        return _days(day, _after(day, timedelta(days=1)))
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return _days(monday, _after(monday, timedelta(days=7)))
    first = day.replace(day=1, month=1) if period == "year" else day.replace(day=1)
    later = _after(first, timedelta(days=366 if period == "year" else 31))
    return _days(first, later and later.replace(day=1))


def _days(first: date, after: date | None, *, is_iso: bool = False) -> NamedPeriod:
    end_ms = None if after is None else first_instant_ms(after)
    return NamedPeriod(first_instant_ms(first), end_ms, is_iso=is_iso)


def _after(day: date, length: timedelta) -> date | None:
    return None if date.max - day < length else day + length


def _instant(at: datetime) -> NamedPeriod:
    at_ms = round(at.timestamp() * 1000)
    return NamedPeriod(at_ms, at_ms, is_iso=True)


def _day_in_iso(text: str, today: date) -> str:
    """Where a date in figures begins the text, that date in ISO, which reads one way only."""
    found = _BEGINS_IN_FIGURES.fullmatch(text)
    read = found and in_figures(found["day"], today)
    return f"{read.day.isoformat()}{found['rest']}" if found and read else text


def _is_day(at: datetime) -> bool:
    """True where a day begins then."""
    return first_instant_ms(at.date()) == round(at.timestamp() * 1000)


def _last_day(until: datetime) -> date:
    return until.date() - timedelta(days=1)


def _begin(since: datetime) -> str:
    return _day(since.date()) if _is_day(since) else _time(since)


def _end(until: datetime) -> str:
    if _is_day(until):
        return f"the end of {_day(_last_day(until))}"
    return _time(until)


def _time(at: datetime) -> str:
    return f"{_day(at.date())}, {at.isoformat(timespec='minutes')[11:]}"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def _refuse(text: str) -> NamedPeriod:
    sentence = f"No date can be read in '{text[:40]}'."
    advice = "Write it as 2026-01-31, 31.1.2026, 2026-01-31T18:00, yesterday, or 3 weeks ago."
    raise WrongUsage(sentence, advice=advice)
