"""The positions of a stream, tied to CLOCK_MONOTONIC: which sample was heard when."""

from core.audio import RATE_HZ
from core.clock import Clock, Recorded, SystemClock

from .recent_sound import Sound


class StreamClock:
    """Converts between positions and times. Owned by the capture loop.

    Each block ties it anew, so that a slow crystal causes no drift.
    """

    def __init__(self, sound: Sound, clock: Clock | None = None) -> None:
        self.sound = sound
        self.clock = clock or SystemClock()
        self._newest_s: float | None = None  # when the newest sample of the ring was heard

    @property
    def is_tied(self) -> bool:
        """True once a block has arrived."""
        return self._newest_s is not None

    def tie(self, arrived_s: float) -> None:
        """Tie the newest sample to the instant at which it was heard."""
        self._newest_s = arrived_s

    def detach(self) -> None:
        """Forget the tie: the stream stands still, and the next block ties it anew."""
        self._newest_s = None

    def position(self, at_s: float) -> int:
        """The sample that was heard at this instant; a second ahead of the ring at most."""
        now = self.sound.now
        if self._newest_s is None:
            return now
        ahead = round((at_s - self._newest_s) * RATE_HZ)
        return max(0, now + min(ahead, RATE_HZ))

    def recorded(self, position: int) -> Recorded:
        """The time at which a sample was heard, with everything that is known about it."""
        ago_ms = 0
        if self._newest_s is not None:
            since_newest_s = self.clock.monotonic_s() - self._newest_s
            ago_ms = round((since_newest_s + (self.sound.now - position) / RATE_HZ) * 1000)
        return self.clock.recorded_now().moved(-ago_ms)
