"""What was passed over, counted by reason, and written down now and then: no word, no sound."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.audio import RATE_HZ, Span
from core.clock import Recorded
from core.facts import Fact, passed_over

EVERY_S = 600.0
"""How often it is written down: an event for each utterance would fill the journal."""

MOST_SPANS = 200
"""Stretches to one event. What is beyond is in the counts."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch that was passed over; `began` is when its first sample was heard."""

    spoken: Span
    reason: str
    began: Recorded


class PassedOver:
    """Owned by the capture loop. `counts` is since the start; `write` receives each fact."""

    def __init__(self, stream: str, write: Callable[[Fact], None]) -> None:
        self._stream = stream
        self._write = write
        self._counts: Counter[str] = Counter()
        self._new: list[Stretch] = []
        self._since_s: float | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        return dict(self._counts)

    def add(self, stretch: Stretch, now_s: float) -> None:
        """Count it."""
        self._counts[stretch.reason] += 1
        self._new.append(stretch)
        if self._since_s is None:
            self._since_s = now_s

    def turn(self, now_s: float) -> None:
        """Write down what is new, if it is time."""
        if self._since_s is not None and now_s - self._since_s >= EVERY_S:
            self.settle()

    def settle(self) -> None:
        """Write down what is new, now."""
        found = sorted(self._new, key=lambda each: each.spoken.start)
        self._new, self._since_s = [], None
        if found:
            self._write(_fact(self._stream, found))


def _fact(stream: str, found: list[Stretch]) -> Fact:
    first = found[0].spoken.start
    spans = [
        (_ms(each.spoken.start - first), _ms(each.spoken.samples), each.reason)
        for each in found[:MOST_SPANS]
    ]
    return passed_over(
        stream,
        first,
        found[0].began,
        duration_ms=_ms(max(each.spoken.end for each in found) - first),
        counts=Counter(each.reason for each in found),
        spans=spans,
    )


def _ms(samples: int) -> int:
    return samples * 1000 // RATE_HZ
