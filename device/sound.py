"""The sound of one stream: the ring that holds it, and what was made out in it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ, Pcm, as_float

from .listening import Gate, Listening
from .ring import Ring

RING_S = 120.0
"""How much of the past is held: a press reaches for the last minute, a long sentence for more."""


class Ears(Protocol):
    """Judges frames in order: the probability of speech in each."""

    def judge(self, frames: Pcm) -> Sequence[float]: ...


class Sound:
    """Owned by one loop; not thread-safe. Until it has ears, it holds sound without judging it."""

    def __init__(self, gate: Gate, ring_s: float = RING_S) -> None:
        self.ring = Ring(round(ring_s * RATE_HZ))
        self.heard = Listening(gate, ring_s)
        self.lost_samples = 0
        self.ears: Ears | None = None

    @property
    def now(self) -> int:
        """One past the newest sample."""
        return self.ring.now

    def take_in(self, pcm: Pcm, lost_samples: int = 0) -> None:
        """Add a block; `lost_samples` were lost before it and leave a hole of zeros."""
        if lost_samples:
            self.lost_samples += lost_samples
            self.ring.skip(lost_samples)
        self.ring.append(pcm)
        self._judge()

    def listen_with(self, ears: Ears) -> None:
        """Judge what is held, and from now on what comes."""
        self.ears = ears
        self._judge()

    def _judge(self) -> None:
        """Every whole frame, once."""
        self.heard.moved(self.ring.oldest, self.ring.now)
        if self.ears is None:
            return
        first = self.heard.frames * FRAME_SAMPLES
        while first < self.ring.oldest:  # the ears came later than the ring is long
            self.heard.feed(0.0, 0.0)
            first += FRAME_SAMPLES
        frames = self.ring.copy(first, self.ring.now // FRAME_SAMPLES * FRAME_SAMPLES)
        loudness = np.sqrt(np.mean(as_float(frames).reshape(-1, FRAME_SAMPLES) ** 2, axis=1))
        for probability, loud in zip(self.ears.judge(frames), loudness.tolist(), strict=True):
            self.heard.feed(probability, loud)
