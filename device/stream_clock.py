"""Which sample was heard when: the positions of a stream, tied to CLOCK_MONOTONIC."""

import time

from core.audio import RATE_HZ

from .sound import Sound


class StreamClock:
    """Tied anew by each block, so that a slow crystal is no drift. Owned by the capture loop."""

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        self._newest_s: float | None = None  # when the newest sample of the ring was heard

    @property
    def is_tied(self) -> bool:
        """Whether a block has arrived yet."""
        return self._newest_s is not None

    def tie(self, arrived_s: float) -> None:
        """The newest sample was heard at this instant."""
        self._newest_s = arrived_s

    def position(self, at_s: float) -> int:
        """The sample that was heard at this instant; a second ahead of the ring at most."""
        now = self.sound.now
        if self._newest_s is None:
            return now
        ahead = round((at_s - self._newest_s) * RATE_HZ)
        return max(0, now + min(ahead, RATE_HZ))

    def ago_ms(self, position: int) -> int:
        """How long ago a sample was heard."""
        return (self.position(time.monotonic()) - position) * 1000 // RATE_HZ
