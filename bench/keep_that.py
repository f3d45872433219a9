"""A press after each utterance: what of it was kept, and where the clips were cut.

One press 1 s after the end of every segment of a day whose truth is known
(AFTERTHOUGHT_TEST_DATA, speech/dev/day), through ring, gate, cutting and session as they
run on the device; nothing is transcribed. Beside it: always the last 60 s.
"""

import argparse
import itertools
import json
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.recordings import DAY, data_folder
from core.audio import RATE_HZ
from core.clock import Recorded
from core.pcm import Pcm
from core.settings import Settings
from device.capture.clip_writer import ClipSource
from device.capture.engine import Engine
from device.memory.recent_sound import Sound
from device.memory.utterances import FAINT
from device.ports import BLOCK_SAMPLES
from pipeline import media
from pipeline.speech import speech_detector
from pipeline.spool.fakes import MemoryClip, MemorySpool

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Figures of one way to cut, over one day."""

    whole: int
    segments: int
    edges_in_speech: int
    lead_s: float
    kept_twice_s: float
    kept_s: float
    clips: int


def main(argv: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="bench keep_that")
    parser.add_argument("--after", type=float, default=1.0, help="seconds from an end to its press")
    parser.add_argument("day", nargs="?", type=Path, help="a .flac with its .json beside it")
    arguments = parser.parse_args(argv)
    day = arguments.day or data_folder() / DAY
    truth = json.loads(day.with_suffix(".json").read_text(encoding="utf-8"))
    presses_s = [each["end"] + arguments.after for each in truth["segments"]]
    ways = {
        "press": pressed(day, presses_s),
        "always the last 60 s": [(max(0.0, at_s - 60), at_s) for at_s in presses_s],
    }
    print("| way | wholly kept | edges inside speech | median lead | twice | kept | clips |")
    print("|---|---|---|---|---|---|---|")
    for name, clips in ways.items():
        v = judge(clips, truth["segments"])
        print(
            f"| {name} | {v.whole} of {v.segments} | {v.edges_in_speech} | {v.lead_s:.2f} s "
            f"| {v.kept_twice_s:.1f} s | {v.kept_s:.0f} s | {v.clips} |"
        )
    return 0


def pressed(day: Path, presses_s: Sequence[float]) -> list[Span]:
    """The clips, in seconds of the file, that these presses leave."""
    spool = MemorySpool()
    sound = Sound(speech_detector.new_gate())
    sound.listen_with(speech_detector.load(Settings(), Path(), faint=FAINT))
    engine = Engine(ClipSource("bench", Recorded), sound, spool, lambda _: None)
    presses = [round(each * RATE_HZ) for each in presses_s]
    for chunk in media.decode(day):
        for start in range(0, len(chunk), BLOCK_SAMPLES):
            _hear(engine, chunk[start : start + BLOCK_SAMPLES], presses)
    for each in presses:
        _press(engine, min(each, sound.now))
    engine.end()
    closed = sorted(spool.closed.values(), key=_start)
    return [(_start(each) / RATE_HZ, (_start(each) + each.samples) / RATE_HZ) for each in closed]


def _start(clip: MemoryClip) -> int:
    """The position at which it begins, which stands in for its time."""
    return clip.header.recorded.at_ms or 0


def judge(clips: Sequence[Span], segments: Sequence[dict[str, Any]]) -> Verdict:
    """Hold clips against the truth: `inner_speech` is when anybody speaks."""
    inner = [tuple(span) for each in segments for span in each["inner_speech"]]
    spoken = [(e["inner_speech"][0][0], e["inner_speech"][-1][1]) for e in segments]
    edges = [edge for clip in clips for edge in clip]
    firsts = [min((a for a, _ in inner if a >= start), default=start) for start, _ in clips]
    leads = [
        first - start for first, (start, end) in zip(firsts, clips, strict=True) if first < end
    ]
    ordered = sorted(clips)
    return Verdict(
        whole=sum(any(s <= a and b <= e for s, e in clips) for a, b in spoken),
        segments=len(segments),
        edges_in_speech=sum(any(a < edge < b for a, b in inner) for edge in edges),
        lead_s=statistics.median(leads) if leads else 0.0,
        kept_twice_s=sum(max(0.0, one[1] - two[0]) for one, two in itertools.pairwise(ordered)),
        kept_s=sum(end - start for start, end in clips),
        clips=len(clips),
    )


def _hear(engine: Engine, block: Pcm, presses: list[int]) -> None:
    engine.hear(block)
    while presses and presses[0] <= engine.sound.now:
        _press(engine, presses.pop(0))


def _press(engine: Engine, at: int) -> None:
    engine.press(at)
    engine.release(at)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
