"""Times as people and devices write them: in metadata and in file names. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

EARLIEST_PLAUSIBLE = datetime(2000, 1, 1, tzinfo=UTC)
"""Recorders without a clock write 1904, 1970 or 1980."""

AHEAD = timedelta(days=1)
"""So far ahead may be a zone that was mistaken; more is a clock that was wrong."""


@dataclass(frozen=True, slots=True)
class Told:
    """A time that is told; without a zone it is local. `day_only`: only the day is known."""

    at: datetime
    day_only: bool = False

    def is_plausible(self, now: datetime | None) -> bool:
        """True where a sound may be of that time; `now` is None while nobody knows it."""
        try:
            aware = self.at.astimezone()
        except (OverflowError, ValueError, OSError):  # some zone puts it beyond the calendar
            return False
        return aware >= EARLIEST_PLAUSIBLE and (now is None or aware < now + AHEAD)


_MONTH_AND_DAY = r"(?P<month>0[1-9]|1[0-2]){}(?P<day>0[1-9]|[12]\d|3[01])"
_DATE = r"(?P<year>(?:19|20)\d\d)(?P<split>[-_.:/]?)" + _MONTH_AND_DAY.format("(?P=split)")
_DOTTED = r"(?P<day>0?[1-9]|[12]\d|3[01])\.(?P<month>0?[1-9]|1[0-2])\.(?P<year>(?:19|20)\d\d)"
_SHORT = r"(?P<year>\d\d)" + _MONTH_AND_DAY.format("")
_TIME = (
    r"(?P<hour>[01]\d|2[0-3]|\d(?=[.:h]))[-_.:h]?(?P<minute>[0-5]\d)"
    r"(?:[-_.:m]?(?P<second>[0-5]\d)(?:[.,]?\d{3,6})?)?s?(?!\d)(?:\s*(?P<half>[ap])\.?m\b)?\s*(?P<zone>(?:Z|UTC)(?![a-z])|[+-]\d\d:?\d\d(?!\d))?"
)
_BETWEEN = r"(?:T|[\s_.,-]{1,3}|\s(?:at|um)\s)?"
_PATTERNS = tuple(
    re.compile(rf"(?<!\d){pattern}", re.ASCII | re.IGNORECASE)
    for pattern in (
        _DATE + _BETWEEN + _TIME,
        _DOTTED + r"(?:[\s_,-]{1,3}|\s(?:at|um)\s)" + _TIME,
        _SHORT + r"[-_]" + _TIME,
        _DATE + r"(?!\d)",
        _DOTTED + r"(?!\d)",
    )
)
_C_TIME = "%a %b %d %H:%M:%S %Y"
"""As AVI writes it: `Thu May  4 07:08:09 2023`."""


def find(text: str, *, zones: bool = True) -> Told | None:
    """The first time that stands in a text, the most precise first; None where there is none.

    A date alone counts, a year or a month does not. Dotted dates are day first. Without `zones`,
    what looks like an offset from UTC is none: in a name, `-0001` counts takes.
    """
    text = text.replace("\N{NARROW NO-BREAK SPACE}", " ")  # macOS writes it before AM and PM
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            told = _told(found.groupdict(), zones=zones)
            if told is not None:
                return told
    return None


def read(text: str) -> Told | None:
    """The time that a text is, as metadata has it; None where it is none."""
    text = text.strip()
    try:
        return Told(datetime.strptime(text, _C_TIME))  # noqa: DTZ007 - it is local, and says no zone
    except ValueError:
        return find(text)


def _told(parts: dict[str, str | None], *, zones: bool) -> Told | None:
    year = int(parts["year"] or 0)
    try:
        at = datetime(  # noqa: DTZ001 - the zone follows, where there is one
            year if year > 99 else 2000 + year,  # noqa: PLR2004 - two digits
            int(parts["month"] or 0),
            int(parts["day"] or 0),
            _hour(parts),
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
        )
        zone = _zone(parts.get("zone") or "", offsets=zones)
    except ValueError:  # the 31st of April
        return None
    return Told(at if zone is None else at.replace(tzinfo=zone), day_only=not parts.get("hour"))


def _hour(parts: dict[str, str | None]) -> int:
    hour, half = int(parts.get("hour") or 0), (parts.get("half") or "").lower()
    return hour % 12 + 12 * (half == "p") if half else hour


def _zone(text: str, *, offsets: bool) -> timezone | None:
    if text and text[0] not in "+-":
        return UTC
    if not text or not offsets:
        return None
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
