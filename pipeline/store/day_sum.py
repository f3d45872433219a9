"""What a day's moments come to: how many have sound, and how much of it was written down. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.store.views.moment_fold import MomentRow

WRITTEN = frozenset({"words", "no_words"})


@dataclass(frozen=True, slots=True)
class DaySum:
    """Moments with sound, and their length; `written` were transcribed, with or without words."""

    kept: int = 0
    kept_ms: int = 0
    written: int = 0
    written_ms: int = 0


def sum_of(rows: Iterable[MomentRow]) -> DaySum:
    """The sum of these moments; a note that was typed has no sound."""
    sounding = [(row.words, row.duration_ms) for row in rows if row.duration_ms is not None]
    written_ms = [length_ms for words, length_ms in sounding if words in WRITTEN]
    kept_ms = sum(length_ms for _, length_ms in sounding)
    return DaySum(len(sounding), kept_ms, len(written_ms), sum(written_ms))
