"""What the contract tests hear with, and what they hear; the everyday tests need neither."""

import json
from pathlib import Path

import numpy as np

from core.audio import FRAME_SAMPLES
from core.pcm import Pcm
from core.settings import Settings
from pipeline import media, models


def speech_weights(home: Path) -> Path:
    return models.find("speech", settings=Settings(), home=home)


def whisper_folder(home: Path) -> Path:
    return models.find("transcriber", settings=Settings(), home=home)


def a_voice(data: Path) -> Pcm:
    """The first recording of the development data: fifteen seconds, one reader."""
    row = json.loads((data / "speech" / "dev.jsonl").read_text(encoding="utf-8").splitlines()[0])
    return np.concatenate(list(media.decode(data / "speech" / row["audio"])))


def a_day(data: Path) -> Pcm:
    """Twelve minutes whose truth is known, in whole frames."""
    day = np.concatenate(list(media.decode(data / "speech/dev/day/day_dev.flac")))
    return day[: day.size // FRAME_SAMPLES * FRAME_SAMPLES]
