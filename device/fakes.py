"""Things with a wire that need none: for the tests, the benchmarks and the demo."""

from collections.abc import Callable, Iterable

from .ports import Edge, Ended, FromMicrophone
from .signals.patterns import Pattern, PatternName, Steps


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
