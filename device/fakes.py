"""Microphone, light and motor without a wire: for the tests and the benchmarks."""

from collections.abc import Callable, Iterable

from .ports import Ended, FromMicrophone
from .signals.patterns import Pattern, PatternName, Steps


class FakeMicrophone:
    """Delivers its script when it is started, at once and in the caller's thread.

    It ends with the script, and remembers what it was asked for.
    """

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


class FakeLight:
    """Remembers the names of the patterns that it was given."""

    def __init__(self) -> None:
        self.shown: list[PatternName] = []
        self.stopped = False

    def play(self, pattern: Pattern) -> None:
        self.shown.append(pattern.name)

    def stop(self) -> None:
        self.stopped = True


class FakeMotor:
    """Remembers the steps that it was given."""

    def __init__(self) -> None:
        self.felt: list[Steps] = []
        self.stopped = False

    def play(self, steps: Steps) -> None:
        self.felt.append(steps)

    def stop(self) -> None:
        self.stopped = True
