"""Missing sound in sentences: gaps, which are lost, and pauses, which were chosen. Pure.

Nobody wants to read of every lost tenth of a second, and none is hidden: the short gaps of a
day share one line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from core.clock import length_in_words
from core.facts import gap_sentence
from dashboard.sentences import say
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow

from .dates import other_day
from .local_time import Clock

SHORT_MS = 5_000
"""Shorter gaps cost a few words at most."""

BY_THE_CLOCK_MS = 60_000
"""Longer gaps and pauses get two times; of shorter ones the two would look alike."""


@dataclass(frozen=True, slots=True)
class Break:
    """A line about missing sound, in the list of a day. `time` is empty where it is about several.

    `at_ms` is its place among the moments.
    """

    is_break: ClassVar[bool] = True

    kind: Literal["gap", "pause"]
    at_ms: int
    at: str
    time: str
    zone: str
    sentence: str

    @property
    def version(self) -> str:
        """A text that differs wherever the line would look different."""
        return f"{self.kind}.{self.at_ms}/{self.sentence}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """An interval with two ends, as far as they are known; a pause that is on lasts up to now."""

    row: IntervalRow
    since_ms: int
    until_ms: int
    clock: Clock

    @property
    def first_day(self) -> date:
        return self.clock.at(self.since_ms, self.offset_min(self.since_ms)).date()

    @property
    def last_day(self) -> date:
        return self.clock.at(self.until_ms, self.offset_min(self.until_ms)).date()

    def is_of(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def offset_min(self, at_ms: int) -> int:
        """The offset there and then; a zone that was the reader's follows the reader's changes."""
        own, here = self.row.utc_offset_min, self.clock.offset_min
        return here(at_ms) if own is None or own == here(self.since_ms) else own


def stretches(rows: Iterable[IntervalRow], clock: Clock) -> list[Stretch]:
    """A stretch for each interval with at least one known end; the others belong to no day."""
    found = []
    for row in rows:
        end_ms = clock.now_ms if row.state == "on" else row.end_ms
        since_ms = end_ms if row.at_ms is None else row.at_ms
        if since_ms is not None:
            until_ms = since_ms if end_ms is None else max(since_ms, end_ms)
            found.append(Stretch(row, since_ms, until_ms, clock))
    return found


def breaks(found: Iterable[Stretch], day: date) -> tuple[Break, ...]:
    """The lines of that day's list; one for all short gaps, where there are several."""
    of_day = [each for each in found if each.is_of(day)]
    short = [each for each in of_day if is_short(each.row)]
    alone = [each for each in of_day if len(short) == 1 or each not in short]
    lines = tuple(_break(each, day) for each in alone)
    return (*lines, _together(short)) if len(short) > 1 else lines


def is_short(row: IntervalRow) -> bool:
    return row.kind == "gap" and row.duration_ms is not None and row.duration_ms < SHORT_MS


def is_long_gap(row: IntervalRow) -> bool:
    """True for a gap that the page of a month shows, too."""
    return row.kind == "gap" and (row.duration_ms is None or row.duration_ms >= BY_THE_CLOCK_MS)


def sentence(stretch: Stretch, day: date) -> str:
    """The sentence about it in the list of that day."""
    row = stretch.row
    since, until = (_when(stretch, ms, day) for ms in (stretch.since_ms, stretch.until_ms))
    if row.kind == "pause":
        return _pause(row, since, until)
    if row.duration_ms is not None and row.duration_ms < BY_THE_CLOCK_MS:
        return gap_sentence(row.duration_ms, row.reason, estimated=bool(row.estimated))
    return _nothing_heard(row, since, until)


def missing_sound(row: MomentRow, missing: Iterable[IntervalRow]) -> str:
    """`0.4 s are missing at 0:12.`: a sentence for each gap within the sound of the moment.

    A gap and a clip both know when they began by the clock of their boot, which positions of
    one stream are tied to; so this holds however the wall clock was set.
    """
    stream = row.id.rpartition("-")[0]
    sentences = [_missing(row, gap) for gap in missing if gap.id.startswith(f"{stream}-")]
    return " ".join(filter(None, sentences))


def _missing(row: MomentRow, gap: IntervalRow) -> str:
    at_ms = _ms_into(row, gap)
    if gap.kind != "gap" or at_ms is None or not row.duration_ms or at_ms >= row.duration_ms:
        return ""
    if gap.duration_ms is None:
        return say("gap.some_missing", place=_place(at_ms)) if at_ms >= 0 else ""
    ends_ms = min(at_ms + gap.duration_ms, row.duration_ms)
    inside_ms = ends_ms - max(at_ms, 0)
    if inside_ms <= 0:
        return ""
    length, place = length_in_words(inside_ms), _place(max(at_ms, 0))
    return say("gap.about_missing" if gap.estimated else "gap.missing", length=length, place=place)


def _ms_into(row: MomentRow, gap: IntervalRow) -> int | None:
    """The place in the sound where the gap begins; None where no clock knows."""
    if row.boot is None or row.boot != gap.boot:
        return None
    if row.boottime_ms is None or gap.boottime_ms is None:
        return None
    return gap.boottime_ms - row.boottime_ms


def _place(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


def _break(stretch: Stretch, day: date) -> Break:
    at = stretch.clock.at(stretch.since_ms, stretch.offset_min(stretch.since_ms))
    began_today = stretch.first_day == day
    return Break(
        kind="pause" if stretch.row.kind == "pause" else "gap",
        at_ms=stretch.since_ms,
        at=at.isoformat(timespec="seconds") if began_today else "",
        time=f"{at:%H:%M}" if began_today else "",
        zone=stretch.clock.zone_to_name(at) if began_today else "",
        sentence=sentence(stretch, day),
    )


def _together(short: Sequence[Stretch]) -> Break:
    rows = [each.row for each in short]
    length = length_in_words(sum(row.duration_ms or 0 for row in rows))
    is_about = any(row.estimated for row in rows)
    together = say("gap.about_short" if is_about else "gap.short", count=len(rows), length=length)
    return Break("gap", min(each.since_ms for each in short), "", "", "", together)


def _pause(row: IntervalRow, since: str, until: str) -> str:
    if row.at_ms is None:
        return say("gap.paused_until", until=until)
    if row.state == "on":
        return say("gap.paused_since", since=since)
    if row.end_ms is None:
        return say("gap.paused_from", since=since)
    if row.duration_ms is not None and row.duration_ms < BY_THE_CLOCK_MS:
        return say("gap.paused_for", length=length_in_words(row.duration_ms))
    return say("gap.paused", since=since, until=until)


def _nothing_heard(row: IntervalRow, since: str, until: str) -> str:
    if row.at_ms is None:
        return say("gap.until", until=until, why=_why(row))
    is_about = row.estimated or row.uncertain_ms
    if row.end_ms is None:
        return say("gap.about_from" if is_about else "gap.from", since=since, why=_why(row))
    return say(
        "gap.about_between" if is_about else "gap.between", since=since, until=until, why=_why(row)
    )


def _why(row: IntervalRow) -> str:
    """The reason: the second half of the sentence that is in the log and in `doctor`, too."""
    whole = gap_sentence(
        None, row.reason, estimated=bool(row.estimated), uncertain_ms=row.uncertain_ms
    )
    return whole.partition(": ")[2]


def _when(stretch: Stretch, at_ms: int, day: date) -> str:
    """`14:03`, with the day where it is another, and the zone where it would mislead."""
    at = stretch.clock.at(at_ms, stretch.offset_min(at_ms))
    shown = f"{at:%H:%M}" if at.date() == day else other_day(at)
    zone = stretch.clock.zone_to_name(at)
    return f"{shown} ({zone})" if zone else shown
