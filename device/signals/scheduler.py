"""Decides what the wearer sees and feels, and when. It follows what is true, never what is meant.

A lasting pattern (listening, paused, a fault) is shown anew each time by a turn of the loop, so
that a loop that is dead or stuck looks dead. Patterns of something that happened come before it.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.capture_status import CaptureState

from .patterns import (
    OTHER,
    Light,
    Motor,
    Once,
    Pattern,
    PatternName,
    Steps,
    busy_s,
    length_s,
    pattern,
)

PATIENCE_S = 2.0
"""How long the motor waits for a pause in speech, so that its hum covers no words."""

SPIN_DOWN_S = 0.15
"""A coin motor hums on when its current has ended."""

FAULT_FELT_EVERY_S = 3600.0
WELL_S = 60.0
"""A part that worked for a minute and fails again is felt again. One that comes and goes is not."""


@dataclass(frozen=True, slots=True)
class SignalState:
    """The state at this turn of the loop, as far as light and motor show it.

    `part` has failed (its number in `patterns`), whether or not sound comes; `block_came` since
    the last turn; `waiting`: what was kept is being worked through; `keeps_by_itself`: what nobody
    pressed for may be kept, too.
    """

    state: CaptureState
    part: int | None = None
    block_came: bool = False
    waiting: bool = False
    speaking: bool = False
    pairing: bool = False
    keeps_by_itself: bool = False


def current_patterns(state: SignalState) -> tuple[Pattern, ...]:
    """The lasting patterns that are true now. None at the start: nothing is known yet."""
    fault = () if state.part is None else (pattern("fault", state.part),)
    pairing = (pattern("pairing"),) if state.pairing else ()
    match state.state:
        case "starting":
            return (*fault, *pairing)
        case "fault":
            return (*(fault or (pattern("fault", OTHER),)), *pairing)
        case "paused" | "recording" | "continuing":
            return (*fault, *pairing, pattern(state.state))
        case "listening" | "keeping":
            working = (pattern("working"),) if state.waiting else ()
            ambient = (pattern("ambient"),) if state.keeps_by_itself else ()
            return (*fault, *pairing, *(working + ambient or (pattern("listening"),)))


class Signals:
    """The lights and motors, and what waits for its turn in them.

    Owned by the capture loop, which calls `turn` at each of its turns; not thread-safe. `ran` is
    called with each span in which the motor is heard (start and end, CLOCK_MONOTONIC), when it
    begins, so that the speech gate can ignore it. `clock` reads the clock that `now_s` is of.
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
        self._state = SignalState("starting")
        self._block_came = False
        self._shown_s: dict[PatternName, float] = {}
        self._fault = _FaultMemory()

    def show(self, name: Once | Literal["paused"]) -> None:
        """Show what happened. Answers to a press go at once, the rest when it is their turn."""
        now_s = self._clock()
        self._add(pattern(name), now_s)
        self._pump(now_s)

    def turn(self, now_s: float, state: SignalState) -> None:
        """Show what is due of what is true now. Called at each turn of the loop."""
        self._state = state
        self._block_came |= state.block_came
        current = current_patterns(state)
        for each in current:
            if each.name == "fault" and self._fault.is_news(now_s, state.part or OTHER):
                self._add(each, now_s)
        self._pump(now_s)
        if self._seen.is_idle(now_s):
            due = next((each for each in current if self._due_s(each) <= now_s), None)
            if due is not None:
                self._show_again(due, now_s)

    def next_due_s(self) -> float:
        """The time at which `turn` next has something to do: 0 is now, infinity never."""
        due_s = [self._due_s(each) for each in current_patterns(self._state)]
        again_s = max(min(due_s, default=math.inf), self._seen.busy_until_s)
        felt_s = self._felt.due_s(patient=self._state.speaking)
        return max(0.0, min(again_s, self._seen.due_s(patient=False), felt_s))

    def stop(self) -> None:
        """Switch everything off and release it. Idempotent."""
        for light in self._lights:
            light.stop()
        for motor in self._motors:
            motor.stop()

    def _add(self, shown: Pattern, now_s: float) -> None:
        self._seen.add(shown, now_s)
        self._felt.add(shown, now_s)

    def _pump(self, now_s: float) -> None:
        self._seen.pump(now_s, patient=False)
        self._felt.pump(now_s, patient=self._state.speaking)

    def _show_again(self, due: Pattern, now_s: float) -> None:
        self._seen.play(due, now_s)
        if due.needs_sound:
            self._block_came = False

    def _due_s(self, each: Pattern) -> float:
        if each.needs_sound and not self._block_came:
            return math.inf
        return self._shown_s.get(each.name, -math.inf) + each.every_s

    def _light_up(self, shown: Pattern, now_s: float) -> None:
        self._shown_s[shown.name] = now_s
        for each in self._lights:
            each.play(shown)

    def _move(self, shown: Pattern, now_s: float) -> None:
        if not self._motors:
            return
        for each in self._motors:
            each.play(shown.touch)
        self._ran(now_s, now_s + busy_s(shown.touch) + SPIN_DOWN_S)


class _Channel:
    """A queue of patterns for the lights, or for the motors; one is played after the other."""

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
        """The time at which the next one begins; a patient one waits as long as it may."""
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
    """Remembers when a fault was felt: when it was new, and each hour while it lasts."""

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
