"""What of today is in the archive, as `status` tells it."""

from collections import Counter
from datetime import date
from typing import Any

from core.clock import Clock, as_datetime
from pipeline.store.day_sum import sum_of
from pipeline.store.port import Period, Reader
from pipeline.store.views.interval_fold import IntervalRow, read_passed
from pipeline.store.views.moment_fold import MomentRow

_DAY_MS = 86_400_000


async def today(archive: Reader, clock: Clock) -> dict[str, Any] | None:
    """The moments of today with sound, how much of that was written down, what was passed over.

    Today is the date that the clock shows here; a moment's, the one where it was recorded. None
    while the clock is not set.
    """
    now = clock.recorded_now()
    if now.at is None or now.at_ms is None:
        return None
    near = Period(now.at_ms - 2 * _DAY_MS, now.at_ms + 2 * _DAY_MS)
    day = now.at.date()
    found = sum_of(row for row in await archive.moments(near) if _day_of(row) == day)
    passed: Counter[str] = Counter()
    for interval in await archive.passed_over(near):
        if _day_of(interval) == day:
            passed.update(read_passed(interval).counts)
    return {
        "day": f"{day}",
        "kept": found.kept,
        "kept_s": found.kept_ms / 1000,
        "transcribed": found.written,
        "transcribed_s": found.written_ms / 1000,
        "passed_over": dict(sorted(passed.items())),
    }


def _day_of(row: MomentRow | IntervalRow) -> date | None:
    return None if row.at_ms is None else as_datetime(row.at_ms, row.utc_offset_min).date()
