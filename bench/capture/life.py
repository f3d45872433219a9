"""One life of a capture in simulated time, with everything that goes wrong; to be killed.

Started by `bench/capture_soak.py`. Real loop, real spool, real files; sound and clock are
`world`'s. Every promise that the light makes is a line on standard output, and
so is every outage.
"""

import json
import random
import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.capture.world import World
from core.audio import FRAME_SAMPLES, Samples
from core.clock import Recorded
from core.paths import Home
from core.pcm import Pcm
from core.spool_port import Clip, OpenClip
from device.capture import events
from device.capture.loop import Capture, DetectorLoaded, Message
from device.capture.requests import Request
from device.daemon import Shown, new_capture
from device.fakes import FakeLight, FakeMicrophone
from device.ports import BLOCK_SAMPLES, Block, Edge, Lost
from pipeline.spool.spool import Spool

BLOCK_S = 0.1
BLOCKS_AN_HOUR = 36_000
AHEAD = 600
"""Blocks of the world that are made at once."""


@dataclass(frozen=True, slots=True)
class Born:
    """The beginning of a life: its place in the world, and the boot of its machine."""

    home: str
    seed: int
    world_seed: int
    hours: float
    block: int
    boot_block: int
    wall_ms: int | None


class WorldClock:
    """The world's own time; the wall clock may be unset, and is set or steps now and then."""

    def __init__(self, born: Born) -> None:
        self.block = born.block
        self.boot_block = born.boot_block
        self.wall_ms = born.wall_ms

    def now_ms(self) -> int | None:
        return None if self.wall_ms is None else self.wall_ms + self.block * 100

    def monotonic_s(self) -> float:
        return 1000 + self.block * BLOCK_S

    def recorded_now(self) -> Recorded:
        now_ms = self.now_ms()
        return Recorded(
            now_ms,
            None if now_ms is None else 60,
            f"{self.boot_block:012d}",
            (self.block - self.boot_block) * 100,
            None if now_ms is None else "clock",
        )

    def is_kept_by_time_server(self) -> bool:
        return False


class LoudDetector:
    """Whatever is loud is speech."""

    def judge(self, frames: Pcm) -> list[float]:
        loud = np.abs(frames.reshape(-1, FRAME_SAMPLES)).max(axis=1) > 2000
        return [0.9 if each else 0.0 for each in loud]

    def reset(self) -> None:
        """It remembers nothing."""


class FailingClip:
    """An open clip on a disk that is full now and then."""

    def __init__(self, clip: OpenClip, disk: "FailingDisk") -> None:
        self._clip = clip
        self._disk = disk

    def append(self, pcm: Samples) -> None:
        self._disk.try_to_write()
        self._clip.append(pcm)

    def sync(self) -> None:
        self._disk.try_to_write()
        self._clip.sync()

    def close(self, samples: int) -> Path:
        self._disk.try_to_write()
        return self._clip.close(samples)

    def remove(self) -> None:
        self._clip.remove()

    def take_back(self) -> None:
        self._clip.take_back()


class FailingDisk(Spool):
    """The real spool, on a disk that is full now and then."""

    full = False

    def try_to_write(self) -> None:
        if self.full:
            raise OSError(28, "No space left on device")

    def open_clip(self, clip: Clip, pcm: Samples) -> FailingClip:
        self.try_to_write()
        return FailingClip(super().open_clip(clip, pcm), self)


class Life:
    """Sound, presses and misfortunes by seed, until somebody kills it."""

    def __init__(self, born: Born) -> None:
        self.born = born
        self.clock = WorldClock(born)
        self.chance = random.Random(born.seed)
        self.world = World(born.world_seed, born.hours)
        self.disk = FailingDisk(Home(Path(born.home)).spool)
        self.capture = self._capture()
        self._joints: list[tuple[int, int]] = []  # position of the stream, place in the world
        self._ahead: tuple[int, Pcm] = (-AHEAD, np.zeros(0, np.int16))
        self._lost = Lost(0, "overflow")
        self._finger: Iterator[tuple[int, bool]] = iter(())
        self._next_edge: tuple[int, bool] | None = None

    def run(self) -> None:
        """To the end of the world, in blocks."""
        self.capture.take(DetectorLoaded(LoudDetector()))
        last = round(self.born.hours * BLOCKS_AN_HOUR)
        if self.capture.engine.session.pause is not None:
            self._say("paused", on=True, block=self.clock.block)
        while self.clock.block < last:
            self._block()
            self._say("at", block=self.clock.block, wall_ms=self.clock.wall_ms)
        self.capture.close()
        self._say("end", block=self.clock.block)

    def _capture(self) -> Capture:
        home = Home(Path(self.born.home))
        shown = Shown([FakeLight()], [], [])
        return new_capture(
            home,
            FakeMicrophone(),
            shown,
            clock=self.clock,
            spool=self.disk,
            observe=self._observe,
        )

    def _block(self) -> None:
        """A tenth of a second of the world goes by."""
        self.clock.block += 1
        self._misfortune()
        if not self._is_paused():
            self._hear(self._sound(), self._take_lost())
        self._controls()
        self._send(None)

    def _hear(self, pcm: Pcm, lost: Lost | None) -> None:
        position = self.capture.parts.sound.now + (0 if lost is None else lost.samples)
        true = (self.clock.block - 1) * BLOCK_SAMPLES
        if not self._joints or true - self._joints[-1][1] != position - self._joints[-1][0]:
            self._joints.append((position, true))
        self._send(Block(pcm, self.clock.monotonic_s(), lost))

    def _sound(self) -> Pcm:
        block = self.clock.block - 1
        first, pcm = self._ahead
        if not first <= block < first + AHEAD:
            first, pcm = block, self.world.sound(block * BLOCK_SAMPLES, AHEAD * BLOCK_SAMPLES)
            self._ahead = first, pcm
        start = (block - first) * BLOCK_SAMPLES
        return pcm[start : start + BLOCK_SAMPLES]

    def _take_lost(self) -> Lost | None:
        lost, self._lost = self._lost, Lost(0, "overflow")
        return lost if lost.samples else None

    def _misfortune(self) -> None:
        """About once in four minutes something goes wrong."""
        roll = self.chance.random() * 2400
        if roll < 0.3:
            self._outage(self.chance.randrange(1, 4) * 1, "overflow")
        elif roll < 0.5:
            self._outage(self.chance.randrange(25, 3000), "restarted")
        elif roll < 0.6:
            self.disk.full = not self.disk.full
        elif roll < 0.65:
            self._step_clock()
        elif self.disk.full and roll < 60:
            self.disk.full = False

    def _outage(self, blocks: int, reason: Any) -> None:  # noqa: ANN401 - a GapReason
        """No sound for so many blocks; how long it was is estimated, to within a block."""
        if self._is_paused() or not self.capture.parts.listener.clock.is_tied:
            return
        gone = 0
        while gone < blocks and self.clock.block < self.born.hours * BLOCKS_AN_HOUR:
            self._say("missing", block=self.clock.block, wall_ms=self.clock.wall_ms)
            self._controls()
            self._send(None)
            self.clock.block += 1
            gone += 1
            if self._is_paused():
                return
        error = self.chance.randrange(-BLOCK_SAMPLES // 2, BLOCK_SAMPLES // 2)
        lost = max(1, gone * BLOCK_SAMPLES + error)
        self._lost = Lost(self._lost.samples + lost, reason)

    def _is_paused(self) -> bool:
        return self.capture.engine.session.pause is not None

    def _step_clock(self) -> None:
        away_ms = self.chance.choice((-86_400_000, -3_600_000, 5_000, 3_600_000, 40_000_000))
        self.clock.wall_ms = 1_790_000_000_000 + away_ms

    def _controls(self) -> None:
        if self._next_edge is None:
            self._next_edge = next(self._finger, None)
        if self._next_edge is not None and self.clock.block >= self._next_edge[0]:
            self._send(Edge(self._next_edge[1], self.clock.monotonic_s()))
            self._next_edge = None
            return
        roll = self.chance.random() * 1200
        if self._next_edge is None and roll < 6:
            self._finger = iter(self._gesture(self.clock.block + 1))
        elif roll > 1199.6:
            self._ask(self.chance.choice(_REQUESTS))

    def _gesture(self, block: int) -> list[tuple[int, bool]]:
        kind = self.chance.choices(("press", "again", "hold", "pause"), (8, 3, 1.5, 0.3))[0]
        if kind == "press":
            return [(block, True), (block + 2, False)]
        if kind == "again":
            return [(block + 3 * k + up, not up) for k in range(3) for up in (False, True)]
        if kind == "hold":
            return [(block, True), (block + self.chance.randrange(7, 900), False)]
        return [(block, True), (block + 1, False), (block + 3, True), (block + 26, False)]

    def _ask(self, asked: dict[str, Any]) -> None:
        self._send(Request(asked, lambda _: None, self.clock.monotonic_s()))
        if self.capture.engine.session.pause is not None and self.chance.random() < 0.8:
            for_s = {"do": "pause", "for_s": self.chance.randrange(5, 200)}
            self._send(Request(for_s, lambda _: None, self.clock.monotonic_s()))

    def _send(self, message: Message | None) -> None:
        if message is not None:
            self.capture.take(message)
        paused = self.capture.engine.session.pause is not None
        self.capture.turn(self.clock.monotonic_s())
        if paused != (self.capture.engine.session.pause is not None):
            self._say("paused", on=not paused, block=self.clock.block)

    def _observe(self, event: events.Event) -> None:
        """Say what the light has just promised. `kept` is everything up to the press."""
        match event:
            case events.Kept(name, revision):
                keep = self.capture.engine.session.keeping.keep
                assert keep is not None
                to = min(keep.press, self.capture.parts.sound.now)
                span = [self._true(keep.start), self._true(max(keep.start, to - 1)) + 1]
                self._say("kept", keep=name, revision=revision, span=span)
            case events.Closed(name, _, seconds):
                self._say("closed", keep=name, seconds=seconds)
            case events.TakenBack(name):
                self._say("taken_back", keep=name)
            case events.GapFound(seconds):
                self._say("gap", seconds=seconds)

    def _true(self, position: int) -> int:
        """The place in the world where this position of the stream was heard."""
        joint = bisect_right(self._joints, position, key=lambda each: each[0]) - 1
        at, true = self._joints[max(0, joint)]
        return true + position - at

    def _say(self, kind: str, **about: object) -> None:
        sys.stdout.write(json.dumps({"kind": kind, **about}) + "\n")
        sys.stdout.flush()


_REQUESTS = (
    {"do": "record", "on": True},
    {"do": "record", "on": True},
    {"do": "record", "on": False},
    {"do": "record", "on": False},
    {"do": "pause"},
    {"do": "resume"},
    {"do": "resume"},
    {"do": "press"},
    {"do": "status"},
)


if __name__ == "__main__":
    Life(Born(**json.loads(sys.argv[1]))).run()
