"""The speech model behind the porch (a root): frames in, probabilities out."""

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.audio import FRAME_SAMPLES, Pcm, as_float
from core.settings import Settings
from pipeline import models
from pipeline.hearing.levelling import LOUD_SHARE, LOUDEST_GAIN, TARGET_RMS
from pipeline.hearing.speech_gate import SpeechGate

if TYPE_CHECKING:
    from pipeline.hearing.speech_model import SpeechModel

LEVEL_FRAMES = 900
"""The level is that of the last half minute, as pipeline.hearing.levelling has it for a clip."""

LEAST_FRAMES = 31
"""Less than a second says nothing about the level."""


class LevelledEars:
    """A speech model that hears a quiet microphone too; what is kept is never made louder."""

    def __init__(self, model: "SpeechModel") -> None:
        self._model = model
        self._loudness: deque[float] = deque(maxlen=LEVEL_FRAMES)

    def judge(self, frames: Pcm) -> list[float]:
        """One probability for each whole frame, in order."""
        if frames.size == 0:
            return []
        sound = as_float(frames)
        self._loudness.extend(np.sqrt(np.mean(sound.reshape(-1, FRAME_SAMPLES) ** 2, axis=1)))
        gain = self._gain()
        if gain > 1:
            frames = np.clip(sound * gain * 32768, -32768, 32767).astype(np.int16)
        return [float(each) for each in self._model.feed(frames)]

    def reset(self) -> None:
        """Another stream begins."""
        self._model.reset()
        self._loudness.clear()

    def _gain(self) -> float:
        if len(self._loudness) < LEAST_FRAMES:
            return 1.0
        level = float(np.percentile(self._loudness, LOUD_SHARE))
        return min(LOUDEST_GAIN, TARGET_RMS / max(level, TARGET_RMS / LOUDEST_GAIN))


def new_gate() -> SpeechGate:
    """A closed gate."""
    return SpeechGate()


def load(settings: Settings, home: Path) -> LevelledEars:
    """The speech model, ready; half a second of work. Raises ModelMissing."""
    from pipeline.hearing.speech_model import SileroSpeechModel  # noqa: PLC0415 - loads onnxruntime

    return LevelledEars(SileroSpeechModel(models.find("speech", settings=settings, home=home)))
