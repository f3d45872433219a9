"""Voices as vectors: the published GE2E encoder in NumPy, without a library to run it.

A window of 1.6 s becomes 160 frames of 40 mel bands; three LSTMs of 256 units read them, and the
last state, through one more layer, is the window's vector (Wan et al. 2018; the weights are
Resemblyzer's). It has no negative numbers and is of unit length, so two windows have a likeness
between 0 and 1: their dot product.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.audio import RATE_HZ
from core.errors import ModelMissing
from core.pcm import Pcm, as_float
from pipeline.hearing.mel import HOP_SAMPLES, WINDOW_SAMPLES, hann, mel_bands
from pipeline.voices.checkpoint import Array, read_weights

Vectors = npt.NDArray[np.float32]
"""Shape (n, 256), each row of unit length."""

WINDOW_MS = 1600
WINDOW_FRAMES = WINDOW_MS // 10
WINDOW_OF_SAMPLES = RATE_HZ * WINDOW_MS // 1000

DIMENSIONS = 256

_BANDS = 40
_UNITS = 256
_LAYERS = 3

_TOGETHER = 16
"""Windows read at once: with more of them a step's states leave the nearest cache."""

_QUIETEST_RMS = 10 ** (-30 / 20)
"""What is quieter is made as loud; the weights were trained so."""


class VoiceModel(Protocol):
    """Makes vectors of voices. Not thread-safe."""

    @property
    def name(self) -> str:
        """Which weights: vectors of two models must never meet."""
        ...

    def vectors(self, windows: Sequence[Pcm]) -> Vectors:
        """One for each window of sound; of less than 1.6 s, as if silence followed.

        The same window gives the same vector whatever stands beside it.
        """
        ...


class GE2EVoiceModel:
    """The real one: some 15 ms of CPU a window."""

    name = "ge2e"

    def __init__(self, path: Path) -> None:
        """Raises ModelMissing for a file of another kind or shape."""
        weights = read_weights(path, "model_state")
        try:
            self._layers = [_Layer(weights, nth) for nth in range(_LAYERS)]
            self._linear = weights["linear.weight"].reshape(DIMENSIONS, _UNITS).T.copy()
            self._bias = weights["linear.bias"].reshape(DIMENSIONS)
        except (KeyError, ValueError) as error:
            raise ModelMissing(
                f"{path} is no voice model that this version reads.",
                advice="Run `afterthought models --fetch voices`.",
            ) from error

    def vectors(self, windows: Sequence[Pcm]) -> Vectors:
        some = [
            self._together(windows[first : first + _TOGETHER])
            for first in range(0, len(windows), _TOGETHER)
        ]
        return np.concatenate([np.empty((0, DIMENSIONS), np.float32), *some])

    def _together(self, windows: Sequence[Pcm]) -> Vectors:
        states = np.stack([mel(each) for each in windows], axis=1)
        for layer in self._layers:
            states = layer.read(states)
        return unit(np.maximum(states[-1] @ self._linear + self._bias, 0.0))


class _Layer:
    """One LSTM over frames; its gates lie in the order input, forget, new, output."""

    def __init__(self, weights: dict[str, Array], nth: int) -> None:
        of_input, of_state = weights[f"lstm.weight_ih_l{nth}"], weights[f"lstm.weight_hh_l{nth}"]
        wide = 4 * _UNITS
        self._input = of_input.reshape(wide, _UNITS if nth else _BANDS).T.copy()
        self._state = of_state.reshape(wide, _UNITS).T.copy()
        self._bias = weights[f"lstm.bias_ih_l{nth}"] + weights[f"lstm.bias_hh_l{nth}"]

    def read(self, frames: Array) -> Array:
        """Shape (frames, windows, in) to (frames, windows, units)."""
        entered = frames @ self._input + self._bias
        count, windows, _ = frames.shape
        states = np.empty((count, windows, _UNITS), np.float32)
        state = np.zeros((windows, _UNITS), np.float32)
        memory = np.zeros_like(state)
        for nth in range(count):
            gates = entered[nth] + state @ self._state
            taken, left, new, shown = np.split(gates, 4, axis=1)
            memory = _sigmoid(left) * memory + _sigmoid(taken) * np.tanh(new)
            state = _sigmoid(shown) * np.tanh(memory)
            states[nth] = state
        return states


def _sigmoid(values: Array) -> Array:
    opened: Array = 0.5 * np.tanh(0.5 * values) + 0.5
    return opened


def mel(window: Pcm) -> Array:
    """160 frames of the energy (not its logarithm) in 40 bands, around each 10 ms."""
    sound = as_float(window[:WINDOW_OF_SAMPLES])
    loudness = float(np.sqrt(np.mean(sound**2))) if sound.size else 0.0
    if 0.0 < loudness < _QUIETEST_RMS:
        sound = sound * np.float32(_QUIETEST_RMS / loudness)
    half = WINDOW_SAMPLES // 2
    padded = np.pad(sound, (half, WINDOW_OF_SAMPLES - sound.size + half))
    around = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::HOP_SAMPLES]
    spectrum = np.fft.rfft(around[:WINDOW_FRAMES] * hann(), axis=-1)
    energy = (spectrum.real**2 + spectrum.imag**2) @ mel_bands(_BANDS).T
    return energy.astype(np.float32)


def unit(vectors: Vectors) -> Vectors:
    """The same directions, each of length 1; zeros stay."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return scaled
