"""A day of ambient without a worker: what waits stays in memory, and a press outranks it.

    afterthought bench ambient_day [--hours 24] [--memory-mb 128] [--json]

A capture of the profile `zero` hears a day of talk in a simulated time, in a memory group of that
size where this user may make one. No worker comes, and the budget is an hour each hour, so that
as much waits as ever can. Every few minutes somebody presses. It counts the presses that were not
taken at once, the bytes that waited at most, what went and why, whether always the oldest; and it
searches every file of the home for what nobody pressed for. The memory is told beside that of the
policy `button`, from a day of its own.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.capture.world import CLUE, World
from bench.search.embedder_build import ENTER, NoGroups, memory_group
from core.audio import FRAME_SAMPLES, RATE_HZ, Span
from core.clock import FakeClock
from core.paths import Home
from core.pcm import Pcm
from core.settings import MachineSettings, Policy, SelectionSettings, Settings
from device.capture.candidates.ambient import Ambient
from device.capture.candidates.heard_queue import Candidate
from device.capture.candidates.worker_line import MOST_BYTES_ZERO
from device.capture.loop import Capture, DetectorLoaded
from device.capture.requests import Request
from device.daemon import Shown, new_capture
from device.fakes import FakeLight, FakeMicrophone
from device.ports import BLOCK_SAMPLES, Block

BLOCK_S = BLOCK_SAMPLES / RATE_HZ
SHELL = "/bin/sh"
PRESS_EVERY_S = (30.0, 600.0)
_BEGINNING = 8
"""Bytes of a clue by which it is looked for: four samples."""

SPEECH_FROM = 1000
"""Louder samples than this are the world's speech."""


class LoudDetector:
    """Whatever is loud is speech: the day is about memory, and not about hearing."""

    def judge(self, frames: Pcm) -> list[float]:
        loud = np.abs(frames.reshape(-1, FRAME_SAMPLES)).max(axis=1) > SPEECH_FROM
        return [0.95 if each else 0.0 for each in loud]

    def reset(self) -> None:
        """Nothing is remembered."""


@dataclass(slots=True)
class Counted:
    """What the day came to."""

    presses: int = 0
    refused: int = 0
    waited: int = 0
    most_bytes: int = 0
    out_of_order: int = 0
    kept: list[Span] = field(default_factory=list)
    spoken: list[Span] = field(default_factory=list)


class Day:
    """A capture in a simulated time, and what is seen of it from outside."""

    def __init__(self, home: Path, policy: Policy, hours: float) -> None:
        selection = SelectionSettings(policy, minutes_an_hour=60)
        settings = Settings(machine=MachineSettings("zero"), selection=selection)
        self.clock = FakeClock()
        shown = Shown([FakeLight()], [], [])
        self.capture: Capture = new_capture(
            Home(home), FakeMicrophone(), shown, settings=settings, clock=self.clock
        )
        self.counted = Counted()
        self.sound = World(1, hours).sound
        self._turns = random.Random(2)  # noqa: S311 - nothing secret
        self._known: list[Candidate] = []
        self._press_s = 60.0
        self.capture.take(DetectorLoaded(LoudDetector()))

    def live(self, hours: float) -> None:
        """Hear, press, and look after each block."""
        for at in range(0, round(hours * 3600 * RATE_HZ), BLOCK_SAMPLES):
            self.clock.advance(BLOCK_S)
            now_s = self.clock.monotonic_s()
            self.capture.take(Block(self.sound(at, BLOCK_SAMPLES), now_s))
            if at / RATE_HZ >= self._press_s:
                self._press(now_s)
                self._press_s += self._turns.uniform(*PRESS_EVERY_S)
            self.capture.turn(now_s)
            self._look()
        self.capture.close()

    def _press(self, now_s: float) -> None:
        answers: list[dict[str, Any]] = []
        self.capture.take(Request({"do": "press"}, answers.append, now_s))
        self.counted.presses += 1
        self.counted.refused += answers[0]["outcome"] != "taken"

    def _look(self) -> None:
        """What waits now, and what of it has gone since: the oldest, or what a press keeps."""
        counted, unpressed = self.counted, self.capture.parts.unpressed
        keep = self.capture.engine.session.keeping.keep
        if keep is not None and keep.closed and keep.end is not None:
            span = Span(keep.start, keep.end)
            if counted.kept[-1:] != [span]:
                counted.kept.append(span)
        if not isinstance(unpressed, Ambient):
            return
        waiting = list(unpressed.waiting)
        new = [each for each in waiting if each not in self._known]
        counted.waited += len(new)
        counted.spoken += [each.spoken for each in new]
        left = [each for each in self._known if each in waiting]
        gone = [each for each in self._known if each not in waiting]
        if keep is None or keep.closed:  # else a press took them
            counted.out_of_order += any(later.at_s > each.at_s for later in gone for each in left)
        counted.most_bytes = max(counted.most_bytes, sum(each.file.bytes for each in waiting))
        self._known = waiting

    def found_on_disk(self, home: Path) -> int:
        """Of what waited and no press kept, how many have eight samples in any file."""
        unkept = [
            each
            for each in self.counted.spoken
            if not any(one.start < each.end and each.start < one.end for one in self.counted.kept)
        ]
        middles = ((each.start + each.end) // 2 for each in unkept)
        files = [each for each in home.rglob("*") if each.is_file()]
        return len(found_in(files, {self.sound(at, CLUE).tobytes() for at in middles}))


def found_in(files: Sequence[Path], clues: set[bytes]) -> set[bytes]:
    """Those of these clues, all of one length, that are in any of the files, wherever they begin.

    One file at a time, as a machine with little memory has to, and all clues at once.
    """
    if not clues:
        return set()
    beginnings = np.unique([np.frombuffer(each[:_BEGINNING], "<u8")[0] for each in clues])
    found = set()
    for file in files:
        content = file.read_bytes()
        for at in _places(content, beginnings):
            found.add(content[at : at + len(next(iter(clues)))])
    return found & clues


def _places(content: bytes, beginnings: NDArray[np.uint64]) -> Iterator[int]:
    """Where in it one of these eight bytes stands."""
    for shift in range(_BEGINNING):
        count = max(len(content) - shift, 0) // _BEGINNING
        values = np.frombuffer(content[shift : shift + count * _BEGINNING], "<u8")
        yield from (_BEGINNING * np.flatnonzero(np.isin(values, beginnings)) + shift).tolist()


def main(argv: Sequence[str]) -> int:
    """Print what it came to; 1 where something of it is not as it must be."""
    parser = argparse.ArgumentParser(prog="bench ambient_day")
    parser.add_argument("--hours", type=float, default=24.0, help="of sound")
    parser.add_argument("--memory-mb", type=int, default=128, help="of the memory group")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument("--policy", help="one day alone, in this process: the benchmark's own")
    asked = parser.parse_args(argv)
    if asked.policy:
        print(json.dumps(_one(asked.policy, asked.hours)))
        return 0
    days = {each: _apart(each, asked.hours, asked.memory_mb) for each in ("button", "ambient")}
    print(json.dumps(days) if asked.json else "\n".join(_lines(days)))
    of = days["ambient"]
    wrong = of["refused"] or of["found_on_disk"] or of["swapped_kb"] or of["out_of_order"]
    return int(bool(wrong) or of["most_bytes"] > MOST_BYTES_ZERO)


def _one(policy: Policy, hours: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        day = Day(home, policy, hours)
        day.live(hours)
        counted, status = day.counted, day.capture.parts.unpressed.status()
        return {
            "presses": counted.presses,
            "refused": counted.refused,
            "kept": len(counted.kept),
            "waited": counted.waited,
            "most_bytes": counted.most_bytes,
            "out_of_order": counted.out_of_order,
            "passed": {} if status is None else dict(status.passed),
            "swapped_kb": _status_kb("VmSwap"),
            "rss_kb": _status_kb("VmHWM"),
            "found_on_disk": day.found_on_disk(home),
        }


def _apart(policy: str, hours: float, memory_mb: int) -> dict[str, Any]:
    """A day in a process of its own, in a memory group where this user may make one."""
    python = [sys.executable, "-m", "bench.selection.ambient_day"]
    arguments = ["--policy", policy, "--hours", str(hours)]
    try:
        with memory_group(memory_mb * 1_000_000) as group:
            told = _ran([SHELL, "-c", ENTER, str(group), *python, *arguments])
            return {**told, "group_mb": memory_mb}
    except NoGroups:
        return {**_ran([*python, *arguments]), "group_mb": None}


def _ran(command: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _status_kb(name: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _lines(days: dict[str, dict[str, Any]]) -> Iterator[str]:
    of, button = days["ambient"], days["button"]
    passed = ", ".join(f"{reason} {count}" for reason, count in of["passed"].items())
    yield f"presses {of['presses']}, not taken at once {of['refused']}, kept {of['kept']}"
    most = f"at most {of['most_bytes'] / 1e6:.1f} MB of {MOST_BYTES_ZERO / 1e6:.0f} at once"
    yield f"candidates {of['waited']}, {most}; gone out of order {of['out_of_order']}"
    yield f"passed over: {passed}"
    yield f"found in a file: {of['found_on_disk']}; swapped: {of['swapped_kb']} kB"
    group = of["group_mb"]
    yield "no memory group could be made" if group is None else f"in a memory group of {group} MB"
    yield (
        f"memory of the process, without what waits, at most {of['rss_kb'] / 1e3:.0f} MB; with "
        f"the policy button {button['rss_kb'] / 1e3:.0f} MB: {of['rss_kb'] / button['rss_kb']:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
