"""A day from left to right: its moments, what is missing, its hours. Pure.

A place on it is the time that a clock showed there and then. A day on which the clock was
changed is as long as it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from dashboard.sentences import say
from pipeline.store.views.moment_fold import MomentRow

from .gaps import Stretch, sentence
from .local_time import Clock
from .passed_over import NOTHING_PASSED, PassedOver

FIRST_HOUR = 6
"""The strip begins here, unless something was said or lost earlier."""

LEFT_X, WIDE_X = 2.0, 96.0
"""Per cent: a moment at either end has space for its dot."""

FINEST_X = 0.25
"""Per cent, a pixel of a phone: utterances that are nearer together are one stretch of grey."""

WIDEST = 1000
"""What the grey is drawn in, from left to right."""

NARROWEST_X = 0.6
"""Per cent, two pixels of a phone: a gap of a second is seen, too."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the strip of its day; `x` in per cent."""

    id: str
    x: float
    time: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A gap or a pause on the strip; from `x`, `wide` in per cent."""

    kind: Literal["gap", "pause"]
    x: float
    wide: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The day from left to right.

    `passed` draws what was passed over, out of `passed_count` utterances, as an SVG path in a box
    that is `WIDEST` wide and 1 high; empty for none.
    """

    marks: tuple[Mark, ...]
    missing: tuple[Missing, ...]
    hours: tuple[tuple[float, str], ...]
    now_x: float | None
    passed: str = ""
    passed_count: int = 0

    @property
    def label(self) -> str:
        """The strip in words, for those who do not see it."""
        gaps = sum(each.kind == "gap" for each in self.missing)
        pauses = len(self.missing) - gaps
        parts = [
            say("strip.moments", count=len(self.marks)),
            *([say("strip.gaps", count=gaps)] if gaps else []),
            *([say("strip.pauses", count=pauses)] if pauses else []),
            *([say("strip.passed", count=self.passed_count)] if self.passed_count else []),
        ]
        return say("strip.label", parts=", ".join(parts))


@dataclass(frozen=True, slots=True)
class _Axis:
    """The reader's day as a scale: an instant in, per cent out."""

    begin_ms: int
    end_ms: int

    def x(self, at_ms: int) -> float:
        within_ms = min(max(at_ms, self.begin_ms), self.end_ms) - self.begin_ms
        return round(LEFT_X + WIDE_X * within_ms / (self.end_ms - self.begin_ms), 2)


def strip(
    rows: Iterable[MomentRow],
    found: Iterable[Stretch],
    day: date,
    clock: Clock,
    passed: PassedOver = NOTHING_PASSED,
) -> Strip:
    """One day; rows and stretches of others are left out. `passed` is of that day alone."""
    marks = [
        (row, placed)
        for row in rows
        if row.at_ms is not None and clock.at(row.at_ms, row.utc_offset_min).date() == day
        for placed in [_placed_ms(row.at_ms, row.utc_offset_min, clock)]
    ]
    of_day = [(each, *_placed(each)) for each in found if each.is_of(day)]
    lost_ms = [since_ms for each, since_ms, _ in of_day if each.row.kind == "gap"]
    axis = _axis([*(placed for _, placed in marks), *lost_ms], day, clock)
    return Strip(
        marks=tuple(Mark(row.id, axis.x(ms), _time(row, clock)) for row, ms in marks),
        missing=tuple(
            _missing(each, axis, since_ms, until_ms, day)
            for each, since_ms, until_ms in of_day
            if until_ms >= axis.begin_ms
        ),
        hours=_hours(axis, day, clock),
        now_x=axis.x(clock.now_ms) if axis.begin_ms <= clock.now_ms < axis.end_ms else None,
        passed=_grey(passed, axis, clock),
        passed_count=passed.count,
    )


def _axis(placed: Sequence[int], day: date, clock: Clock) -> _Axis:
    """The scale from the hour of the earliest to the midnight after it."""
    six_ms = clock.reads_ms(datetime.combine(day, time(FIRST_HOUR)))
    earliest_ms = max(min([six_ms, *placed]), clock.midnight_ms(day))
    whole = clock.at(earliest_ms).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    return _Axis(
        min(earliest_ms, clock.reads_ms(whole)), clock.midnight_ms(day + timedelta(days=1))
    )


def _hours(axis: _Axis, day: date, clock: Clock) -> tuple[tuple[float, str], ...]:
    at_ms = {hour: clock.reads_ms(datetime.combine(day, time(hour))) for hour in (6, 12, 18)}
    return tuple((axis.x(ms), str(hour)) for hour, ms in at_ms.items() if ms >= axis.begin_ms)


def _missing(stretch: Stretch, axis: _Axis, since_ms: int, until_ms: int, day: date) -> Missing:
    x, until_x = axis.x(since_ms), axis.x(until_ms)
    wide = round(max(until_x - x, NARROWEST_X), 2)
    kind: Literal["gap", "pause"] = "pause" if stretch.row.kind == "pause" else "gap"
    return Missing(kind, x, wide, sentence(stretch, day))


def _grey(passed: PassedOver, axis: _Axis, clock: Clock) -> str:
    """A rectangle for each pixel or more in which somebody spoke and nothing was kept."""
    pixels: set[int] = set()
    for each in passed.utterances:
        offset_min = each.utc_offset_min
        ends_ms = [_placed_ms(ms, offset_min, clock) for ms in (each.since_ms, each.until_ms)]
        if ends_ms[1] >= axis.begin_ms:
            first, last = (int(axis.x(ms) / FINEST_X) for ms in ends_ms)
            pixels.update(range(first, last + 1))
    wide = round(WIDEST * FINEST_X / 100, 2)
    begins = [each for each in sorted(pixels) if each - 1 not in pixels]
    ends = [each for each in sorted(pixels) if each + 1 not in pixels]
    return "".join(
        f"M{first * wide:g} 0h{(last + 1 - first) * wide:g}v1h-{(last + 1 - first) * wide:g}z"
        for first, last in zip(begins, ends, strict=True)
    )


def _placed(stretch: Stretch) -> tuple[int, int]:
    since_ms, until_ms = (
        _placed_ms(ms, stretch.offset_min(ms), stretch.clock)
        for ms in (stretch.since_ms, stretch.until_ms)
    )
    return since_ms, until_ms


def _placed_ms(at_ms: int, offset_min: int | None, clock: Clock) -> int:
    """The instant at which the reader's clock shows what a clock there showed."""
    if offset_min is None or offset_min == clock.offset_min(at_ms):
        return at_ms
    return clock.reads_ms(clock.at(at_ms, offset_min).replace(tzinfo=None))


def _time(row: MomentRow, clock: Clock) -> str:
    assert row.at_ms is not None
    at = clock.at(row.at_ms, row.utc_offset_min)
    return f"{at:%H:%M} {clock.zone_to_name(at)}".rstrip()
