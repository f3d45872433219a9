"""Time where the reader of the page is: days that begin at midnight, zones that have names.

Pure, but for the machine's own zone. An offset is minutes east of UTC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from core.clock import as_datetime, local_offset_min

DAY_MS = 86_400_000
MINUTE_MS = 60_000

EASTMOST_MS = 14 * 60 * MINUTE_MS
WESTMOST_MS = 12 * 60 * MINUTE_MS
"""The outermost zones: a date begins 14 h before UTC's, and is over 12 h after it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Now, and the reader's zone as its offset at any time."""

    now_ms: int
    offset_min: Callable[[int], int] = local_offset_min

    @property
    def now(self) -> datetime:
        return self.at(self.now_ms)

    @property
    def today(self) -> date:
        return self.now.date()

    def at(self, at_ms: int, offset_min: int | None = None) -> datetime:
        """The instant in the zone of its recording; in the reader's where that is not known."""
        return as_datetime(at_ms, self.offset_min(at_ms) if offset_min is None else offset_min)

    def reads_ms(self, shown: datetime) -> int:
        """The first instant at which the reader's clock shows this date and time.

        For a time that a change to summer time leaves out: the instant of the change.
        """
        wall_ms = round(shown.replace(tzinfo=UTC).timestamp() * 1000)
        instants = [wall_ms - offset * MINUTE_MS for offset in self._offsets_around(wall_ms)]
        real = [each for each in instants if each + self._offset_ms(each) == wall_ms]
        return min(real) if real else max(instants)

    def midnight_ms(self, day: date) -> int:
        """The instant at which that day begins here."""
        return self.reads_ms(datetime.combine(day, time()))

    def is_doubled(self, at_ms: int) -> bool:
        """True where the reader's clock shows this time twice: the hour that is put back."""
        wall_ms = at_ms + self._offset_ms(at_ms)
        others = {wall_ms - offset * MINUTE_MS for offset in self._offsets_around(at_ms)} - {at_ms}
        return any(each + self._offset_ms(each) == wall_ms for each in others)

    def zone_to_name(self, at: datetime) -> str:
        """`UTC+2` where the time alone would mislead the reader: another zone, a doubled hour."""
        at_ms = round(at.timestamp() * 1000)
        is_here = _minutes_east(at) == self.offset_min(at_ms)
        return "" if is_here and not self.is_doubled(at_ms) else zone_name(at)

    def _offset_ms(self, at_ms: int) -> int:
        return self.offset_min(at_ms) * MINUTE_MS

    def _offsets_around(self, at_ms: int) -> set[int]:
        """The offsets a day before and after; no zone changes twice within two days."""
        return {self.offset_min(at_ms - DAY_MS), self.offset_min(at_ms + DAY_MS)}


def anywhere(day: date) -> tuple[int, int]:
    """The first and the last instant of this day anywhere on earth."""
    midnight_ms = round(datetime.combine(day, time(), UTC).timestamp() * 1000)
    return midnight_ms - EASTMOST_MS, midnight_ms + DAY_MS + WESTMOST_MS


def zone_name(at: datetime) -> str:
    """`UTC`, `UTC+2`, `UTC+5:30`, `UTC-3`: understood everywhere."""
    east = _minutes_east(at)
    if east == 0:
        return "UTC"
    hours, minutes = divmod(abs(east), 60)
    return f"UTC{'+' if east > 0 else '-'}{hours}{f':{minutes:02d}' if minutes else ''}"


def _minutes_east(at: datetime) -> int:
    offset = at.utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)
