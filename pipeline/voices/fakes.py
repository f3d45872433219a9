"""A voice model without weights: for tests, and for trying voices on a machine without them."""

from collections.abc import Sequence

import numpy as np

from core.audio import RATE_HZ
from core.pcm import Pcm, as_float
from pipeline.voices.voice_model import DIMENSIONS, Vectors, unit


class FakeVoiceModel:
    """Tells voices by the pitch that is loudest: two tones an octave apart are two people."""

    name = "fake-voices"

    def vectors(self, windows: Sequence[Pcm]) -> Vectors:
        made = np.full((len(windows), DIMENSIONS), 0.05, np.float32)
        for row, window in zip(made, windows, strict=True):
            row[_loudest_octave(window)] = 1.0
        return unit(made)


def _loudest_octave(window: Pcm) -> int:
    spectrum = np.abs(np.fft.rfft(as_float(window), RATE_HZ))
    hz = max(1, int(spectrum[1:].argmax()) + 1)
    return hz.bit_length()
