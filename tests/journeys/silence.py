"""Silence of any length as a sound file, written without holding it."""

import wave
from pathlib import Path

from core.audio import RATE_HZ


def write_silence(path: Path, *, minutes: float) -> None:
    """16 kHz mono WAV, all zeros, ten seconds at a time."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        ten_seconds = bytes(2 * 10 * RATE_HZ)
        for _ in range(round(minutes * 6)):
            file.writeframes(ten_seconds)
