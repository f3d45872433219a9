"""The choice among several sound tracks: the one in which most is said. Pure.

A film may carry a silent track and two languages; a recorder has a track for each microphone.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.audio import RATE_HZ
from core.pcm import Pcm

Judge = Callable[[Pcm], float]
"""Seconds of speech in some sound."""

SILENT = 33
"""A track that never rises above it (-60 dB) is silent."""

_PIECE_SAMPLES = 8 * RATE_HZ
_PIECES = 15
"""Of each track the loudest two minutes are judged: enough to tell a voice from music, and 4 MB."""


@dataclass(slots=True)
class Track:
    """A sound track, and what was found in it. `number` is from 1 on, as people count."""

    number: int
    about: str = ""
    decodable: bool = True
    loudest: int = 0
    speech_s: float = 0.0

    @property
    def silent(self) -> bool:
        return self.loudest < SILENT


class Listener:
    """Hears a track from beginning to end and holds its loudest pieces."""

    def __init__(self) -> None:
        self.loudest = 0
        self._held: list[tuple[float, int, Pcm]] = []
        self._open: list[Pcm] = []
        self._samples = self._number = 0

    def hear(self, chunks: Iterable[Pcm]) -> Pcm:
        """The loudest pieces of this sound, in the order in which they came."""
        for chunk in chunks:
            self._open.append(chunk)
            self._samples += len(chunk)
            if self._samples >= _PIECE_SAMPLES:
                self._close()
        self._close()
        held = sorted(self._held, key=lambda each: each[1])
        return np.concatenate([each[2] for each in held] or [np.zeros(0, np.int16)])

    def _close(self) -> None:
        if not self._samples:
            return
        piece = np.concatenate(self._open)
        self._open, self._samples = [], 0
        self._number += 1
        self.loudest = max(self.loudest, int(np.abs(piece.astype(np.int32)).max(initial=0)))
        power = float(np.mean(piece.astype(np.float32) ** 2))
        heapq.heappush(self._held, (power, self._number, piece))
        if len(self._held) > _PIECES:
            heapq.heappop(self._held)


def loudness(pcm: Pcm) -> float:
    """Seconds that are no silence: what judges where there is no speech model."""
    frames = pcm[: len(pcm) // 512 * 512].reshape(-1, 512).astype(np.float32)
    loud = np.sqrt(np.mean(frames**2, axis=1)) > SILENT if len(frames) else np.zeros(0)
    return float(np.count_nonzero(loud)) * 512 / RATE_HZ


def best(tracks: Sequence[Track]) -> Track | None:
    """The track in which most is said, the first of those alike; None where none is decodable."""
    able = [each for each in tracks if each.decodable]
    return max(
        able, key=lambda each: (round(each.speech_s), not each.silent, -each.number), default=None
    )


def sentence(name: str, tracks: Sequence[Track], kept: Track) -> str:
    """A sentence that names every track of a file, and the one that was kept."""
    each = "; ".join(f"{track.number}{_described(track)}" for track in tracks)
    return (
        f"{name} has {len(tracks)} sound tracks: {each}. Track {kept.number} is kept; "
        "`keep --track N` keeps another."
    )


def _described(track: Track) -> str:
    if not track.decodable:
        found = "cannot be decoded"
    elif track.silent:
        found = "silent"
    else:
        found = "speech" if track.speech_s >= 1 else "no speech found"
    return f" ({', '.join(filter(None, (track.about, found)))})"
