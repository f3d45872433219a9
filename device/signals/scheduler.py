"""The one owner of what the wearer sees and feels. It follows what is true, never what is meant.

A sign that stands (listening, paused, a fault) is shown anew each time by a turn of the loop, so
that a loop that is dead or stuck looks dead. Signs of something that happened come before it.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.capture_status import CaptureState

from .patterns import OTHER, Pattern, Sign, Steps, busy_s, length_s, pattern

PATIENCE_S = 2.0
"""So long does the motor wait for a pause in speech, so that its hum lies in none."""

SPIN_DOWN_S = 0.15
"""A coin motor hums on when its current has ended."""

FAULT_FELT_EVERY_S = 3600.0
WELL_S = 60.0
"""A part that worked for a minute and fails again is felt again. One that comes and goes is not."""


class Light(Protocol):
    """What the wearer sees."""

    def play(self, pattern: Pattern) -> None:
        """Show it once, in place of what is being shown; returns at once. Ends dark by itself."""

    def stop(self) -> None:
        """Go dark and let go of the wire. Idempotent."""


class Motor(Protocol):
    """What the wearer feels, or hears."""

    def play(self, steps: Steps) -> None:
        """Move so, in place of what it is doing; returns at once. Ends at rest by itself."""

    def stop(self) -> None:
        """Be at rest and let go of the wire. Idempotent."""


@dataclass(frozen=True, slots=True)
class Truth:
    """How things stand at this turn of the loop.

    `part` has failed (see `signs`), whether or not sound comes; `block_came` since the last turn;
    `waiting`: what was kept is being worked through.
    """

    state: CaptureState
    part: int | None = None
    block_came: bool = False
    waiting: bool = False
    speaking: bool = False


def standing(truth: Truth) -> tuple[Pattern, ...]:
    """The signs that are true now. None at the start: there is nothing true to show yet."""
    fault = () if truth.part is None else (pattern("fault", truth.part),)
    match truth.state:
        case "starting":
            return fault
        case "fault":
            return fault or (pattern("fault", OTHER),)
        case "paused" | "recording" | "continuing":
            return (*fault, pattern(truth.state))
        case "listening" | "keeping":
            return (*fault, pattern("working" if truth.waiting else "listening"))


class Signals:
    """Owned by the capture loop, which calls `turn` at each of its turns; not thread-safe.

    `ran` is told each span in which the motor is heard (start and end, CLOCK_MONOTONIC), when it
    begins, so that the gate can ignore it. `clock` is the same clock as `now_s` is of.
    """

    def __init__(
        self,
        lights: Sequence[Light],
        motors: Sequence[Motor],
        ran: Callable[[float, float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lights = lights
        self._motors = motors
        self._ran = ran
        self._clock = clock
        self._seen = _Channel(lambda pattern: pattern.light, self._light_up)
        self._felt = _Channel(lambda pattern: pattern.touch, self._move)
        self._truth = Truth("starting")
        self._block_came = False
        self._shown_s: dict[Sign, float] = {}
        self._fault = _FaultMemory()

    def show(self, sign: Sign, part: int | None = None) -> None:
        """Something happened. Answers to a press go at once, the rest when there is room."""
        now_s = self._clock()
        if sign == "fault" and not self._fault.is_news(now_s, part or OTHER):
            return
        self._add(pattern(sign, part), now_s)
        self._pump(now_s)

    def turn(self, now_s: float, truth: Truth) -> None:
        """One turn of the loop: show what is due of what is true."""
        self._truth = truth
        self._block_came |= truth.block_came
        signs = standing(truth)
        for each in signs:
            if each.sign == "fault" and self._fault.is_news(now_s, truth.part or OTHER):
                self._add(each, now_s)
        self._pump(now_s)
        if self._seen.is_idle(now_s):
            due = next((each for each in signs if self._due_s(each) <= now_s), None)
            if due is not None:
                self._show_again(due, now_s)

    def next_due_s(self) -> float:
        """When `turn` has something to do, as things stand: 0 is now, infinity never."""
        signs = [self._due_s(each) for each in standing(self._truth)]
        again_s = max(min(signs, default=math.inf), self._seen.busy_until_s)
        felt_s = self._felt.due_s(patient=self._truth.speaking)
        return max(0.0, min(again_s, self._seen.due_s(patient=False), felt_s))

    def stop(self) -> None:
        """Dark, and at rest. Idempotent."""
        for light in self._lights:
            light.stop()
        for motor in self._motors:
            motor.stop()

    def _add(self, shown: Pattern, now_s: float) -> None:
        self._seen.add(shown, now_s)
        self._felt.add(shown, now_s)

    def _pump(self, now_s: float) -> None:
        self._seen.pump(now_s, patient=False)
        self._felt.pump(now_s, patient=self._truth.speaking)

    def _show_again(self, due: Pattern, now_s: float) -> None:
        self._seen.play(due, now_s)
        if due.needs_sound:
            self._block_came = False

    def _due_s(self, each: Pattern) -> float:
        if each.needs_sound and not self._block_came:
            return math.inf
        return self._shown_s.get(each.sign, -math.inf) + each.every_s

    def _light_up(self, shown: Pattern, now_s: float) -> None:
        self._shown_s[shown.sign] = now_s
        for each in self._lights:
            each.play(shown)

    def _move(self, shown: Pattern, now_s: float) -> None:
        if not self._motors:
            return
        for each in self._motors:
            each.play(shown.touch)
        self._ran(now_s, now_s + busy_s(shown.touch) + SPIN_DOWN_S)


class _Channel:
    """One pattern after the other, in the light or in the motor."""

    def __init__(
        self, steps: Callable[[Pattern], Steps], begin: Callable[[Pattern, float], None]
    ) -> None:
        self.busy_until_s = -math.inf
        self._steps = steps
        self._begin = begin
        self._waiting: dict[Pattern, float] = {}  # and until when it may wait; each once

    def add(self, shown: Pattern, now_s: float) -> None:
        if not self._steps(shown):
            return
        if shown.at_once:
            self.play(shown, now_s)
        else:
            self._waiting.setdefault(shown, now_s + PATIENCE_S)

    def pump(self, now_s: float, *, patient: bool) -> None:
        """Begin the one that has waited longest, if it is its turn."""
        if self.due_s(patient=patient) <= now_s:
            shown = next(self._in_order())
            del self._waiting[shown]
            self.play(shown, now_s)

    def due_s(self, *, patient: bool) -> float:
        """When the next one begins; where it is patient, it waits as long as it may."""
        shown = next(self._in_order(), None)
        if shown is None:
            return math.inf
        return max(self.busy_until_s, self._waiting[shown] if patient else -math.inf)

    def play(self, shown: Pattern, now_s: float) -> None:
        self.busy_until_s = now_s + length_s(self._steps(shown))
        self._begin(shown, now_s)

    def is_idle(self, now_s: float) -> bool:
        return now_s >= self.busy_until_s and not self._waiting

    def _in_order(self) -> Iterator[Pattern]:
        return iter(self._waiting)


class _FaultMemory:
    """Whether a fault is to be felt: when it is new, and each hour while it lasts."""

    def __init__(self) -> None:
        self._part: int | None = None
        self._seen_s = -math.inf
        self._felt_s = -math.inf

    def is_news(self, now_s: float, part: int) -> bool:
        anew = part != self._part or now_s - self._seen_s > WELL_S
        self._part, self._seen_s = part, now_s
        if anew or now_s - self._felt_s >= FAULT_FELT_EVERY_S:
            self._felt_s = now_s
            return True
        return False
