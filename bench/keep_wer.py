"""Word error rate by group: keeping whole recordings, against stock faster-whisper on the same.

    afterthought bench keep_wer [--stock-runs 3] [--every 1]

Ours is the command `keep` over all recordings in one call; needs AFTERTHOUGHT_TEST_DATA.
Stock is `WhisperModel.transcribe(beam_size=5)` on each file. It rolls dice without a
seed, so it runs several times and its median counts. Both use one thread. The last
columns are the wrong words of ours: substituted, deleted, inserted.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from core.paths import home_at
from core.settings import Settings
from pipeline import models

Row = dict[str, Any]
Hear = Callable[[Path], str]

GOAL = 0.5
"""Points of word error rate that a group may be worse than stock."""

LIBRISPEECH = "librispeech"
NAMED = {"speechocean762": "second language", "ami-mix-headset": "meetings"}


@dataclass(frozen=True, slots=True)
class Score:
    """The number of words of a group that were wrong, and how."""

    words: int
    substituted: int
    deleted: int
    inserted: int

    @property
    def error_percent(self) -> float:
        return 100 * (self.substituted + self.deleted + self.inserted) / self.words


@dataclass(frozen=True, slots=True)
class Run:
    """The texts of one pass over the rows, in their order, and the CPU time that it took."""

    texts: list[str]
    cpu_s: float


def groups(rows: Sequence[Row]) -> dict[str, list[int]]:
    """Which rows are reported together, by position; a row may be in a group and in a part."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        for name in _groups_of(row):
            found[name].append(position)
    return dict(sorted(found.items()))


def score(rows: Sequence[Row], texts: Sequence[str]) -> dict[str, Score]:
    """The score of each group, its words counted together."""
    normal = EnglishTextNormalizer()
    pairs = [(normal(row["text"]), normal(text)) for row, text in zip(rows, texts, strict=True)]
    return {
        name: _score([pairs[position] for position in positions])
        for name, positions in groups(rows).items()
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 where a group is worse than stock by more than the goal allows."""
    arguments = _arguments(argv)
    folder = Path(os.environ["AFTERTHOUGHT_TEST_DATA"]) / "speech"
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text("utf-8").splitlines()]
    rows = rows[:: arguments.every]
    files = [folder / row["audio"] for row in rows]
    stock = _stock()
    stock_runs = [_run(stock, files) for _ in range(arguments.stock_runs)]
    ours = _ours(files)
    return _print_table(rows, stock_runs, ours)


def _groups_of(row: Row) -> list[str]:
    source = row["source"]
    if source.startswith(LIBRISPEECH):
        return ["LibriSpeech", f"LibriSpeech, {source.removeprefix('librispeech-')}"]
    if source == "speechocean762":
        age = "children" if "child" in row["tags"] else "adults"
        return [NAMED[source], f"{NAMED[source]}, {age}"]
    return [NAMED[source]] if source in NAMED else ["others", f"others, {source}"]


def _score(pairs: Sequence[tuple[str, str]]) -> Score:
    spoken = [(said, heard) for said, heard in pairs if said]
    found = jiwer.process_words([said for said, _ in spoken], [heard for _, heard in spoken])
    return Score(
        words=found.hits + found.substitutions + found.deletions,
        substituted=found.substitutions,
        deleted=found.deletions,
        inserted=found.insertions,
    )


def _stock() -> Hear:
    from faster_whisper import WhisperModel  # noqa: PLC0415 - the other side, as it ships

    model = WhisperModel(str(_weights("transcriber")), compute_type="int8", cpu_threads=1)
    return lambda file: " ".join(part.text for part in model.transcribe(str(file), beam_size=5)[0])


def _ours(files: Sequence[Path]) -> Run:
    """The real command over all files, its models' start and the archive's writing included."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "afterthought", "keep", "--home", home, "--json"]
        before_s = _children_s()
        done = subprocess.run(
            [*command, *map(str, files)], stdout=subprocess.PIPE, text=True, check=True
        )
        cpu_s = _children_s() - before_s
    return Run([json.loads(line)["text"] for line in done.stdout.splitlines()], cpu_s)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _weights(name: str) -> Path:
    return models.find(name, settings=Settings(), home=home_at(None).path)


def _run(hear: Hear, files: Sequence[Path]) -> Run:
    before_s = time.process_time()
    texts = [hear(file) for file in files]
    return Run(texts, time.process_time() - before_s)


def _print_table(rows: Sequence[Row], stock_runs: Sequence[Run], ours: Run) -> int:
    stock = [score(rows, run.texts) for run in stock_runs]
    missed = False
    print(f"{'group':34} words   stock    ours    more   sub  del  ins")
    for name, got in score(rows, ours.texts).items():
        usual = statistics.median(run[name].error_percent for run in stock)
        missed |= "," not in name and got.error_percent - usual > GOAL
        print(
            f"{name:34} {got.words:5} {usual:6.2f}% {got.error_percent:6.2f}% "
            f"{got.error_percent - usual:+6.2f} {got.substituted:5} {got.deleted:4} "
            f"{got.inserted:4}"
        )
    stock_s = statistics.median(run.cpu_s for run in stock_runs)
    print(f"CPU: stock {stock_s:.0f} s, ours {ours.cpu_s:.0f} s, {ours.cpu_s / stock_s:.2f} of it")
    return int(missed)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--stock-runs", type=int, default=3, help="of which the median counts")
    parser.add_argument("--every", type=int, default=1, help="take each nth recording only")
    return parser.parse_args(argv)
