"""The fold of a gap, a pause, or what was passed over: its one or two events become one row.

Pure. The same events give the same row in whatever order they came in.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.clock import Recorded
from core.facts import ms_between
from pipeline.store.format.events import Event
from pipeline.store.format.readable import PASSED, has_shape, json_object

from .clock_corrections import Corrections, corrected, read_recorded

KINDS = frozenset({"gap_found", "pause_began", "pause_ended", "passed_over"})


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One row of the view `interval`: a stretch of which no sound is there, and why.

    `at_ms` is null while the beginning is not known, `end_ms` while the end is not; `state`
    is `on` for a pause that nobody has ended. `reason` is the gap's, or who began the pause, or
    why most was passed over; `passed` then has all of it, as `read_passed` gives it.
    """

    id: str
    kind: Literal["gap", "pause", "passed"]
    state: Literal["on", "over"]
    at_ms: int | None
    utc_offset_min: int | None
    boot: str | None
    boottime_ms: int | None
    end_ms: int | None
    end_boot: str | None
    duration_ms: int | None
    uncertain_ms: int | None
    estimated: int
    reason: str
    noted_lamport: int
    noted_origin: str
    noted_seq: int
    passed: str | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """What was passed over in an interval: counts by reason, and stretches.

    A stretch is its offset into the interval and its length, both in ms, and its reason. There
    may be fewer of them than were counted.
    """

    counts: Mapping[str, int]
    spans: Sequence[tuple[int, int, str]]


def read_passed(row: IntervalRow) -> Passed:
    """What was passed over in this interval; nothing for a gap or a pause."""
    told = json_object(row.passed or "") or {}
    if not has_shape(told, PASSED):  # a damaged row tells nothing
        return Passed({}, ())
    return Passed(told["counts"], [tuple(each) for each in told["spans"]])


def fold_interval(events: Iterable[Event], clocks: Corrections) -> IntervalRow | None:
    """The row of one gap or pause; None where the events are about neither."""
    facts = [each for each in events if each.kind in KINDS and each.version == 1]
    ordered = sorted(facts, key=lambda each: each.order)
    if not ordered:
        return None
    if ordered[0].kind == "gap_found":
        return _gap(ordered[0], clocks)
    if ordered[0].kind == "passed_over":
        return _passed(ordered[0], clocks)
    return _pause(ordered, clocks)


def _gap(found: Event, clocks: Corrections) -> IntervalRow:
    payload = found.payload
    return _row(
        found,
        began=read_recorded(payload["recorded"]),
        ended=None if payload["ended"] is None else read_recorded(payload["ended"]),
        clocks=clocks,
        duration_ms=payload["duration_ms"],
        uncertain_ms=payload["uncertain_ms"],
        estimated=int(payload["estimated"]),
        kind="gap",
        state="over",
        reason=payload["reason"],
    )


def _passed(found: Event, clocks: Corrections) -> IntervalRow:
    payload, counts = found.payload, found.payload["counts"]
    told = {"counts": counts, "spans": payload["spans"]}
    return _row(
        found,
        began=read_recorded(payload["recorded"]),
        ended=None,
        clocks=clocks,
        duration_ms=payload["duration_ms"],
        uncertain_ms=None,
        estimated=0,
        kind="passed",
        state="over",
        reason=max(sorted(counts), key=lambda reason: counts[reason], default=""),
        passed=json.dumps(told, ensure_ascii=False, sort_keys=True),
    )


def _pause(events: Sequence[Event], clocks: Corrections) -> IntervalRow:
    """Its beginning may be missing: it could not be written, or has not come yet."""
    began = next((each for each in events if each.kind == "pause_began"), None)
    ended = next((each for each in events if each.kind == "pause_ended"), None)
    begin, end = _when(began), _when(ended)
    return _row(
        began or events[0],
        began=begin or Recorded(),
        ended=end,
        clocks=clocks,
        duration_ms=None,
        uncertain_ms=None,
        estimated=0,
        kind="pause",
        state="on" if ended is None else "over",
        reason=(began or events[0]).payload["by"],
    )


def _when(event: Event | None) -> Recorded | None:
    return None if event is None else read_recorded(event.payload["recorded"])


def _row(
    noted: Event,
    *,
    began: Recorded,
    ended: Recorded | None,
    clocks: Corrections,
    duration_ms: int | None,
    **rest: Any,  # noqa: ANN401 - the columns that need no working out
) -> IntervalRow:
    begin = corrected(began, clocks)
    end = None if ended is None else corrected(ended, clocks)
    at_ms, end_ms = begin.at_ms, None if end is None else end.at_ms
    if duration_ms is None and ended is not None:
        duration_ms = ms_between(began, ended)
    if duration_ms is not None:
        at_ms, end_ms = _by_length(at_ms, end_ms, duration_ms)
    elif at_ms is not None and end_ms is not None:
        at_ms = at_ms if at_ms <= end_ms else None  # one of the clocks was wrong
        duration_ms = None if at_ms is None else end_ms - at_ms
    zone = begin.utc_offset_min if end is None or at_ms is not None else end.utc_offset_min
    return IntervalRow(
        id=noted.subject,
        at_ms=at_ms,
        utc_offset_min=zone,
        boot=began.boot,
        boottime_ms=began.boottime_ms,
        end_ms=end_ms,
        end_boot=None if ended is None else ended.boot,
        duration_ms=duration_ms,
        noted_lamport=noted.lamport,
        noted_origin=noted.origin,
        noted_seq=noted.seq,
        **rest,
    )


def _by_length(
    at_ms: int | None, end_ms: int | None, duration_ms: int
) -> tuple[int | None, int | None]:
    """Both ends out of one of them; the end is believed first: within a boot clocks get better."""
    if end_ms is not None:
        return end_ms - duration_ms, end_ms
    return (None, None) if at_ms is None else (at_ms, at_ms + duration_ms)
