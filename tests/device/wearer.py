"""Somebody who wears a capture: no thread, no microphone, no clock but the one that is advanced."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from core.audio import RATE_HZ
from core.clock import FakeClock
from core.errors import UserError
from core.paths import Home
from core.settings import Settings
from device.capture.loop import Message
from device.capture.requests import Request
from device.daemon import Shown, new_capture
from device.fakes import FakeLight, FakeMicrophone
from device.ports import BLOCK_SAMPLES, Block, Edge, Lost, SecondEdge
from pipeline.spool.clip_sound import read_clip
from pipeline.spool.formats import read_fact
from pipeline.spool.spool import Spool

BLOCK_S = BLOCK_SAMPLES / RATE_HZ


class Wearer:
    """Talks to a capture, presses it, and looks at what it shows and keeps."""

    def __init__(
        self,
        home: Path,
        *,
        clock: FakeClock | None = None,
        power_off: Callable[[], UserError | None] = lambda: None,
        settings: Settings | None = None,
    ) -> None:
        self.home = home
        self.clock = clock or FakeClock()
        self.light = FakeLight()
        self.microphone = FakeMicrophone()
        self.capture = new_capture(
            Home(home),
            self.microphone,
            Shown([self.light], [], []),
            settings=settings,
            clock=self.clock,
            power_off=power_off,
        )
        self.spool = Spool(home / "spool")
        self.answers: list[dict[str, Any]] = []

    @property
    def now_s(self) -> float:
        return self.clock.monotonic_s()

    def say(self, for_s: float, loudness: int = 5000) -> None:
        for _ in range(round(for_s / BLOCK_S)):
            self.clock.advance(BLOCK_S)
            self.send(self.block(loudness))

    def silence(self, for_s: float) -> None:
        self.say(for_s, loudness=0)

    def wait(self, for_s: float) -> None:
        """No sound comes for so long."""
        for _ in range(round(for_s)):
            self.clock.advance(1.0)
            self.turn()

    def block(self, loudness: int = 5000, lost: Lost | None = None) -> Block:
        return Block(np.full(BLOCK_SAMPLES, loudness, np.int16), self.now_s, lost)

    def later(self, blocks: int) -> Block:
        """The block that is heard so many blocks from now."""
        pcm = self.block().pcm
        return Block(pcm, self.now_s + blocks * BLOCK_S)

    def microphone_says_more(self) -> None:
        """A block that was on its way."""
        self.send(self.block())

    def edges(self, edges: Iterable[tuple[bool, float]]) -> None:
        """The button goes down or up, and time goes on for so long."""
        for down, for_s in edges:
            self.send(Edge(down, self.now_s))
            self.silence(for_s)

    def second_button_held(self) -> None:
        self.send(SecondEdge(Edge(down=True, at_s=self.now_s)))
        self.silence(0.8)
        self.send(SecondEdge(Edge(down=False, at_s=self.now_s)))

    def send(self, message: Message) -> None:
        self.capture.take(message)
        self.turn()

    def turn(self) -> None:
        self.capture.turn(self.now_s)

    def ask(self, **asked: Any) -> dict[str, Any]:
        self.send(Request(asked, self.answers.append, self.now_s))
        return self.answers[-1]

    def lengths_s(self) -> list[float]:
        clips = [each for each in self.spool.waiting() if each.kind == "clip"]
        return [len(read_clip(each.path)[1]) / RATE_HZ for each in clips]

    def replaced(self) -> list[str]:
        """What the clips in the spool say that they take the place of."""
        clips = [each for each in self.spool.waiting() if each.kind == "clip"]
        return [name for each in clips for name in read_clip(each.path)[0].replaces]


def facts(wearer: Wearer) -> list[tuple[str, dict[str, object]]]:
    """The facts that wait in the spool: kind and details of each."""
    letters = [each for each in wearer.spool.waiting() if each.kind == "fact"]
    found = [read_fact(each.path) for each in letters]
    return [(each.kind, dict(each.details)) for each in found]
