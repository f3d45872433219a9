"""Things with a wire that need none: for the tests, the benchmarks and the demo."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.audio import Pcm
from core.errors import UserError

from .ports import Edge, Ended, FromMicrophone
from .signals.patterns import Pattern, PatternName, Steps


@dataclass(slots=True)
class MemoryClip:
    """A clip that is written nowhere. With `broken`, the disk fails."""

    moment: str
    revision: int
    start: int
    samples: int
    synced: int = 0
    removed: bool = False
    closed: bool = False
    taken_back: bool = False
    recording: bool = False
    broken: bool = False

    @property
    def end(self) -> int:
        return self.start + self.samples

    def append(self, pcm: Pcm) -> None:
        self.samples += len(pcm)

    def sync(self) -> None:
        if self.broken:
            raise OSError(5, "Input/output error")
        self.synced = self.samples

    def close(self, samples: int) -> Path:
        self.samples = samples
        self.sync()
        self.closed = True
        return Path(f"{self.moment}.{self.revision}.clip")

    def remove(self) -> None:
        self.removed = True

    def take_back(self) -> None:
        self.taken_back = True


@dataclass(slots=True)
class MemoryLetterbox:
    """Where clips go that nobody transcribes. With `full`, it refuses as a full disk does.

    With `at_reserve`, there is no more room than what is to stay free.
    """

    clips: list[MemoryClip] = field(default_factory=list)
    full: bool = False
    at_reserve: bool = False

    def refusal(self) -> UserError | None:
        if not self.at_reserve:
            return None
        return UserError("The disk is full up to its reserve.", advice="Free some space.")

    def open_clip(
        self, moment: str, revision: int, start: int, pcm: Pcm, *, recording: bool = False
    ) -> MemoryClip:
        if self.full:
            raise OSError(28, "No space left on device")
        clip = MemoryClip(moment, revision, start, len(pcm), len(pcm), recording=recording)
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
        self.relaxed = False
        self.holds_back = False
        self.started = False
        self.stopped = False

    def start(self, deliver: Callable[[FromMicrophone], None]) -> None:
        self.started, self.stopped = True, False
        for each in self._script:
            deliver(each)
        deliver(Ended())

    def relax(self, *, on: bool) -> bool:
        self.relaxed = on
        return on and self.holds_back

    def hurry(self) -> None:
        """Everything was handed over at the start."""

    def stop(self) -> None:
        self.stopped = True


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
        self.shown: list[PatternName] = []
        self.stopped = False

    def play(self, pattern: Pattern) -> None:
        self.shown.append(pattern.name)

    def stop(self) -> None:
        self.stopped = True


class FakeMotor:
    """Remembers how it was told to move."""

    def __init__(self) -> None:
        self.felt: list[Steps] = []
        self.stopped = False

    def play(self, steps: Steps) -> None:
        self.felt.append(steps)

    def stop(self) -> None:
        self.stopped = True
