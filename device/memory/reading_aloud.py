"""What is read aloud to enrol a voice: sound heard since that was asked for, and no other."""

from collections import deque

from core.audio import RATE_HZ, Span
from core.pcm import Pcm

from .ring_buffer import Ring

LASTS_S = 180
"""A minute of reading, and time to find the page."""

AT_ONCE_S = 5
"""So much is handed out at once: an answer of a line stays short."""

READINGS = 8
"""So many that are over are remembered: the newest are the ones still to be weighed."""


class ReadingAloud:
    """Hands out what the ring hears while somebody reads for it. Owned by the capture loop."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._begins: int | None = None
        self._over: deque[Span] = deque(maxlen=READINGS)

    def begin(self) -> int:
        """The position from which on sound may be asked for; for three minutes."""
        self.end()
        self._begins = self._ring.now
        return self._begins

    def end(self) -> None:
        """Hand out nothing more."""
        if self._begins is not None:
            self._over.append(Span(self._begins, self._ends(self._begins)))
        self._begins = None

    def has(self, spoken: Span) -> bool:
        """True where at least half of what was spoken was read for it."""
        begins = self._begins
        now = [] if begins is None else [Span(begins, self._ends(begins))]
        shared = (
            min(read.end, spoken.end) - max(read.start, spoken.start)
            for read in [*self._over, *now]
        )
        return 2 * max(shared, default=0) >= spoken.samples

    def since(self, position: int) -> tuple[int, Pcm] | None:
        """Where the next sound begins, and the sound from here to there.

        None where nobody reads, or not any more.
        """
        begins = self._begins
        if begins is None or self._ring.now - begins > LASTS_S * RATE_HZ:
            return None
        start = max(position, begins, self._ring.oldest)
        end = min(self._ring.now, start + AT_ONCE_S * RATE_HZ)
        return max(start, end), self._ring.copy(start, end)

    def _ends(self, begins: int) -> int:
        return min(self._ring.now, begins + LASTS_S * RATE_HZ)
