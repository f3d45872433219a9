"""What was passed over on a day: how much and why in a sentence, and where on its strip. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.selection.reasons import reasons_counted
from dashboard.sentences import say
from pipeline.store.views.interval_fold import IntervalRow, read_passed

from .gaps import stretches
from .local_time import Clock


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of speech that was passed over, and the offset of the clock there and then."""

    since_ms: int
    until_ms: int
    utc_offset_min: int


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What was passed over on one day. There may be fewer utterances than were counted."""

    count: int = 0
    sentence: str = ""
    utterances: tuple[Utterance, ...] = ()


NOTHING_PASSED = PassedOver()


def passed_over(rows: Iterable[IntervalRow], day: date, clock: Clock) -> PassedOver:
    """Of that day; `rows` are the intervals around it in which something was passed over.

    Counts belong to the day on which their interval began.
    """
    counts: Counter[str] = Counter()
    utterances: list[Utterance] = []
    for stretch in stretches(rows, clock):
        told = read_passed(stretch.row)
        if stretch.first_day == day:
            counts.update(told.counts)
        for offset_ms, length_ms, _ in told.spans:
            since_ms = stretch.since_ms + offset_ms
            offset_min = stretch.offset_min(since_ms)
            if clock.at(since_ms, offset_min).date() == day:
                utterances.append(Utterance(since_ms, since_ms + length_ms, offset_min))
    return PassedOver(counts.total(), _sentence(counts, day, clock), tuple(utterances))


def _sentence(counts: Counter[str], day: date, clock: Clock) -> str:
    if not counts.total():
        return ""
    return say(
        "passed.today" if day == clock.today else "passed.that_day",
        count=counts.total(),
        why=reasons_counted(counts),
    )
