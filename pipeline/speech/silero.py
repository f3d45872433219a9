"""Silero v6 in NumPy: the network of `silero_vad_16k_op15.onnx`, without a library to run it.

A third of onnxruntime's time a frame when a block brings three of them, a quarter when a clip
brings half a minute; a few of its 40 MB, and nothing to import. Equal to it to 4e-5 over all of
the development day (bench/detection_cost.py).

A frame and its context, 576 samples and 64 more mirrored at the end, give four spectra; four
convolutions over time make one vector of them, one step of an LSTM and a dot product make that
a probability. Only the LSTM must go frame by frame; all else is done for a call at once.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.audio import FRAME_SAMPLES
from core.errors import ModelMissing
from core.pcm import Pcm
from pipeline.speech.onnx_weights import Weights, read
from pipeline.speech.speech_model import CONTEXT_SAMPLES, Probabilities

Tensor = npt.NDArray[np.float32]

HEARD = CONTEXT_SAMPLES + FRAME_SAMPLES
MIRRORED = 64
WINDOW, HOP = 256, 128
SPECTRA = 4
"""So many windows fit into what is heard of a frame and its mirrored end."""

BINS = 129
WIDE, NARROW = 128, 64
"""Channels of the first and the last convolution, and of the two between them."""

TOGETHER = 32
"""Frames worked on at once: with more of them what lies between two steps leaves the nearest
cache (22 us a frame at 32, 35 at 900), and two minutes of them would take 60 MB."""

_UNLIKE = "The speech model {} is not of Silero's shape (version 5 or 6, 16 kHz)."


class SileroSpeechModel:
    """Silero v6 out of its ONNX file: 0.04 ms of CPU a frame in calls of three, 0.02 of many."""

    def __init__(self, path: Path) -> None:
        """Raises ModelMissing for weights of another shape."""
        try:
            weights = read(path)
            self._encoder = _Encoder(weights)
            self._decoder = _Decoder(weights)
        except (KeyError, ValueError) as cause:
            advice = "Take models.speech_path out of settings.toml: then the shipped one is used."
            raise ModelMissing(_UNLIKE.format(path), advice=advice) from cause

    def feed(self, frames: Pcm) -> Probabilities:
        rows = frames.reshape(-1, FRAME_SAMPLES)
        judged = [
            self._decoder.step(self._encoder.encode(rows[first : first + TOGETHER]))
            for first in range(0, len(rows), TOGETHER)
        ]
        return np.concatenate(judged) if judged else np.empty(0, dtype=np.float32)

    def reset(self) -> None:
        self._encoder.reset()
        self._decoder.reset()


class _Encoder:
    """Frames in, what the LSTM's four gates take of each out."""

    def __init__(self, weights: Weights) -> None:
        # The file spells the Fourier transform out as a convolution; NumPy's own costs a quarter.
        self._window = weights["model.stft.forward_basis_buffer"][0, 0].copy()
        taps = [_taps(weights, layer) for layer in range(4)]
        # The last two convolutions see fewer spectra than they have taps: the others meet zeros.
        self._kernels = [_flat(taps[0]), _flat(taps[1]), _flat(taps[2][1:]), _flat(taps[3][1:2])]
        self._biases = [weights[f"model.encoder.{n}.reparam_conv.bias"] for n in range(4)]
        self._kernels.append(np.ascontiguousarray(_gates(weights["model.decoder.rnn.weight_ih"]).T))
        both = weights["model.decoder.rnn.bias_ih"] + weights["model.decoder.rnn.bias_hh"]
        self._biases.append(_gates(both))
        # Convolutions look one step beyond either end; what lies there stays zero.
        self._spectra: Tensor = np.zeros((TOGETHER, SPECTRA + 2, BINS), np.float32)
        self._second: Tensor = np.zeros((TOGETHER, SPECTRA + 1, WIDE), np.float32)
        self._heard: Tensor = np.zeros((TOGETHER, HEARD + MIRRORED), np.float32)
        # Views are made once: NumPy takes as long for one as for a multiplication.
        self._of_spectra = _overlapping(self._spectra, SPECTRA, 1)
        self._of_second = _overlapping(self._second, 2, 2)
        self._of_heard = _windows(self._heard)
        self.reset()

    def reset(self) -> None:
        self._context: Tensor = np.zeros(CONTEXT_SAMPLES, np.float32)
        for held in (self._heard, self._spectra, self._second):  # a pause leaves nothing in memory
            held.fill(0)

    def encode(self, rows: Pcm) -> Tensor:
        """(n, 512) samples, n <= TOGETHER; (n, 4 * WIDE) out."""
        n = len(rows)
        self._hear(rows)
        np.abs(np.fft.rfft(self._of_heard[:n] * self._window), out=self._spectra[:n, 1:-1])
        first = self._layer(0, _in_rows(self._of_spectra[:n]))
        self._second[:n, 1:] = first.reshape(n, SPECTRA, WIDE)
        third = self._layer(1, _in_rows(self._of_second[:n])).reshape(n, 2 * NARROW)
        fourth = self._layer(3, self._layer(2, third))
        return self._affine(4, fourth)

    def _hear(self, rows: Pcm) -> None:
        """Put down what is heard of each frame: the one before ends in it, and it is mirrored."""
        heard = self._heard[: len(rows)]
        np.multiply(rows, np.float32(1 / 32768), out=heard[:, CONTEXT_SAMPLES:HEARD])
        heard[0, :CONTEXT_SAMPLES] = self._context
        heard[1:, :CONTEXT_SAMPLES] = heard[:-1, FRAME_SAMPLES:HEARD]
        self._context = heard[-1, FRAME_SAMPLES:HEARD].copy()
        heard[:, HEARD:] = heard[:, HEARD - 2 : HEARD - 2 - MIRRORED : -1]

    def _layer(self, number: int, rows: Tensor) -> Tensor:
        result = self._affine(number, rows)
        return np.maximum(result, 0, out=result)

    def _affine(self, number: int, rows: Tensor) -> Tensor:
        result: Tensor = rows @ self._kernels[number]
        result += self._biases[number]
        return result


class _Decoder:
    """The LSTM, and what makes a probability of its state."""

    def __init__(self, weights: Weights) -> None:
        self._recurrent = _gates(weights["model.decoder.rnn.weight_hh"])
        self._weight = weights["model.decoder.decoder.2.weight"].reshape(WIDE)
        self._bias = weights["model.decoder.decoder.2.bias"]
        self.reset()

    def reset(self) -> None:
        self._hidden: Tensor = np.zeros(WIDE, np.float32)
        self._cell: Tensor = np.zeros(WIDE, np.float32)

    def step(self, gates_in: Tensor) -> Probabilities:
        """One step for each row, in order."""
        states = np.empty((len(gates_in), WIDE), np.float32)
        hidden, cell = self._hidden, self._cell
        for row, gates_of_row in enumerate(gates_in):
            gates = self._recurrent @ hidden
            gates += gates_of_row
            np.tanh(gates, out=gates)
            shares = gates[: 3 * WIDE]
            shares *= 0.5  # with the halved weights, the logistic function
            shares += 0.5
            taken = gates[:WIDE]
            taken *= gates[3 * WIDE :]
            cell *= gates[WIDE : 2 * WIDE]
            cell += taken
            hidden = np.tanh(cell, out=states[row])
            hidden *= gates[2 * WIDE : 3 * WIDE]
        self._hidden = hidden.copy()
        return _logistic(np.maximum(states, 0) @ self._weight + self._bias)


def _taps(weights: Weights, layer: int) -> Tensor:
    """A convolution's weights as (taps, in, out)."""
    return weights[f"model.encoder.{layer}.reparam_conv.weight"].transpose(2, 1, 0)


def _flat(taps: Tensor) -> Tensor:
    """As a matrix that takes the inputs of all taps side by side."""
    return np.ascontiguousarray(taps.reshape(-1, taps.shape[-1]))


def _gates(rows: Tensor) -> Tensor:
    """The file's gates (in, forget, cell, out) as in, forget, out, cell, the first three halved.

    The logistic function of x is half the hyperbolic tangent of x/2, and a half: so one call
    serves all four.
    """
    taken, forgotten, cell, out = np.split(rows, 4)
    halved = np.concatenate([taken, forgotten, out]) * np.float32(0.5)
    return np.concatenate([halved, cell])


def _windows(heard: Tensor) -> Tensor:
    """(n, SPECTRA, WINDOW): each row in overlapping windows. A view."""
    row, sample = heard.strides
    return np.lib.stride_tricks.as_strided(
        heard, (len(heard), SPECTRA, WINDOW), (row, HOP * sample, sample), writeable=False
    )


def _overlapping(steps: Tensor, count: int, stride: int) -> Tensor:
    """(n, count, 3 * channels): of each row `count` stretches of three steps. A view."""
    n, _, channels = steps.shape
    row, step, channel = steps.strides
    return np.lib.stride_tricks.as_strided(
        steps, (n, count, 3 * channels), (row, stride * step, channel), writeable=False
    )


def _in_rows(stretches: Tensor) -> Tensor:
    """A copy of it as a matrix, the stretches side by side."""
    return np.ascontiguousarray(stretches).reshape(-1, stretches.shape[-1])


def _logistic(x: Tensor) -> Tensor:
    return np.reciprocal(np.exp(-x) + np.float32(1))
