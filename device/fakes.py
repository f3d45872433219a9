"""Things with a wire that need none: for the tests, the benchmarks and the demo."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.audio import Pcm

from .ports import Edge, Ended, FromMicrophone, Signal


@dataclass(slots=True)
class MemoryClip:
    """A clip that is written nowhere."""

    moment: str
    revision: int
    start: int
    samples: int
    synced: int = 0
    removed: bool = False
    closed: bool = False

    @property
    def end(self) -> int:
        return self.start + self.samples

    def append(self, pcm: Pcm) -> None:
        self.samples += len(pcm)

    def sync(self) -> None:
        self.synced = self.samples

    def close(self, samples: int) -> Path:
        self.samples, self.closed = samples, True
        return Path(f"{self.moment}.{self.revision}.clip")

    def remove(self) -> None:
        self.removed = True


@dataclass(slots=True)
class MemoryLetterbox:
    """Where clips go that nobody transcribes. With `full`, it refuses as a full disk does."""

    clips: list[MemoryClip] = field(default_factory=list)
    full: bool = False

    def open_clip(self, moment: str, revision: int, start: int, pcm: Pcm) -> MemoryClip:
        if self.full:
            raise OSError(28, "No space left on device")
        clip = MemoryClip(moment, revision, start, len(pcm), len(pcm))
        self.clips.append(clip)
        return clip

    @property
    def closed(self) -> dict[str, MemoryClip]:
        """The last revision of every keep that was closed."""
        return {each.moment: each for each in self.clips if each.closed}


class FakeMicrophone:
    """Hands over what it is given, at once and in the caller's thread, when told to `play`."""

    name = "a fake microphone"

    def __init__(self, script: Iterable[FromMicrophone] = ()) -> None:
        self._script = list(script)
        self._deliver: Callable[[FromMicrophone], None] | None = None

    def start(self, deliver: Callable[[FromMicrophone], None]) -> None:
        self._deliver = deliver
        for each in self._script:
            deliver(each)
        deliver(Ended())

    def stop(self) -> None:
        self._deliver = None


class FakeButton:
    """A button that a test presses."""

    def __init__(self) -> None:
        self._deliver: Callable[[Edge], None] | None = None

    def start(self, deliver: Callable[[Edge], None]) -> None:
        self._deliver = deliver

    def stop(self) -> None:
        self._deliver = None

    def edge(self, *, down: bool, at_s: float) -> None:
        """What the pin would have told."""
        if self._deliver is not None:
            self._deliver(Edge(down, at_s))


class FakeLight:
    """Remembers what it was told to show."""

    def __init__(self) -> None:
        self.shown: list[Signal] = []

    def show(self, signal: Signal) -> None:
        self.shown.append(signal)

    def stop(self) -> None:
        return
