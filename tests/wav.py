"""Sound files for tests that need one."""

import wave
from pathlib import Path

import numpy as np

from core.audio import RATE_HZ
from core.pcm import Pcm


def write_wav(path: Path, samples: Pcm, rate_hz: int = RATE_HZ, channels: int = 1) -> Path:
    """The same samples in each channel."""
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(
            np.repeat(samples[:, np.newaxis], channels, axis=1).astype("<i2").tobytes()
        )
    return path
