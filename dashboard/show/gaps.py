"""What a day has no sound of, in sentences: gaps, which were lost, and pauses, which were chosen.

Pure. A gap is lost sound; nobody wants to read of every tenth of a second, and none is hidden:
of the short ones a day is told in one line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from core.clock import length_in_words
from core.facts import gap_sentence
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow

from .local_time import Clock

SHORT_MS = 5_000
"""A gap that is shorter cost a few words at most."""

BY_THE_CLOCK_MS = 60_000
"""What is longer is told from when to when; of what is shorter the two times would be alike."""


@dataclass(frozen=True, slots=True)
class Break:
    """A stretch without sound, in the list of a day. `time` is empty where it stands for several.

    `at_ms` is where it stands among the moments.
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
        """Differs wherever it would look different."""
        return f"{self.kind}.{self.at_ms}/{self.sentence}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when until when, as far as that is known; a pause that is on lasts up to now."""

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
        """Where it was recorded; a zone that was the reader's follows the reader's changes."""
        own, here = self.row.utc_offset_min, self.clock.offset_min
        return here(at_ms) if own is None or own == here(self.since_ms) else own


def stretches(rows: Iterable[IntervalRow], clock: Clock) -> list[Stretch]:
    """Those of which at least one end is known; the others have no place on any day."""
    found = []
    for row in rows:
        end_ms = clock.now_ms if row.state == "on" else row.end_ms
        since_ms = end_ms if row.at_ms is None else row.at_ms
        if since_ms is not None:
            until_ms = since_ms if end_ms is None else max(since_ms, end_ms)
            found.append(Stretch(row, since_ms, until_ms, clock))
    return found


def breaks(found: Iterable[Stretch], day: date) -> tuple[Break, ...]:
    """What that day's list says of them; short gaps, where there are several, as one."""
    of_day = [each for each in found if each.is_of(day)]
    short = [each for each in of_day if is_short(each.row)]
    alone = [each for each in of_day if len(short) == 1 or each not in short]
    told = tuple(_break(each, day) for each in alone)
    return (*told, _together(short)) if len(short) > 1 else told


def is_short(row: IntervalRow) -> bool:
    return row.kind == "gap" and row.duration_ms is not None and row.duration_ms < SHORT_MS


def is_long_gap(row: IntervalRow) -> bool:
    """One that a month shows, too."""
    return row.kind == "gap" and (row.duration_ms is None or row.duration_ms >= BY_THE_CLOCK_MS)


def sentence(stretch: Stretch, day: date) -> str:
    """What is missing, told on that day."""
    row = stretch.row
    since, until = (_when(stretch, ms, day) for ms in (stretch.since_ms, stretch.until_ms))
    if row.kind == "pause":
        return _pause(row, since, until)
    if row.duration_ms is not None and row.duration_ms < BY_THE_CLOCK_MS:
        return gap_sentence(row.duration_ms, row.reason, estimated=bool(row.estimated))
    return f"Nothing was heard {_from_to(row, since, until)}: {_why(row)}"


def holes(row: MomentRow, missing: Iterable[IntervalRow]) -> str:
    """`0.4 s are missing at 0:12.`, for each gap of the same stream that lies within the sound.

    A gap and a clip both know when they began by the clock of their boot, which positions of
    one stream are tied to; so this holds however the wall clock was set.
    """
    stream = row.id.rpartition("-")[0]
    told = [_hole(row, gap) for gap in missing if gap.id.startswith(f"{stream}-")]
    return " ".join(filter(None, told))


def _hole(row: MomentRow, gap: IntervalRow) -> str:
    at_ms = _ms_into(row, gap)
    if gap.kind != "gap" or at_ms is None or not row.duration_ms or at_ms >= row.duration_ms:
        return ""
    if gap.duration_ms is None:
        return f"Sound is missing at {_place(at_ms)}." if at_ms >= 0 else ""
    ends_ms = min(at_ms + gap.duration_ms, row.duration_ms)
    inside_ms = ends_ms - max(at_ms, 0)
    if inside_ms <= 0:
        return ""
    about = "About " if gap.estimated else ""
    return f"{about}{length_in_words(inside_ms)} are missing at {_place(max(at_ms, 0))}."


def _ms_into(row: MomentRow, gap: IntervalRow) -> int | None:
    """How far into the sound the gap begins; None where no clock tells."""
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
        kind=stretch.row.kind,
        at_ms=stretch.since_ms,
        at=at.isoformat(timespec="seconds") if began_today else "",
        time=f"{at:%H:%M}" if began_today else "",
        zone=stretch.clock.zone_to_name(at) if began_today else "",
        sentence=sentence(stretch, day),
    )


def _together(short: Sequence[Stretch]) -> Break:
    rows = [each.row for each in short]
    length = length_in_words(sum(row.duration_ms or 0 for row in rows))
    about = "about " if any(row.estimated for row in rows) else ""
    told = f"{len(rows)} short gaps, {about}{length} in all."
    return Break("gap", min(each.since_ms for each in short), "", "", "", told)


def _pause(row: IntervalRow, since: str, until: str) -> str:
    if row.at_ms is None:
        return f"Paused until {until}; since when is not known."
    if row.state == "on":
        return f"Paused since {since}."
    if row.end_ms is None:
        return f"Paused from {since}; until when is not known."
    if row.duration_ms is not None and row.duration_ms < BY_THE_CLOCK_MS:
        return f"Paused for {length_in_words(row.duration_ms)}."
    return f"Paused from {since} to {until}."


def _from_to(row: IntervalRow, since: str, until: str) -> str:
    if row.at_ms is None:
        return f"for a time that is not known, until {until}"
    about = "about " if row.estimated or row.uncertain_ms else ""
    if row.end_ms is None:
        return f"from {about}{since} on, for a time that is not known"
    return f"from {about}{since} to {until}"


def _why(row: IntervalRow) -> str:
    """The second half of the sentence that the log and the doctor tell, too."""
    told = gap_sentence(
        None, row.reason, estimated=bool(row.estimated), uncertain_ms=row.uncertain_ms
    )
    return told.partition(": ")[2]


def _when(stretch: Stretch, at_ms: int, day: date) -> str:
    """`14:03`, with the day where it is another, with the zone where it would mislead."""
    at = stretch.clock.at(at_ms, stretch.offset_min(at_ms))
    other_day = "" if at.date() == day else f"{at:%a} {at.day} {at:%b}, "
    zone = stretch.clock.zone_to_name(at)
    return f"{other_day}{at:%H:%M}{f' ({zone})' if zone else ''}"
