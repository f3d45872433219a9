"""The speech model behind capture (a root): frames in, probabilities out.

Most of a day is silence, so the model sleeps until something rises above the room
(`energy_gate`); and it hears loudness, so a quiet microphone is made louder for it
(`levelling`). What is kept is never touched.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.audio import FRAME_SAMPLES, Pcm
from core.settings import Settings
from device.memory.utterances import FAINT
from pipeline import models
from pipeline.speech.energy_gate import EnergyGate
from pipeline.speech.levelling import RunningGain, louder
from pipeline.speech.numpy_speech_model import NumpySpeechModel
from pipeline.speech.speech_gate import SpeechGate

if TYPE_CHECKING:
    from pipeline.speech.speech_model import Probabilities, SpeechModel

TOGETHER = 32
"""Frames judged at once where a whole ring waits, so that the copies made of it stay small."""

LEAD_IN_FRAMES = 94
"""The model is recurrent: on waking it first hears what it slept through, the last 3 s of it.
Its state settles only within half a minute, so its numbers are never quite the same: of 900
utterances (the development day, cut 16 ways) none is lost or begun late with 2 or 3 s, a few
with 1 s or 4; with 3 s fewer are cut in two. Waking from a fresh state, 5 % begin late."""


class SpeechDetector:
    """A speech model that sleeps in silence, and hears a quiet microphone too."""

    def __init__(self, model: "SpeechModel") -> None:
        self._model = model
        self.sleeps = True  # False only where somebody measures what sleeping wins and costs
        self._slept: npt.NDArray[np.int16] = np.zeros((LEAD_IN_FRAMES, FRAME_SAMPLES), np.int16)
        self.reset()

    def judge(self, frames: Pcm) -> list[float]:
        """One probability for each whole frame, in order; 0.0 for those slept through."""
        judged: list[float] = []
        for first in range(0, len(frames), TOGETHER * FRAME_SAMPLES):
            judged += self._judge(frames[first : first + TOGETHER * FRAME_SAMPLES])
        return judged

    def reset(self) -> None:
        """Another stretch of sound begins; nothing of the one before is left in memory."""
        self._model.reset()
        self._gate = EnergyGate()
        self._gain = RunningGain()
        self._slept.fill(0)
        self._slept_frames = 0

    def _judge(self, frames: Pcm) -> list[float]:
        powers = _powers(frames)
        gains = np.array([self._gain.feed(power) for power in powers], np.float32)
        awake = [self._gate.feed(power) for power in powers]
        # All that came together is judged if any of it is loud: a word begins before it is.
        if self.sleeps and not any(awake):
            self._sleep(frames)
            return [0.0] * len(powers)
        self._wake(gains[0])
        judged: list[float] = self._hear(frames, gains).tolist()
        if max(judged) >= FAINT:
            self._gate.stay_awake()
        return judged

    def _sleep(self, frames: Pcm) -> None:
        for frame in frames.reshape(-1, FRAME_SAMPLES):
            self._slept[self._slept_frames % LEAD_IN_FRAMES] = frame
            self._slept_frames += 1

    def _wake(self, gain: np.float32) -> None:
        if self._slept_frames == 0:
            return
        newest = self._slept_frames % LEAD_IN_FRAMES
        lead_in = np.concatenate([self._slept[newest:], self._slept[:newest]])
        lead_in = lead_in[-min(self._slept_frames, LEAD_IN_FRAMES) :]
        self._hear(lead_in.reshape(-1), np.full(len(lead_in), gain, np.float32))
        self._slept_frames = 0

    def _hear(self, frames: Pcm, gains: npt.NDArray[np.float32]) -> "Probabilities":
        return self._model.feed(louder(frames, gains) if gains.max() > 1 else frames)


def new_gate() -> SpeechGate:
    """A closed gate."""
    return SpeechGate()


def load(settings: Settings, home: Path) -> SpeechDetector:
    """The speech model, ready; 20 ms of work. Raises ModelMissing."""
    return SpeechDetector(NumpySpeechModel(models.find("speech", settings=settings, home=home)))


def _powers(frames: Pcm) -> list[float]:
    """The mean square of each frame; full scale is 1."""
    rows = frames.reshape(-1, FRAME_SAMPLES).astype(np.float32)
    rows *= _SCALE
    powers: list[float] = np.vecdot(rows, rows).tolist()
    return powers


_SCALE = np.float32(1 / (32768 * math.sqrt(FRAME_SAMPLES)))
