"""Sound as Whisper takes it: the energy in 80 bands of pitch, a hundred times a second."""

from functools import cache

import numpy as np
import numpy.typing as npt

from core.audio import RATE_HZ
from core.pcm import Pcm, as_float

HOP_SAMPLES = 160
"""From one frame to the next: 10 ms."""

FRAMES_A_SECOND = RATE_HZ // HOP_SAMPLES

WINDOW_SAMPLES = 400
_BANDS = 80
_EDGE = 2
"""Frames: so far the windows around them still reach into the sound before."""

_TOGETHER = 500
"""Frames worked on at once: half a minute of them would take 35 MB beside the models."""

_LEAST_ENERGY = 1e-10
_RANGE = 8.0
"""What lies further below the loudest than this is raised to it, in powers of ten of energy."""

_SILENT = -0.5
"""What the least level of a sound comes to that has its loudest at 2, as speech mostly does."""

Frames = npt.NDArray[np.float32]
"""Shape (80, n), float32: log energies by band, scaled as Whisper was trained, near -1 to 1."""


def log_mel(pcm: Pcm, *, silence: int = 0) -> Frames:
    """The frames of the sound, one for each 10 ms begun, and `silence` more of silence after it.

    As in Whisper's paper (Radford et al. 2022, section 2.2): Hann windows of 25 ms around each
    frame's first sample, Slaney's mel bands, base 10.
    """
    count = frames_of(pcm)
    edge = min(silence, _EDGE)
    samples = (count + edge) * HOP_SAMPLES + WINDOW_SAMPLES // 2
    filled = np.pad(as_float(pcm), (0, samples - pcm.size))
    sound = np.pad(filled, (WINDOW_SAMPLES // 2, 0), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW_SAMPLES)[::HOP_SAMPLES]
    levels = np.full((_BANDS, count + silence), np.log10(_LEAST_ENERGY), np.float32)
    for at in range(0, count + edge, _TOGETHER):
        some = windows[at : min(at + _TOGETHER, count + edge)]
        levels[:, at : at + len(some)] = _levels(some)
    np.maximum(levels, levels[:, : count + edge].max() - _RANGE, out=levels)
    levels += 4.0
    levels /= 4.0
    return levels


def _levels(windows: npt.NDArray[np.float32]) -> Frames:
    """The energies of these windows by band, in powers of ten."""
    spectrum = np.fft.rfft(windows * hann(), axis=-1)
    energy = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    levels: Frames = np.log10(np.maximum(mel_bands(_BANDS) @ energy.T, _LEAST_ENERGY))
    return levels.astype(np.float32)


def silent(count: int) -> Frames:
    """So many frames of silence, as they come behind speech of ordinary loudness."""
    return np.full((_BANDS, count), _SILENT, np.float32)


def frames_of(pcm: Pcm) -> int:
    """The number of frames of this sound."""
    return -(-pcm.size // HOP_SAMPLES)


@cache
def hann() -> Frames:
    """The window of a frame: 25 ms, periodic."""
    return np.hanning(WINDOW_SAMPLES + 1)[:-1].astype(np.float32)


@cache
def mel_bands(count: int) -> Frames:
    """Triangles over the frequencies of the spectrum, each of the same area; (count, 201)."""
    hz = np.fft.rfftfreq(WINDOW_SAMPLES, 1 / RATE_HZ)
    edges = _mel_to_hz(np.linspace(0.0, _hz_to_mel(RATE_HZ / 2), count + 2))
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (hz - left) / (centre - left), (right - hz) / (right - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (right - left)
    return triangles.astype(np.float32)


# Slaney's scale (Auditory Toolbox, 1998): straight up to 1 kHz, logarithmic above.
_STRAIGHT_HZ, _HZ_A_MEL = 1000.0, 200.0 / 3.0
_STRAIGHT_MEL = _STRAIGHT_HZ / _HZ_A_MEL
_LOG_STEP = np.log(6.4) / 27.0


def _hz_to_mel(hz: float) -> float:
    if hz < _STRAIGHT_HZ:
        return hz / _HZ_A_MEL
    return float(_STRAIGHT_MEL + np.log(hz / _STRAIGHT_HZ) / _LOG_STEP)


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    above = _STRAIGHT_HZ * np.exp(_LOG_STEP * (mel - _STRAIGHT_MEL))
    return np.where(mel < _STRAIGHT_MEL, mel * _HZ_A_MEL, above)
