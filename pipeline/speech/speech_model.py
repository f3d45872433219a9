"""How likely it is that a frame holds speech: what every speech model promises."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.pcm import Pcm

CONTEXT_SAMPLES = 64
"""Silero v6 judges a frame together with the end of the one before, at 16 kHz this much of it."""

Probabilities = npt.NDArray[np.float32]
"""One number in [0, 1] for each frame, shape (n,)."""


class SpeechModel(Protocol):
    """Judges frames in order; what came before counts, so one object hears one stream.

    Not thread-safe.
    """

    def feed(self, frames: Pcm) -> Probabilities:
        """Judge whole frames: n * FRAME_SAMPLES samples in, n probabilities out.

        The same stream gives the same numbers, to the fifth decimal, however it is divided
        into calls.
        Raises ValueError for a part of a frame.
        """
        ...

    def reset(self) -> None:
        """Forget the stream so far; the next frame is the first of another."""
        ...
