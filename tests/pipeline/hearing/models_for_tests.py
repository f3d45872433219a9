"""What the contract tests hear with, and what they hear; the everyday tests need neither."""

import json
from pathlib import Path

import soundfile

from core.audio import Pcm
from core.settings import Settings
from pipeline import models


def speech_weights(home: Path) -> Path:
    return models.find("speech", settings=Settings(), home=home)


def whisper_folder(home: Path) -> Path:
    return models.find("transcriber", settings=Settings(), home=home)


def a_voice(data: Path) -> Pcm:
    """The first recording of the development data: fifteen seconds, one reader."""
    row = json.loads((data / "speech" / "dev.jsonl").read_text(encoding="utf-8").splitlines()[0])
    pcm: Pcm
    pcm, _ = soundfile.read(data / "speech" / row["audio"], dtype="int16")
    return pcm
