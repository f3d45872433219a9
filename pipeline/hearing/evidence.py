"""How long somebody surely spoke in a stretch of sound, and where nobody did.

Out of what the speech model said of it.
"""

from collections.abc import Iterable, Iterator

from core.audio import FRAME_S, FRAME_SAMPLES, Span

SURE = 50
"""Hundredths: a frame at or above it is more likely speech than not."""

PAUSE_BELOW = 30
PAUSE_FRAMES = 10
"""A third of a second, each frame of it hardly speech: a breath, or the end of a sentence."""


class Evidence:
    """Remembers how likely the frames of a sound are speech, until they have been asked for.

    A byte a frame, and only of what comes after the last stretch that was asked for.
    """

    def __init__(self) -> None:
        self._hundredths = bytearray()
        self._first = 0

    def watched(self, probabilities: Iterable[float]) -> Iterator[float]:
        """The same probabilities, one for each frame, looked at as they pass."""
        for probability in probabilities:
            self._hundredths.append(int(probability * 100))
            yield probability

    def sure_s(self, span: Span) -> float:
        """Seconds of sure speech in a stretch that has passed. Stretches are asked for in order."""
        return sum(each >= SURE for each in self._of(span)) * FRAME_S

    def pauses(self, span: Span) -> list[Span]:
        """Where in it nobody speaks for a while, in positions from its start."""
        found, run = list[Span](), 0
        for at, likely in enumerate([*self._of(span), 100]):
            if likely < PAUSE_BELOW:
                run += 1
                continue
            if run >= PAUSE_FRAMES:
                found.append(Span((at - run) * FRAME_SAMPLES, at * FRAME_SAMPLES))
            run = 0
        return found

    def _of(self, span: Span) -> bytearray:
        """What is remembered of it; what is before it is not asked for any more."""
        start = max(0, span.start // FRAME_SAMPLES - self._first)
        del self._hundredths[:start]
        self._first += start
        frames = -(-span.end // FRAME_SAMPLES) - self._first
        return self._hundredths[: max(0, frames)]
