"""Speech that is missed, and noise that is taken for speech: ours and stock Silero.

    afterthought bench speech_detection [--every 1] [--rooms 8] [--words 400] [--json]

Over the recordings of AFTERTHOUGHT_TEST_DATA, as they are, 20 dB quieter, and in rooms:

- *missed*: of the frames of the development day in which somebody speaks (`inner_speech`), the
  share that lies in nothing that was detected; *not speech*: of the frames that were detected,
  the share in which nobody speaks; *touched*: utterances of the day of which anything was detected;
- *noises*: files without a voice in which anything at all was detected, ESC-10 and others;
- *words*: single words in a quiet bed in which nothing was detected;
- *lost*: utterances of speech/dev.jsonl in which nothing was detected, by group.

`live` is what capture keeps by itself, `clip` what of a file reaches the transcriber. Stock is
heard as the recordings are, only. Behind a share its 95 % interval: utterances of the day drawn
anew, or files.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.hearing.detection import OURS, STOCK, Way, frames
from bench.hearing.noise.noises import echoed
from bench.hearing.single_words import single_words
from bench.hearing.word_errors import groups
from bench.recordings import DAY, data_folder
from core.audio import FRAME_SAMPLES, RATE_HZ
from core.pcm import Pcm
from pipeline import media

DRAWS = 2_000
GOALS = {"missed": 0.08, "noises": 4}
"""Of the recordings as they are; the second of 128 files of ESC-10."""

Change = Callable[[Pcm], Pcm]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """Some of all, with the interval that drawing its parts anew gives."""

    some: int
    all: int
    low: float
    high: float

    @property
    def percent(self) -> str:
        return f"{self.some / max(self.all, 1):.1%} ({self.low:.1%} to {self.high:.1%})"


@dataclass(frozen=True, slots=True)
class Found:
    """How one way did on one form of the recordings."""

    missed: Share
    not_speech: float
    touched: int
    segments: int
    noises: Share
    other_noises: int
    words: Share
    lost: dict[str, int] = field(default_factory=dict)
    """By group, where any was."""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 where a goal is missed on the recordings as they are."""
    arguments = _arguments(argv)
    data = data_folder()
    told: dict[str, dict[str, Found]] = {}
    words = single_words(data, arguments.words) if arguments.words else []
    recordings = Recordings(data, arguments.every, arguments.every, words)
    for change, changed in _changes(data, arguments.rooms):
        ways = {**STOCK, **OURS} if change == AS_IT_IS else OURS
        told[change] = {}
        for name, way in ways.items():
            told[change][name] = recordings.judge(way, changed)
            if not arguments.json:
                print(_line(change, name, told[change][name]), flush=True)
    if arguments.json:
        found = {k: {name: asdict(each) for name, each in v.items()} for k, v in told.items()}
        print(json.dumps(found, indent=1))
    return int(any(_missed_a_goal(told[AS_IT_IS][name]) for name in OURS))


class Recordings:
    """The day, or so much of it, the utterances and the noises, decoded once."""

    def __init__(
        self,
        data: Path,
        every: int,
        noises_every: int,
        words: Sequence[Pcm] = (),
        day_s: int = 24 * 3600,
    ) -> None:
        truth = json.loads((data / DAY).with_suffix(".json").read_text("utf-8"))
        within = (each for each in truth["segments"] if each["end"] <= day_s)
        self._segments = [each["inner_speech"] for each in within]
        self._day = _decoded(data / DAY)[: day_s * RATE_HZ]
        rows = _rows(data / "noise" / "dev.jsonl")[::noises_every]
        silent = [row for row in rows if row["voice"] == "none"]
        self._esc = [_noise(data, row) for row in silent if row["source"] == "esc10"]
        self._others = [_noise(data, row) for row in silent if row["source"] != "esc10"]
        self._spoken = _rows(data / "speech" / "dev.jsonl")[::every]
        self._words = words
        self._speech = [_decoded(data / "speech" / row["audio"]) for row in self._spoken]

    def judge(self, way: Way, change: Change) -> Found:
        """One way, on all of them, each changed first."""
        count = -(-self._day.size // FRAME_SAMPLES)
        held = frames(way(change(self._day)), count)
        each = [frames(segment, count) for segment in self._segments]
        missed = np.array([[np.sum(of & ~held), np.sum(of)] for of in each])
        lost = [p for p, pcm in enumerate(self._speech) if not way(change(pcm))]
        return Found(
            missed=_share(missed),
            not_speech=float(np.sum(held & ~np.any(each, axis=0)) / max(np.sum(held), 1)),
            touched=int(np.sum(missed[:, 0] < missed[:, 1])),
            segments=len(each),
            noises=_share(_detected(way, change, self._esc)),
            other_noises=int(_detected(way, change, self._others)[:, 0].sum()),
            words=_share(_undetected(way, change, self._words)),
            lost=_by_group(self._spoken, lost),
        )


AS_IT_IS = "as it is"


def _changes(data: Path, rooms: int) -> Iterator[tuple[str, Change]]:
    yield AS_IT_IS, lambda pcm: pcm
    yield "-20 dB", lambda pcm: _int16(pcm * 0.1)
    for row in _rows(data / "rir" / "dev.jsonl")[:rooms]:
        response = _decoded(data / "rir" / row["rir"])
        yield Path(row["rir"]).stem, partial(_in_room, response)


def _in_room(response: Pcm, pcm: Pcm) -> Pcm:
    return _int16(echoed(pcm.astype(np.float64), response.astype(np.float64))[: pcm.size])


def _detected(way: Way, change: Change, sounds: Sequence[Pcm]) -> npt.NDArray[np.int64]:
    """For each sound a row: whether anything was detected in it, and 1."""
    rows = [[int(bool(way(change(each)))), 1] for each in sounds]
    return np.array(rows, np.int64).reshape(-1, 2)


def _undetected(way: Way, change: Change, sounds: Sequence[Pcm]) -> npt.NDArray[np.int64]:
    rows = [[int(not way(change(each))), 1] for each in sounds]
    return np.array(rows, np.int64).reshape(-1, 2)


def _share(parts: npt.NDArray[np.int64]) -> Share:
    """Of rows of (some, all)."""
    if not len(parts):
        return Share(0, 0, 0.0, 0.0)
    chosen = np.random.default_rng(1).integers(0, len(parts), (DRAWS, len(parts)))
    drawn = parts[chosen].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    some, whole = parts.sum(axis=0)
    return Share(int(some), int(whole), float(low), float(high))


def _by_group(rows: Sequence[Row], positions: Sequence[int]) -> dict[str, int]:
    counted = Counter(
        name for name, members in groups(rows).items() for each in positions if each in members
    )
    return dict(counted)


def _missed_a_goal(found: Found) -> bool:
    missed = found.missed.some / max(found.missed.all, 1)
    return missed > GOALS["missed"] or found.noises.some > GOALS["noises"]


def _line(change: str, way: str, found: Found) -> str:
    lost = ", ".join(f"{count} {name}" for name, count in found.lost.items()) or "none lost"
    return (
        f"{change:24} {way:22} missed {found.missed.percent}, not speech {found.not_speech:.1%}, "
        f"touched {found.touched} of {found.segments}; noises {found.noises.some} of "
        f"{found.noises.all} and {found.other_noises} others; words {found.words.percent}; {lost}"
    )


def _noise(data: Path, row: Row) -> Pcm:
    return _decoded(data / "noise" / row["audio"])


def _decoded(file: Path) -> Pcm:
    return np.concatenate(list(media.decode(file)))


def _int16(sound: npt.NDArray[np.floating[Any]]) -> Pcm:
    made: Pcm = np.rint(np.clip(sound, -32768, 32767)).astype(np.int16)
    return made


def _rows(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench speech_detection", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--every", type=int, default=1, help="take each nth recording only")
    parser.add_argument("--rooms", type=int, default=8, help="number of rooms, of 8")
    parser.add_argument("--words", type=int, default=400, help="number of single words")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(argv)
