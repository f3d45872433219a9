"""What the first stage of selection finds by the sound alone, and what ambient costs.

    afterthought bench stage_one [--runs 3] [--json]

Over the development day of AFTERTHOUGHT_TEST_DATA, on which two readers said what they would want
back. Its utterances, cut as capture cuts them, are taken in the order of their score until so
much of the speech is used up. *Recall* is the share of the agreed segments of which at least half
was taken: by our score, by loudness alone (as it is, and over the room's; the better one counts),
and by chance (the mean of 2,000 orders).
*As it is* is the same of what passes the bar that capture has, and how much of the speech that is.
*CPU* is the processor time of `hear --policy ambient`, of that of `--policy everything`.
"""

import argparse
import json
import math
import random
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.hearing.costs import ran
from bench.recordings import DAY, data_folder
from bench.selection.labels import read_labels
from core.audio import RATE_HZ
from core.clock import Recorded
from core.settings import Settings
from device.capture.candidates.of_file import FileCandidates, WeighedPiece
from device.capture.clip_writer import ClipSource
from device.memory.recent_sound import Sound
from device.memory.utterances import FAINT
from device.ports import BLOCK_SAMPLES
from device.session.selection import Rules
from pipeline import media
from pipeline.speech import speech_detector

SHARES = (0.10, 0.25, 0.50)
ORDERS = 2_000
LIFT_GOAL, CPU_GOAL = 1.3, 0.5
WITHOUT_LIMIT = Rules(budget_s=3600)


@dataclass(frozen=True, slots=True)
class Told:
    """An utterance of the day: its segment, its length, and what each way scores it."""

    segment: int
    seconds: float
    scores: dict[str, float]
    passes: bool


@dataclass(frozen=True, slots=True)
class Day:
    """The utterances, and the segments that both readers want back."""

    utterances: Sequence[Told]
    agreed: Sequence[int]

    @property
    def speech_s(self) -> float:
        return sum(each.seconds for each in self.utterances)

    def recall(self, taken: Sequence[Told]) -> float:
        """The share of the agreed segments of which at least half was taken."""
        of_segment, had = defaultdict[int, float](float), defaultdict[int, float](float)
        for each in self.utterances:
            of_segment[each.segment] += each.seconds
        for each in taken:
            had[each.segment] += each.seconds
        found = [each for each in self.agreed if 0 < of_segment[each] <= 2 * had[each]]
        return len(found) / len(self.agreed)

    def first(self, ordered: Sequence[Told], share: float) -> list[Told]:
        """Those that fit into this share of the speech, taken in this order."""
        left_s, taken = self.speech_s * share, list[Told]()
        for each in ordered:
            if each.seconds <= left_s:
                left_s -= each.seconds
                taken.append(each)
        return taken


def main(argv: Sequence[str]) -> int:
    """Print the table; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="bench stage_one")
    parser.add_argument("--runs", type=int, default=3, help="of each policy, for its CPU (0: none)")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    asked = parser.parse_args(argv)
    day = read_day(data_folder())
    rows = [row(day, share) for share in SHARES]
    passing = [each for each in day.utterances if each.passes]
    bar = {
        "share": sum(each.seconds for each in passing) / day.speech_s,
        "recall": day.recall(passing),
    }
    cpu = _cpu(data_folder() / DAY, asked.runs) if asked.runs else None
    figures = {"kappa": read_labels().kappa, "rows": rows, "bar": bar, "cpu": cpu}
    print(json.dumps(figures) if asked.json else "\n".join(_lines(figures, len(day.agreed))))
    return _missed(figures)


def read_day(data: Path) -> Day:
    """The development day, as capture cuts and weighs it."""
    segments = json.loads((data / DAY.with_suffix(".json")).read_text("utf-8"))["segments"]
    agreed = [place for place, is_agreed in enumerate(read_labels().agreed) if is_agreed]
    return Day([_told(each, segments) for each in _weighed(data / DAY)], agreed)


def row(day: Day, share: float) -> dict[str, float]:
    """The recall of each way at this share of the speech."""
    by = {
        name: day.recall(
            day.first(sorted(day.utterances, key=lambda each: -each.scores[name]), share)
        )
        for name in ("ours", "loudness", "over the room")
    }
    chance = random.Random(1)  # noqa: S311 - nothing secret
    orders = (chance.sample(day.utterances, len(day.utterances)) for _ in range(ORDERS))
    by["random"] = statistics.fmean(day.recall(day.first(each, share)) for each in orders)
    others = max(by["loudness"], by["over the room"], by["random"])
    return {"share": share, **by, "lift": by["ours"] / others}


def _weighed(file: Path) -> Iterator[WeighedPiece]:
    detector = speech_detector.load(Settings(), file.parent, faint=FAINT)
    sound = Sound(speech_detector.new_gate())
    sound.listen_with(detector)
    found = FileCandidates(ClipSource("day", Recorded, "selected"), sound, WITHOUT_LIMIT)
    with media.SoundFile(file) as opened:
        for chunk in opened.chunks():
            for start in range(0, len(chunk), BLOCK_SAMPLES):
                found.hear(chunk[start : start + BLOCK_SAMPLES])
                yield from found.take()
    found.end()
    yield from found.take()


def _told(each: WeighedPiece, segments: Sequence[dict[str, Any]]) -> Told:
    start_s, end_s = (at / RATE_HZ for at in (each.piece.spoken.start, each.piece.spoken.end))
    shared = [min(end_s, it["end"]) - max(start_s, it["start"]) for it in segments]
    measured = each.measured
    scores = {
        "ours": each.weighed.score,
        "loudness": measured.loudness,
        "over the room": math.log(max(measured.loudness, 1e-6) / measured.background),
    }
    place = max(range(len(shared)), key=lambda at: shared[at])
    return Told(place, end_s - start_s, scores, each.weighed.is_candidate)


def _cpu(day: Path, runs: int) -> dict[str, float]:
    """Processor seconds of the whole command, the two policies by turns; the median of each."""
    used: dict[str, list[float]] = {"everything": [], "ambient": []}
    for _ in range(runs):
        for policy, times in used.items():
            with tempfile.TemporaryDirectory() as home:
                arguments = ("hear", "--policy", policy, "--home", home, "--json", day)
                times.append(ran("afterthought", *arguments).cpu_s)
    everything_s, ambient_s = (statistics.median(each) for each in used.values())
    return {
        "everything_s": everything_s,
        "ambient_s": ambient_s,
        "ratio": ambient_s / everything_s,
    }


def _lines(figures: dict[str, Any], agreed: int) -> Iterator[str]:
    yield f"{agreed} segments are agreed on; the readers' kappa is {figures['kappa']:.2f}."
    yield "| of the speech | ours | loudness | over the room | random | ours to the best other |"
    yield "|---|---|---|---|---|---|"
    for each in figures["rows"]:
        names = ("ours", "loudness", "over the room", "random")
        cells = " | ".join(f"{each[name]:.2f}" for name in names)
        yield f"| {each['share']:.0%} | {cells} | {each['lift']:.2f} |"
    bar, cpu = figures["bar"], figures["cpu"]
    yield f"As it is: {bar['share']:.0%} of the speech passes, recall {bar['recall']:.2f}."
    if cpu is not None:
        yield (
            f"CPU: ambient {cpu['ambient_s']:.1f} s, everything {cpu['everything_s']:.1f} s, "
            f"{cpu['ratio']:.2f} of it (goal {CPU_GOAL})."
        )


def _missed(figures: dict[str, Any]) -> int:
    lift = next(each["lift"] for each in figures["rows"] if each["share"] == SHARES[1])
    cpu = figures["cpu"]
    return int(lift < LIFT_GOAL or (cpu is not None and cpu["ratio"] > CPU_GOAL))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
