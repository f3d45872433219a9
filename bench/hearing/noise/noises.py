"""Noise without a voice in it, at other levels, in other rooms and shifted: what nobody said."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np

from core.audio import RATE_HZ
from core.pcm import Pcm
from pipeline import media

GAINS_DB = (-20, 0, 12)
"""Far away, as recorded, and so loud that much of it clips."""

OFFSETS = (0, 137, 1_601, 8_111, 24_007)
"""Samples of silence before it: the detector's frames and Whisper's steps fall elsewhere."""

DRY = "dry"

FULL_SCALE = 32_767


@dataclass(frozen=True, slots=True)
class Trial:
    """A recording, and what is done to it; `seconds` are the recording's own."""

    file: str
    label: str
    seconds: float
    gain_db: int
    room: str
    offset: int


def trials(data: Path) -> list[Trial]:
    """All of them: 28 h in the rooms of `rir/`, and 3.5 h as recorded."""
    lines = (data / "noise" / "dev.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["voice"] == "none"]
    rooms = (data / "rir" / "dev.jsonl").read_text("utf-8").splitlines()
    places = [DRY, *(json.loads(line)["rir"] for line in rooms)]
    return [
        Trial(row["audio"], row["label"], row["seconds"], gain_db, room, offset)
        for row, room, gain_db, offset in product(rows, places, GAINS_DB, OFFSETS)
    ]


def echoed(
    sound: "np.typing.NDArray[np.float64]", response: "np.typing.NDArray[np.float64]"
) -> "np.typing.NDArray[np.float64]":
    """The sound in a room, a second longer at most; the response is brought to unit energy."""
    response = response / np.sqrt(np.sum(response**2))
    size = sound.size + min(response.size, RATE_HZ) - 1
    length = 1 << (sound.size + response.size - 2).bit_length()
    spectrum = np.fft.rfft(sound, length) * np.fft.rfft(response, length)
    return np.fft.irfft(spectrum, length)[:size]


def sample(of: Sequence[Trial], seconds: float, seed: int) -> list[Trial]:
    """As many of them, by chance, as make up so many seconds; by file, for they are cached so."""
    chosen, left_s = list[Trial](), seconds
    for each in random.Random(seed).sample(list(of), len(of)):  # noqa: S311 - chance with a seed
        if left_s <= 0:
            break
        chosen.append(each)
        left_s -= each.seconds
    return sorted(chosen, key=lambda each: (each.file, each.room))


def sounds(data: Path, of: Sequence[Trial]) -> Iterator[tuple[Trial, Pcm]]:
    """Each with its samples."""
    for trial in of:
        placed = _in_room(data, trial.file, trial.room) * 10 ** (trial.gain_db / 20)
        pcm = np.rint(np.clip(placed, -FULL_SCALE, FULL_SCALE)).astype(np.int16)
        yield trial, np.pad(pcm, (trial.offset, 0))


@lru_cache(maxsize=2)
def _in_room(data: Path, file: str, room: str) -> "np.typing.NDArray[np.float64]":
    """As loud as it was."""
    sound = _decoded(data / "noise" / file).astype(np.float64)
    if room == DRY:
        return sound
    return echoed(sound, _decoded(data / "rir" / room).astype(np.float64))


@lru_cache(maxsize=16)
def _decoded(file: Path) -> Pcm:
    return np.concatenate(list(media.decode(file)))
