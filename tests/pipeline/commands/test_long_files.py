"""However long a sound is, a few seconds of it are held: it goes through piece by piece."""

import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.command_line import main
from core.pcm import Pcm
from pipeline import media
from pipeline.commands import keeping
from pipeline.fakes import FakeModels
from pipeline.media import SoundFile
from pipeline.worker import service
from tests.journeys.silence import write_silence

MINUTES = 4
MOST_PIECES = 3
"""The first, the one that is being written, and the one that is on its way."""

MOST_S = 30
"""The longest piece that anybody reads of a clip."""


class Held:
    """Which pieces of sound somebody still holds."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.most = 0
        self._pieces: list[weakref.ref[Pcm]] = []

    def watch(self, pieces: Iterator[Pcm]) -> Iterator[Pcm]:
        for piece in pieces:
            self.lengths.append(len(piece))
            self._pieces = [each for each in self._pieces if each() is not None]
            self._pieces.append(weakref.ref(piece))
            self.most = max(self.most, len(self._pieces))
            yield piece


def test_what_is_kept_is_written_piece_by_piece_as_it_is_decoded(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, chunks = Held(), SoundFile.chunks
    monkeypatch.setattr(SoundFile, "chunks", lambda self: held.watch(chunks(self)))
    monkeypatch.setattr(service, "ChildModels", lambda *_, **__: FakeModels())
    write_silence(tmp_path / "long.wav", minutes=MINUTES)

    status = main(keeping.COMMANDS, ["--home", str(home), "keep", str(tmp_path / "long.wav")])

    assert status == 0
    assert sum(held.lengths) == MINUTES * 60 * RATE_HZ
    assert max(held.lengths) <= MOST_S * RATE_HZ
    assert held.most <= MOST_PIECES


class Clip(np.ndarray[Any, np.dtype[np.int16]]):
    """A clip that remembers how much of it was read at once."""

    lengths: list[int]

    def __getitem__(self, key: Any) -> Any:
        piece = np.asarray(super().__getitem__(key))
        self.lengths.append(len(piece))
        return piece


def test_what_is_stored_is_encoded_piece_by_piece(tmp_path: Path) -> None:
    clip = np.zeros(MINUTES * 60 * RATE_HZ, np.int16).view(Clip)
    clip.lengths = []

    media.encode_opus(clip, tmp_path / "long.mp4")

    assert sum(clip.lengths) == clip.size
    assert max(clip.lengths) <= MOST_S * RATE_HZ
