"""Sound as every part of this takes it: mono, 16,000 samples a second, int16.

A sample is one int16 value; a position counts samples since its stream opened.
"""

from dataclasses import dataclass
from typing import Protocol

RATE_HZ = 16_000
"""What Whisper and Silero were trained on; everything is brought to it once, on the way in."""

FRAME_SAMPLES = 512
"""The window that Silero judges: 32 ms, fixed by the model."""

FRAME_S = FRAME_SAMPLES / RATE_HZ


class Samples(Protocol):
    """Sound as a file takes it: int16, mono, at RATE_HZ, little-endian as all our machines are.

    An array of NumPy is one (`core.pcm.Pcm`), and so is an `array("h")`: who only passes
    sound on need not load NumPy, which is 12 MB.
    """

    def __len__(self) -> int: ...

    def tobytes(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of sound, in samples from the start of its clip or stream; `end` is excluded."""

    start: int
    end: int

    @property
    def samples(self) -> int:
        return self.end - self.start

    @property
    def duration_s(self) -> float:
        return self.samples / RATE_HZ

    @property
    def start_s(self) -> float:
        return self.start / RATE_HZ

    @property
    def end_s(self) -> float:
        return self.end / RATE_HZ
