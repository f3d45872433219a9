"""The speech of each speaker of the development data, without its pauses."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ
from core.paths import home_at
from core.pcm import Pcm
from core.settings import Settings
from pipeline import media, models
from pipeline.hearing.transcribe_clip import probabilities
from pipeline.speech.silero import SileroSpeechModel

SPOKEN = 0.4

READERS = {
    "librispeech-test-other",
    "librispeech-train-clean-100",
    "ljspeech",
    "speechbrain-asr",
    "asterisk-prompts",
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one speaker says in one recording, end to end."""

    speaker: str
    source: str
    pcm: Pcm


def rows_of(data: Path) -> list[dict[str, Any]]:
    text = (data / "speech" / "dev.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def sound_of(data: Path, row: dict[str, Any]) -> Pcm:
    return np.concatenate(list(media.decode(data / "speech" / row["audio"])))


def everybody(data: Path) -> Iterator[Spoken]:
    """Of meetings what one alone says, by the annotators' times; else what the detector hears."""
    for row in rows_of(data):
        if "words" in row:
            yield from _alone(row, sound_of(data, row))
        elif row["speaker"]:
            pcm = sound_of(data, row)
            yield Spoken(row["speaker"], row["source"], pcm[spoken(pcm)])


def spoken(pcm: Pcm) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """True for each sample at which somebody speaks, or did a frame before or after."""
    frames = np.array(list(probabilities(pcm, _speech_model(), lambda _: None))) >= SPOKEN
    wide = np.convolve(frames, np.ones(3), "same") > 0
    samples: np.ndarray[Any, np.dtype[np.bool_]] = np.repeat(wide, FRAME_SAMPLES)[: pcm.size]
    return samples


def _alone(row: dict[str, Any], pcm: Pcm) -> Iterator[Spoken]:
    words = row["words"]
    said: dict[str, list[Pcm]] = {}
    for word in words:
        others = (each for each in words if each["speaker"] != word["speaker"])
        if not any(o["start"] < word["end"] and o["end"] > word["start"] for o in others):
            cut = pcm[int(word["start"] * RATE_HZ) : int(word["end"] * RATE_HZ)]
            said.setdefault(word["speaker"], []).append(cut)
    for speaker, cuts in said.items():
        yield Spoken(speaker, row["source"], np.concatenate(cuts))


@cache
def _speech_model() -> SileroSpeechModel:
    home = home_at(None).path
    return SileroSpeechModel(models.find("speech", settings=Settings(), home=home))
