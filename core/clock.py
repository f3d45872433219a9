"""The time, and how sure one can be of it.

A Pi has no clock battery: until a time server or a phone has been met, its
wall time is nonsense and is reported as unknown. Intervals come from the
monotonic clock and are never computed from wall time.
"""

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Protocol

EARLIEST_PLAUSIBLE_MS = 1_767_225_600_000
"""2026-01-01: before this code was written, so an earlier wall time is an unset clock."""

STEP_MS = 2_000
"""A wall clock that moves further at once was set; what is less changes no order and no day."""

SLEW = 500e-6
"""The fastest that the kernel slews a clock: 1.8 s in an hour are no step."""

_STA_UNSYNC = 0x0040
"""In the status of adjtimex(2): no time server has been heard for long (16 s of possible error)."""

_TIMESYNC = Path("/run/systemd/timesync/synchronized")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The time when something was recorded, as far as it is known.

    `at_ms` is milliseconds since 1970 in UTC; `utc_offset_min` the wearer's
    zone there and then; `boot` and `boottime_ms` place it within one run of
    the machine, for when the wall clock was unset or wrong. `source` says where
    `at_ms` is from: given, metadata, name (of the file), file_time, clock, visitor or peer.
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

    def moved(self, by_ms: int) -> "Recorded":
        """So much later, or earlier; what is not known stays so."""
        return replace(
            self,
            at_ms=None if self.at_ms is None else self.at_ms + by_ms,
            boottime_ms=None if self.boottime_ms is None else self.boottime_ms + by_ms,
        )


def recorded_from_json(told: Mapping[str, Any]) -> Recorded:
    """What was written down as JSON. Raises TypeError for anything else: it may be garbled."""
    recorded = Recorded(**told)
    numbers = (recorded.at_ms, recorded.utc_offset_min, recorded.boottime_ms)
    if not all(each is None or type(each) is int for each in numbers):
        raise TypeError
    if not all(each is None or isinstance(each, str) for each in (recorded.boot, recorded.source)):
        raise TypeError
    return recorded


EARLIEST_MS = -62_104_060_800_000
"""0002-01-01 in UTC: a year after the first that a calendar here has, so that any zone has it."""

BEYOND_MS = 253_370_764_800_000
"""9999-01-01 in UTC: a year before the calendar ends."""

_A_DAY_MIN = 24 * 60
_MOST_BOOTTIME_MS = 2**53


def is_representable(recorded: Recorded) -> bool:
    """True where every part of this time can be stored, shown and reckoned with, in any zone."""
    at_ms, offset_min, boottime_ms = recorded.at_ms, recorded.utc_offset_min, recorded.boottime_ms
    return (
        (at_ms is None or EARLIEST_MS <= at_ms < BEYOND_MS)
        and (offset_min is None or abs(offset_min) < _A_DAY_MIN)
        and (boottime_ms is None or abs(boottime_ms) <= _MOST_BOOTTIME_MS)
    )


class Clock(Protocol):
    """Everything that may be asked about time."""

    def now_ms(self) -> int | None:
        """Milliseconds since 1970 in UTC, or None while the clock is unset."""

    def monotonic_s(self) -> float:
        """Seconds on a clock that only goes forward; for intervals."""

    def recorded_now(self) -> Recorded:
        """This instant, with everything that is known about it."""

    def is_kept_by_time_server(self) -> bool:
        """True where the wall clock is kept right from outside, so that no visitor knows better."""


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

    def is_kept_by_time_server(self) -> bool:
        return is_kept_by_time_server()


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now_ms: int | None = 1_790_000_000_000, *, kept: bool = False) -> None:
        self._now_ms = now_ms
        self._kept = kept
        self._monotonic_s = 1000.0
        self._asleep_s = 0.0

    def advance(self, seconds: float) -> None:
        self._monotonic_s += seconds
        if self._now_ms is not None:
            self._now_ms += round(seconds * 1000)

    def suspend(self, seconds: float) -> None:
        """The machine sleeps: its monotonic clock stands still, the others go on."""
        self._asleep_s += seconds
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
        source = None if self._now_ms is None else "clock"
        boottime_ms = round((self._monotonic_s + self._asleep_s) * 1000)
        return Recorded(self._now_ms, 0, "boot", boottime_ms, source)

    def is_kept_by_time_server(self) -> bool:
        return self._kept


@dataclass(frozen=True, slots=True)
class Step:
    """The wall clock was set: how far it was ahead of CLOCK_BOOTTIME before, and is now.

    `offset_before_ms` is None where the clock was unset before.
    """

    offset_before_ms: int | None
    offset_after_ms: int

    @property
    def moved_ms(self) -> int | None:
        if self.offset_before_ms is None:
            return None
        return self.offset_after_ms - self.offset_before_ms


class StepWatch:
    """Tells steps of the wall clock from its slewing and from suspend. No clock of its own.

    CLOCK_BOOTTIME goes on in suspend and is slewed with the wall clock; so the two part
    only in a step. Seconds or hours between two looks are the same to it.
    """

    def __init__(self, last: Recorded | None = None) -> None:
        """`last`: how the clocks stood earlier in this boot, as a heartbeat has them."""
        self._looked = last is not None and last.boottime_ms is not None
        self._wall_ms = None if last is None else last.at_ms
        self._boottime_ms = 0 if last is None else last.boottime_ms or 0

    def look(self, wall_ms: int | None, boottime_ms: int) -> Step | None:
        """Both clocks, read together (wall None while it is unset): the step since, if any.

        A clock that is set to nonsense makes none: nothing is right from there on. One that
        comes to be set makes one, so it wants to be looked at before that, too.
        """
        looked, before_ms = self._looked, self._offset_ms
        elapsed_ms = boottime_ms - self._boottime_ms
        self._looked, self._wall_ms, self._boottime_ms = True, wall_ms, boottime_ms
        after_ms = self._offset_ms
        if not looked or after_ms is None:
            return None
        if before_ms is not None and abs(after_ms - before_ms) <= STEP_MS + SLEW * elapsed_ms:
            return None
        return Step(before_ms, after_ms)

    @property
    def _offset_ms(self) -> int | None:
        return None if self._wall_ms is None else self._wall_ms - self._boottime_ms


def boot_id() -> str | None:
    """A random name for this run of the machine, or None where the kernel gives none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


def is_kept_by_time_server() -> bool:
    """True where a time server was heard lately; by the kernel, which knows it of every daemon.

    The kernel stops believing a clock some hours after the last word from a server, which
    a file that was touched once does not. Where it may not be asked (`ProtectClock=`), the
    file of systemd-timesyncd must do.
    """
    status = _adjtimex_status()
    return _TIMESYNC.exists() if status is None else not status & _STA_UNSYNC


def _adjtimex_status() -> int | None:
    """The status of the kernel's clock; asking changes nothing. None where it is refused."""
    import ctypes  # noqa: PLC0415 - capture never asks, and need not carry it

    class Timex(ctypes.Structure):
        """The beginning of `struct timex`, which differs in its integers' width alone."""

        _fields_ = (
            ("modes", ctypes.c_uint),
            ("offset", ctypes.c_long),
            ("freq", ctypes.c_long),
            ("maxerror", ctypes.c_long),
            ("esterror", ctypes.c_long),
            ("status", ctypes.c_int),
            ("rest", ctypes.c_byte * 256),
        )

    asked = Timex()
    answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(asked))
    return None if answer < 0 else int(asked.status)


def local_offset_min(at_ms: int) -> int:
    """Minutes east of UTC that this machine's zone had at that time. Never raises."""
    offset = datetime.fromtimestamp(_within_ms(at_ms) / 1000, UTC).astimezone().utcoffset()
    return round((offset or timedelta()).total_seconds() / 60)


def as_datetime(at_ms: int, utc_offset_min: int | None) -> datetime:
    """An aware datetime in the given zone, UTC where it is not known. Never raises.

    A time that no calendar has may have been stored before it was refused: the nearest is shown.
    """
    offset_min = max(1 - _A_DAY_MIN, min(utc_offset_min or 0, _A_DAY_MIN - 1))
    return datetime.fromtimestamp(_within_ms(at_ms) / 1000, _zone(offset_min))


@functools.cache
def _zone(offset_min: int) -> timezone:
    return timezone(timedelta(minutes=offset_min))


def _within_ms(at_ms: int) -> int:
    return max(EARLIEST_MS, min(at_ms, BEYOND_MS - 1))


def from_datetime(at: datetime, *, source: str) -> Recorded:
    """A recorded time out of a datetime; one without a zone is meant in this machine's."""
    aware = at.astimezone()  # leaves an aware time at its instant, reads a naive one as local
    offset = (at.utcoffset() if at.tzinfo else aware.utcoffset()) or timedelta()
    return Recorded(
        at_ms=round(aware.timestamp() * 1000),
        utc_offset_min=round(offset.total_seconds() / 60),
        source=source,
    )


_UNITS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))


def length_in_words(duration_ms: int) -> str:
    """A length in words: `40 ms`, `0.3 s`, `5 s`, `2 min 5 s`, `1 h 10 min`, `3 d 2 h`."""
    if duration_ms < 100:  # noqa: PLR2004 - a tenth of a second would be none
        return f"{duration_ms} ms"
    if duration_ms < 2_000:  # noqa: PLR2004 - below, a tenth of a second is still felt
        return f"{duration_ms / 1000:.1f} s"
    seconds = round(duration_ms / 1000)
    for unit_s, unit, part_s, part in _UNITS:
        if seconds >= unit_s:
            rest = seconds % unit_s // part_s
            return f"{seconds // unit_s} {unit}" + (f" {rest} {part}" if rest else "")
    return f"{seconds} s"
