"""Word error rate by group: keeping whole recordings, against stock faster-whisper on the same.

    AFTERTHOUGHT_TEST_DATA=FOLDER python bench/keep_wer.py [--stock-runs 3] [--every 1]

Stock is `WhisperModel.transcribe(beam_size=5)` on the file. It rolls dice without a
seed, so it runs several times and its median counts. Both use one thread. The last
columns are the wrong words of ours: substituted, deleted, inserted.
"""

import argparse
import json
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jiwer
import soundfile
from whisper_normalizer.english import EnglishTextNormalizer

from core.places import home_at
from core.settings import Settings
from pipeline import models

Row = dict[str, Any]
Hear = Callable[[Path], str]

LIBRISPEECH = "librispeech"
NAMED = {"speechocean762": "second language", "ami-mix-headset": "meetings"}


@dataclass(frozen=True, slots=True)
class Score:
    """How many words of a group were wrong, and how."""

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


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    arguments = _arguments(argv)
    folder = Path(os.environ["AFTERTHOUGHT_TEST_DATA"]) / "speech"
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text("utf-8").splitlines()]
    rows = rows[:: arguments.every]
    files = [folder / row["audio"] for row in rows]
    stock = _stock()
    stock_runs = [_run(stock, files) for _ in range(arguments.stock_runs)]
    ours = _run(_ours(), files)
    _print_table(rows, stock_runs, ours)


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


def _ours() -> Hear:
    from pipeline.hearing.hear import hear  # noqa: PLC0415 - so that each side loads its own
    from pipeline.hearing.speech_model import SileroSpeechModel  # noqa: PLC0415
    from pipeline.hearing.transcriber import WhisperTranscriber  # noqa: PLC0415

    speech_model = SileroSpeechModel(_weights("speech"))
    transcriber = WhisperTranscriber(_weights("transcriber"))
    return lambda file: hear(soundfile.read(file, dtype="int16")[0], speech_model, transcriber).text


def _weights(name: str) -> Path:
    return models.find(name, settings=Settings(), home=home_at(None).path)


def _run(hear: Hear, files: Sequence[Path]) -> Run:
    before_s = time.process_time()
    texts = [hear(file) for file in files]
    return Run(texts, time.process_time() - before_s)


def _print_table(rows: Sequence[Row], stock_runs: Sequence[Run], ours: Run) -> None:
    stock = [score(rows, run.texts) for run in stock_runs]
    print(f"{'group':34} words   stock    ours    more   sub  del  ins")
    for name, got in score(rows, ours.texts).items():
        usual = statistics.median(run[name].error_percent for run in stock)
        print(
            f"{name:34} {got.words:5} {usual:6.2f}% {got.error_percent:6.2f}% "
            f"{got.error_percent - usual:+6.2f} {got.substituted:5} {got.deleted:4} "
            f"{got.inserted:4}"
        )
    stock_s = statistics.median(run.cpu_s for run in stock_runs)
    print(f"CPU: stock {stock_s:.0f} s, ours {ours.cpu_s:.0f} s, {ours.cpu_s / stock_s:.2f} of it")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--stock-runs", type=int, default=3, help="of which the median counts")
    parser.add_argument("--every", type=int, default=1, help="take each nth recording only")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
