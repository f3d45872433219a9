"""How long somebody surely spoke in a stretch of sound, out of what the speech model said of it."""

from collections.abc import Iterable, Iterator

from core.audio import FRAME_S, FRAME_SAMPLES, Span

SURE = 0.5
"""A frame at or above it is more likely speech than not."""


class Evidence:
    """Remembers which frames of a sound were surely speech, until they have been asked for.

    A byte a frame, and only of what comes after the last stretch that was asked for.
    """

    def __init__(self) -> None:
        self._sure = bytearray()
        self._first = 0

    def watched(self, probabilities: Iterable[float]) -> Iterator[float]:
        """The same probabilities, one for each frame, looked at as they pass."""
        for probability in probabilities:
            self._sure.append(probability >= SURE)
            yield probability

    def sure_s(self, span: Span) -> float:
        """Seconds of sure speech in a stretch that has passed. Stretches are asked for in order."""
        start = max(0, span.start // FRAME_SAMPLES - self._first)
        del self._sure[:start]
        self._first += start
        frames = -(-span.end // FRAME_SAMPLES) - self._first
        return sum(self._sure[: max(0, frames)]) * FRAME_S
