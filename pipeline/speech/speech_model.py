"""How likely it is that a frame holds speech: the protocol, and Silero behind onnxruntime."""

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.audio import FRAME_SAMPLES, RATE_HZ
from core.pcm import Pcm, as_float

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


class SileroSpeechModel:
    """Silero v6 (`silero_vad_16k_op15.onnx`) on one thread; about 0.1 ms of CPU a frame.

    For the worker's child, which has onnxruntime loaded; capture has NumpySpeechModel.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime  # noqa: PLC0415 - 40 MB, which whoever only names the protocol must not pay

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        # Threads that spin while they wait double the CPU and win no time (MODELS.md).
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._rate = np.array(RATE_HZ, dtype=np.int64)
        self.reset()

    def feed(self, frames: Pcm) -> Probabilities:
        rows = frames.reshape(-1, FRAME_SAMPLES)
        return np.array([self._judge(as_float(row)) for row in rows], dtype=np.float32)

    def reset(self) -> None:
        self._state = np.zeros((2, 1, 128), dtype=np.float32)
        self._context = np.zeros(CONTEXT_SAMPLES, dtype=np.float32)

    def _judge(self, frame: npt.NDArray[np.float32]) -> float:
        sound = np.concatenate([self._context, frame])
        probability, self._state = self._session.run(
            None, {"input": sound[np.newaxis], "state": self._state, "sr": self._rate}
        )
        self._context = sound[-CONTEXT_SAMPLES:]
        return float(probability[0, 0])
