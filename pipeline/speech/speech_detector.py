"""The speech detector of capture: frames in, probabilities of speech out.

Most of a day is silence, so the model runs only while something rises above the room
(`energy_gate`); and it hears loudness, so a quiet microphone is made louder for it
(`levelling`). What is kept is never touched.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.audio import FRAME_SAMPLES
from core.pcm import Pcm
from core.settings import Settings
from pipeline import models
from pipeline.speech.energy_gate import EnergyGate
from pipeline.speech.levelling import RunningGain, louder
from pipeline.speech.silero import SileroSpeechModel
from pipeline.speech.speech_gate import SpeechGate

if TYPE_CHECKING:
    from pipeline.speech.speech_model import Probabilities, SpeechModel

TOGETHER = 32
"""Frames judged at once where a whole ring waits, so that the copies made of it stay small."""

LEAD_IN_FRAMES = 94
"""The model is recurrent: after a silence it is first fed what was skipped, the last 3 s of it.
Its state settles only within half a minute, so its numbers are never quite the same: of 900
utterances (the development day, cut 16 ways) none is lost or begun late with 2 or 3 s, a few
with 1 s or 4; with 3 s fewer are cut in two. From a fresh state, 5 % begin late."""


class GatedSpeechDetector:
    """A speech model behind an energy gate: it skips silence, and quiet speech is amplified for it.

    `faint` is the probability from which on a frame may be speech; after such a frame silence
    is not skipped at once.
    """

    def __init__(self, model: "SpeechModel", faint: float) -> None:
        self._model = model
        self._faint = faint
        self.skips_silence = True  # False only where it is measured what that wins and costs
        self._skipped: npt.NDArray[np.int16] = np.zeros((LEAD_IN_FRAMES, FRAME_SAMPLES), np.int16)
        self.reset()

    def judge(self, frames: Pcm) -> list[float]:
        """One probability for each whole frame, in order; 0.0 for those that were skipped."""
        judged: list[float] = []
        for first in range(0, len(frames), TOGETHER * FRAME_SAMPLES):
            judged += self._judge(frames[first : first + TOGETHER * FRAME_SAMPLES])
        return judged

    def reset(self) -> None:
        """Another stretch of sound begins; nothing of the one before is left in memory."""
        self._model.reset()
        self._gate = EnergyGate()
        self._gain = RunningGain()
        self._skipped.fill(0)
        self._skipped_frames = 0

    def _judge(self, frames: Pcm) -> list[float]:
        powers = _powers(frames)
        gains = np.array([self._gain.feed(power) for power in powers], np.float32)
        open_at = [self._gate.feed(power) for power in powers]
        # All that came together is judged if any of it is loud: a word begins before it is.
        if self.skips_silence and not any(open_at):
            self._skip(frames)
            return [0.0] * len(powers)
        self._feed_skipped(gains[0])
        judged: list[float] = self._feed(frames, gains).tolist()
        if max(judged) >= self._faint:
            self._gate.stay_awake()
        return judged

    def _skip(self, frames: Pcm) -> None:
        for frame in frames.reshape(-1, FRAME_SAMPLES):
            self._skipped[self._skipped_frames % LEAD_IN_FRAMES] = frame
            self._skipped_frames += 1

    def _feed_skipped(self, gain: np.float32) -> None:
        """Feed the model the end of the silence that was skipped, if any was."""
        if self._skipped_frames == 0:
            return
        newest = self._skipped_frames % LEAD_IN_FRAMES
        lead_in = np.concatenate([self._skipped[newest:], self._skipped[:newest]])
        lead_in = lead_in[-min(self._skipped_frames, LEAD_IN_FRAMES) :]
        self._feed(lead_in.reshape(-1), np.full(len(lead_in), gain, np.float32))
        self._skipped_frames = 0

    def _feed(self, frames: Pcm, gains: npt.NDArray[np.float32]) -> "Probabilities":
        return self._model.feed(louder(frames, gains) if gains.max() > 1 else frames)


def new_gate() -> SpeechGate:
    """A closed gate."""
    return SpeechGate()


def load(settings: Settings, home: Path, *, faint: float) -> GatedSpeechDetector:
    """A detector, ready; 20 ms of work. Raises ModelMissing."""
    weights = models.find("speech", settings=settings, home=home)
    return GatedSpeechDetector(SileroSpeechModel(weights), faint)


def _powers(frames: Pcm) -> list[float]:
    """The mean square of each frame; full scale is 1."""
    rows = frames.reshape(-1, FRAME_SAMPLES).astype(np.float32)
    rows *= _SCALE
    powers: list[float] = np.vecdot(rows, rows).tolist()
    return powers


_SCALE = np.float32(1 / (32768 * math.sqrt(FRAME_SAMPLES)))
