"""What time it is, and how sure one can be of it.

A Pi has no clock battery: until a time server or a phone has been met, its
wall time is nonsense and is reported as unknown. Intervals come from the
monotonic clock and are never computed from wall time.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

EARLIEST_PLAUSIBLE_MS = 1_767_225_600_000
"""2026-01-01: before this code was written, so an earlier wall time is an unset clock."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """When something was recorded, as far as it is known.

    `at_ms` is milliseconds since 1970 in UTC; `utc_offset_min` the wearer's
    zone there and then; `boot` and `boottime_ms` place it within one run of
    the machine, for when the wall clock was unset. `source` says where `at_ms`
    is from: given, metadata, file_time or clock.
    """

    at_ms: int | None = None
    utc_offset_min: int | None = None
    boot: str | None = None
    boottime_ms: int | None = None
    source: str | None = None

    @property
    def at(self) -> datetime | None:
        """The same time as an aware datetime, in the zone where it was recorded."""
        return None if self.at_ms is None else as_datetime(self.at_ms, self.utc_offset_min)


class Clock(Protocol):
    """What the house may ask about time."""

    def now_ms(self) -> int | None:
        """Milliseconds since 1970 in UTC, or None while the clock is unset."""

    def monotonic_s(self) -> float:
        """Seconds on a clock that only goes forward; for intervals."""

    def recorded_now(self) -> Recorded:
        """This instant, with everything that is known about it."""


class SystemClock:
    """The machine's own clocks."""

    def now_ms(self) -> int | None:
        now_ms = time.time_ns() // 1_000_000
        return now_ms if now_ms >= EARLIEST_PLAUSIBLE_MS else None

    def monotonic_s(self) -> float:
        return time.monotonic()

    def recorded_now(self) -> Recorded:
        now_ms = self.now_ms()
        return Recorded(
            at_ms=now_ms,
            utc_offset_min=None if now_ms is None else local_offset_min(now_ms),
            boot=boot_id(),
            boottime_ms=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000,
            source=None if now_ms is None else "clock",
        )


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now_ms: int | None = 1_790_000_000_000) -> None:
        self._now_ms = now_ms
        self._monotonic_s = 1000.0

    def advance(self, seconds: float) -> None:
        self._monotonic_s += seconds
        if self._now_ms is not None:
            self._now_ms += round(seconds * 1000)

    def set(self, now_ms: int | None) -> None:
        """Step the wall clock; the monotonic one does not notice."""
        self._now_ms = now_ms

    def now_ms(self) -> int | None:
        return self._now_ms

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def recorded_now(self) -> Recorded:
        return Recorded(self._now_ms, 0, "boot", round(self._monotonic_s * 1000), "clock")


def boot_id() -> str | None:
    """A random name for this run of the machine, or None where the kernel gives none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


def local_offset_min(at_ms: int) -> int:
    """Minutes east of UTC that this machine's zone had at that time."""
    offset = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().utcoffset()
    return round((offset or timedelta()).total_seconds() / 60)


def as_datetime(at_ms: int, utc_offset_min: int | None) -> datetime:
    """An aware datetime in the given zone, UTC where it is not known."""
    zone = timezone(timedelta(minutes=utc_offset_min or 0))
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)


def from_datetime(at: datetime, *, source: str) -> Recorded:
    """A recorded time out of a datetime; one without a zone is meant in this machine's."""
    aware = at.astimezone()  # leaves an aware time at its instant, reads a naive one as local
    offset = (at.utcoffset() if at.tzinfo else aware.utcoffset()) or timedelta()
    return Recorded(
        at_ms=round(aware.timestamp() * 1000),
        utc_offset_min=round(offset.total_seconds() / 60),
        source=source,
    )
