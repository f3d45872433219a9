"""How far `bench invented_words` has come, in a file: a run that was ended goes on there."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from bench.hearing.noise.noises import Trial

ROOT = Path(__file__).parents[3]

HEARING = ("pipeline/hearing", "pipeline/speech")
"""Where it is decided what is a word: what was found by other code counts no more."""


@dataclass(frozen=True, slots=True)
class Invented:
    """A clip of noise that was given words."""

    trial: Trial
    text: str
    words: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class Clip:
    """What became of one clip: whether Whisper was asked, and the words, if there were any."""

    asked: bool
    invented: Invented | None = None


class Record:
    """One line a clip, in the order of the trials; the first line says what it is about."""

    def __init__(self, path: Path, of: Sequence[Trial]) -> None:
        """Goes on with what is in the file, where that is about the same trials and code."""
        about = _about(of)
        self.clips = list(_clips(path, about))[: len(of)]
        self._file = path.open("w", encoding="utf-8")
        self._write({"about": about})
        for clip in self.clips:
            self._write(asdict(clip))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, clip: Clip) -> None:
        self.clips.append(clip)
        self._write(asdict(clip))

    @property
    def invented(self) -> list[Invented]:
        return [clip.invented for clip in self.clips if clip.invented is not None]

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def _clips(path: Path, about: str) -> Iterable[Clip]:
    """Those of a file that may end in the middle of a line."""
    try:
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        if json.loads(first) != {"about": about}:
            return
        for line in lines:
            yield _clip(json.loads(line))
    except (FileNotFoundError, ValueError):
        return


def _clip(told: dict[str, Any]) -> Clip:
    found = told["invented"]
    if found is None:
        return Clip(told["asked"])
    return Clip(told["asked"], Invented(**{**found, "trial": Trial(**found["trial"])}))


def _about(of: Sequence[Trial]) -> str:
    digest = hashlib.sha256(json.dumps([asdict(each) for each in of]).encode())
    for folder in HEARING:
        for file in sorted((ROOT / folder).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()
