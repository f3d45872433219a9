"""The recent sound of one stream: the ring that holds it, and the speech found in it."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ, Span
from core.pcm import Pcm, as_float
from core.settings import DeviceSettings

from .reading_aloud import ReadingAloud
from .ring_buffer import Ring
from .utterances import Gate, Listening

RING_S = DeviceSettings().ring_s
"""How much of the past is held by default."""

IGNORED = 8
"""Spans of our own noise that are remembered: the newest are the ones still to be judged."""


class SpeechDetector(Protocol):
    """Judges frames in order: the probability of speech in each."""

    def judge(self, frames: Pcm) -> Sequence[float]: ...

    def reset(self) -> None:
        """Begin another stretch of sound; forget the one before."""


class Sound:
    """The ring and the speech found in it. Owned by one loop; not thread-safe.

    Until it has a detector, it holds sound without judging it.
    """

    def __init__(self, gate: Gate, ring_s: float = RING_S) -> None:
        self.ring = Ring(round(ring_s * RATE_HZ))
        self.heard = Listening(gate, ring_s)
        self.reading = ReadingAloud(self.ring)
        self.detector: SpeechDetector | None = None
        self._ignored: deque[Span] = deque(maxlen=IGNORED)

    @property
    def now(self) -> int:
        """The position one past the newest sample."""
        return self.ring.now

    def take_in(self, pcm: Pcm, lost_samples: int = 0) -> None:
        """Add a block; `lost_samples` were lost before it and become zeros."""
        if lost_samples:
            self.ring.skip(lost_samples)
        self.ring.append(pcm)
        self._judge()

    def ignore(self, span: Span) -> None:
        """Count what is heard here as no speech: it is our own motor."""
        self._ignored.append(span)

    def wipe(self) -> None:
        """Forget every sample, for good."""
        self.ring.clear()
        self.reading.end()
        self.heard.begin_anew(-(-self.now // FRAME_SAMPLES))
        self.heard.moved(self.now, self.now)
        if self.detector is not None:
            self.detector.reset()

    def listen_with(self, detector: SpeechDetector) -> None:
        """Judge what is held with this detector, and from now on what comes."""
        self.detector = detector
        self._judge()

    def _judge(self) -> None:
        """Judge every whole frame that has not been judged."""
        self.heard.moved(self.ring.oldest, self.ring.now)
        if self.detector is None:
            return
        unheard = -(-self.ring.oldest // FRAME_SAMPLES) - self.heard.frames
        if unheard > 0:  # much missing sound, or a detector that came later than the ring is long
            self.heard.skip(unheard)
        first = self.heard.frames * FRAME_SAMPLES
        frames = self.ring.copy(first, self.ring.now // FRAME_SAMPLES * FRAME_SAMPLES)
        loudness = np.sqrt(np.mean(as_float(frames).reshape(-1, FRAME_SAMPLES) ** 2, axis=1))
        for probability, loud in zip(self.detector.judge(frames), loudness.tolist(), strict=True):
            self.heard.feed(probability, loud, ours=self._is_ours(first))
            first += FRAME_SAMPLES

    def _is_ours(self, frame: int) -> bool:
        return any(
            span.start < frame + FRAME_SAMPLES and frame < span.end for span in self._ignored
        )
