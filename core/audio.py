"""Sound as this house knows it: mono, 16,000 samples a second, int16.

A sample is one int16 value; a position counts samples since its stream opened.
"""

import mmap
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE_HZ = 16_000
"""What Whisper and Silero were trained on; everything is brought to it once, on the way in."""

FRAME_SAMPLES = 512
"""The window that Silero judges: 32 ms, fixed by the model."""

FRAME_S = FRAME_SAMPLES / RATE_HZ

Pcm = npt.NDArray[np.int16]
"""Samples, shape (n,), int16, mono, at RATE_HZ."""


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


def let_go(pcm: Pcm) -> None:
    """Give back the memory of what was read of a memory-mapped clip; it may be read again.

    Hours of it would else stay resident as they are read: 345 MB for three hours, in each
    process that reads them. Nothing happens to sound that is held in memory.
    """
    if isinstance(pcm.base, mmap.mmap):
        pcm.base.madvise(mmap.MADV_DONTNEED)


def as_float(pcm: Pcm) -> npt.NDArray[np.float32]:
    """The same sound as float32 in [-1, 1), which is what the models take."""
    return pcm.astype(np.float32) / np.float32(32768)
