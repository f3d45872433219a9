"""Words as times: what `--since` and `--until` name. Pure."""

from datetime import datetime

from core.errors import WrongUsage


def parse_when(text: str, now: datetime) -> datetime:
    """An ISO date or time, or words such as "yesterday" and "3 weeks ago", as an aware time.

    What names no zone is in the zone of `now`; a date alone is its first instant.
    Raises WrongUsage for anything else.
    """
    return _iso(text.strip(), now) or _in_words(text.strip(), now) or _refuse(text)


def _iso(text: str, now: datetime) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=now.tzinfo)


def _in_words(text: str, now: datetime) -> datetime | None:
    # Imported here: it takes most of a second, and few searches have a date in words.
    from dateparser.date import DateDataParser  # noqa: PLC0415

    settings = {
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "RETURN_TIME_AS_PERIOD": True,
    }
    try:
        read = DateDataParser(languages=["en"], settings=settings).get_date_data(text)
    except (ValueError, OverflowError):  # Raised for years that no calendar has.
        return None
    if read.date_obj is None or read.period is None:
        return None
    at = _begin(read.date_obj, read.period, counted_back="ago" in text.lower())
    return at if at.tzinfo else at.replace(tzinfo=now.tzinfo)


def _begin(at: datetime, period: str, *, counted_back: bool) -> datetime:
    """The first instant of what was named: a month, a year, or a day; a time stays as it is."""
    if period in {"time", "part_of_day"}:
        return at
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if counted_back or period in {"day", "week"}:
        return day
    return day.replace(day=1, month=1) if period == "year" else day.replace(day=1)


def _refuse(text: str) -> datetime:
    sentence = f"No date can be read in '{text[:40]}'."
    advice = "Write it as 2026-01-31, 2026-01-31T18:00, yesterday, or 3 weeks ago."
    raise WrongUsage(sentence, advice=advice)
