"""A speech model and a transcriber without weights: for the demo, and for every test but two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ
from core.moment import Transcript, Word
from core.pcm import Pcm, as_float
from pipeline.hearing.packing import Pauses

if TYPE_CHECKING:  # of its types alone
    from pipeline.speech.speech_model import Probabilities


@dataclass(slots=True)
class FakeSpeechModel:
    """Takes whatever is loud for speech. Remembers nothing between frames."""

    threshold: float = 0.02  # root mean square of a frame, about -34 dB

    def feed(self, frames: Pcm) -> Probabilities:
        rows = as_float(frames.reshape(-1, FRAME_SAMPLES))
        loud = np.sqrt(np.mean(rows**2, axis=1)) >= self.threshold
        return np.where(loud, np.float32(0.95), np.float32(0.02))

    def reset(self) -> None:
        """Nothing to forget."""


@dataclass(slots=True)
class FakeTranscriber:
    """Says one line of its script for each sound that it is given, then begins again.

    The words are spread evenly over the sound. `heard_s` keeps how long each sound was.
    """

    script: Sequence[str] = ("hello from the fake transcriber",)
    name: str = "fake"
    heard_s: list[float] = field(default_factory=list)

    def transcribe(self, pcm: Pcm) -> Transcript:
        line = self.script[len(self.heard_s) % len(self.script)].split()
        self.heard_s.append(pcm.size / RATE_HZ)
        return Transcript(
            text=" ".join(line),
            words=_spread(line, pcm.size * 1000 // RATE_HZ),
            model=self.name,
            mean_log_probability=-0.2 if line else None,
        )

    def transcribe_together(
        self, pcms: Sequence[Pcm], pauses: Pauses | None = None
    ) -> list[Transcript]:
        del pauses
        return [self.transcribe(pcm) for pcm in pcms]


def _spread(line: Sequence[str], length_ms: int) -> tuple[Word, ...]:
    step_ms = length_ms // len(line) if line else 0
    return tuple(
        Word(word, start_ms=nth * step_ms, end_ms=(nth + 1) * step_ms, probability=0.9)
        for nth, word in enumerate(line)
    )


@dataclass(slots=True)
class FakeManyLanguages:
    """Hears these languages in every sound, and says in one of them what stands for it.

    `asked` keeps what was asked: `languages`, `languages thoroughly`, or a language's code.
    """

    probabilities: Mapping[str, float]
    says: Mapping[str, str] = field(default_factory=dict)
    thorough: Mapping[str, float] | None = None
    name: str = "fake-many"
    asked: list[str] = field(default_factory=list)

    def languages(self, pcm: Pcm, *, thoroughly: bool = False) -> Mapping[str, float]:
        del pcm
        self.asked.append("languages thoroughly" if thoroughly else "languages")
        return (thoroughly and self.thorough) or self.probabilities

    def transcribe_in(self, language: str, pcm: Pcm) -> Transcript:
        self.asked.append(language)
        told = FakeTranscriber((self.says.get(language, ""),), name=self.name)
        return told.transcribe(pcm)
