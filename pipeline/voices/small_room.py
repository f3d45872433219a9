"""What was read, as if in a small room: a voice is tried in other rooms than it was enrolled in."""

from functools import cache

import numpy as np
import numpy.typing as npt

from core.audio import RATE_HZ
from core.pcm import Pcm

DECAY_S = 0.3
"""Until its echo is 60 dB down, as in a furnished room."""

LOUDNESS = 0.12
"""Of the echo's first sample beside the voice itself; it begins 2 ms after it."""

PIECE = 16 * RATE_HZ
"""Samples at once, so that a long reading takes no more memory than a short one."""

Response = npt.NDArray[np.float64]


def in_small_room(pcm: Pcm) -> Pcm:
    """The same sound with its echo, about as loud as before."""
    pieces = [_echoed(pcm, start) for start in range(0, pcm.size, PIECE)]
    return np.concatenate([np.empty(0, np.int16), *pieces])


def _echoed(pcm: Pcm, start: int) -> Pcm:
    """The piece from there on; what sounded before it echoes into it."""
    response = _response()
    before = min(start, response.size)
    piece = pcm[start - before : start + PIECE]
    size = 1 << (piece.size + response.size).bit_length()
    spectrum = np.fft.rfft(piece, size) * np.fft.rfft(response, size)
    heard = np.fft.irfft(spectrum, size)[before : piece.size]
    made: Pcm = np.clip(heard, -32768, 32767).astype(np.int16)
    return made


@cache
def _response() -> Response:
    """Noise that dies away, after the voice itself; the same each time."""
    at_s = np.arange(round(DECAY_S * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(1).standard_normal(at_s.size)
    response = LOUDNESS * noise * np.exp(-6.9 * at_s / DECAY_S)
    response[: RATE_HZ // 500] = 0.0
    response[0] = 1.0
    unit: Response = response / np.sqrt(np.sum(response**2))
    return unit
