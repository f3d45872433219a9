"""Silero behind onnxruntime: what our own network is compared with, in time and in its numbers."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.audio import FRAME_SAMPLES, RATE_HZ
from core.pcm import Pcm, as_float
from pipeline.speech.speech_model import CONTEXT_SAMPLES, Probabilities


class OnnxSpeechModel:
    """Silero v6 (`silero_vad_16k_op15.onnx`) as onnxruntime runs it, on one thread."""

    def __init__(self, path: Path) -> None:
        import onnxruntime  # noqa: PLC0415 - the other side's alone

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
