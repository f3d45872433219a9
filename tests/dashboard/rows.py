"""Rows as the views have them, for tests that need no archive."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from dashboard.show.local_time import Clock
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow


def utc_ms(day: int, hour: float, month: int = 11, year: int = 2026) -> int:
    midnight = datetime(year, month, day, tzinfo=UTC)
    return ms_of(midnight + timedelta(hours=hour))


def ms_of(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def at_ms(shown: str, offset_min: int = 0) -> int:
    """The instant at which a clock of that offset shows `2026-10-25 02:30`."""
    zone = timezone(timedelta(minutes=offset_min))
    return ms_of(datetime.fromisoformat(shown).replace(tzinfo=zone))


def utc(now_ms: int) -> Clock:
    """A reader in UTC."""
    return Clock(now_ms, lambda _: 0)


def in_zone(now_ms: int, zone: str) -> Clock:
    """A reader in a zone that has its changes."""
    tz = ZoneInfo(zone)

    def offset_min(ms: int) -> int:
        offset = datetime.fromtimestamp(ms / 1000, tz).utcoffset()
        return 0 if offset is None else round(offset.total_seconds() / 60)

    return Clock(now_ms, offset_min)


_MOMENT = MomentRow(
    id="a-1",
    state="visible",
    how="press",
    reasons="[]",
    at_ms=utc_ms(20, 9),
    utc_offset_min=0,
    boot="boot",
    boottime_ms=1_000_000,
    kept_lamport=1,
    kept_origin="o",
    kept_seq=1,
    revision=0,
    duration_ms=9_400,
    words="words",
    text="the siren is too loud",
    transcript="t",
    sound="abc",
    speaker=None,
    source=None,
    ref=None,
    line=None,
)

_GAP = IntervalRow(
    id="a-5-gap_found",
    kind="gap",
    state="over",
    at_ms=utc_ms(20, 14),
    utc_offset_min=0,
    boot="boot",
    boottime_ms=1_000_000,
    end_ms=utc_ms(20, 14) + 420_000,
    end_boot=None,
    duration_ms=420_000,
    uncertain_ms=None,
    estimated=0,
    reason="stopped",
    noted_lamport=1,
    noted_origin="o",
    noted_seq=1,
)


def moment(**fields: object) -> MomentRow:
    return replace(_MOMENT, **fields)  # type: ignore[arg-type]


def gap(since_ms: int, duration_ms: int, **fields: object) -> IntervalRow:
    known = {"at_ms": since_ms, "end_ms": since_ms + duration_ms, "duration_ms": duration_ms}
    return replace(_GAP, **known, **fields)  # type: ignore[arg-type]


def gap_of_no_length(at: int | None, end: int | None, **fields: object) -> IntervalRow:
    known = {"at_ms": at, "end_ms": end, "duration_ms": None}
    return replace(_GAP, **known, **fields)  # type: ignore[arg-type]


def pause(since_ms: int, duration_ms: int, **fields: object) -> IntervalRow:
    return gap(since_ms, duration_ms, **{"kind": "pause", "reason": "button", **fields})


def passed(
    since_ms: int, counts: Mapping[str, int], spans: Sequence[tuple[int, int]], **fields: object
) -> IntervalRow:
    """Utterances that were passed over; of each the offset and the length."""
    length_ms = max((offset + length for offset, length in spans), default=0)
    told = {"counts": counts, "spans": [[*span, next(iter(counts))] for span in spans]}
    known = {"kind": "passed", "reason": "", "passed": json.dumps(told)}
    return gap(since_ms, length_ms, **known, **fields)


def pause_that_is_on(since_ms: int) -> IntervalRow:
    fields = {"kind": "pause", "state": "on", "reason": "switch"}
    return gap_of_no_length(since_ms, None, **fields)
