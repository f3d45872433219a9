"""Gestures out of edges: edges of a button become presses, holds, releases, a pause. Pure.

Times are seconds on whatever clock the edges carry. docs/capture.md has the same as a table
of dots and bars, which the test reads.
"""

from dataclasses import dataclass, replace
from typing import Literal

BOUNCE_S = 0.03
"""A contact chatters for a few ms, a foot switch for 20; a finger cannot press again so soon."""

HOLD_S = 0.6
"""A press held this long is a hold, if it is the first of its chain."""

CHAIN_S = 0.5
"""From a release to the next edge: what comes sooner belongs to the same chain."""

PAUSE_S = 2.0
"""A later press of a chain held this long is pause, or its end: nobody does that by chance."""

STUCK_S = 900.0
"""Down for longer is no finger: a hold has long become a recording, and said so."""


Kind = Literal["press", "hold", "release", "pause", "stuck"]


@dataclass(frozen=True, slots=True)
class Gesture:
    """One thing the wearer did. A press counts from its first edge, however long it will be.

    `again` marks a press, and what comes of it, that is not the first of its chain.
    """

    kind: Kind
    at_s: float
    again: bool = False


@dataclass(frozen=True, slots=True)
class Fingers:
    """One button. `is_down` is what is believed; `level` what the pin said last.

    `meant` is how far the press that is down has been understood.
    """

    is_down: bool = False
    changed_s: float = float("-inf")
    level: bool = False
    level_s: float = float("-inf")
    in_chain: int = 0
    meant: Kind = "press"


def edge(fingers: Fingers, *, down: bool, at_s: float) -> tuple[Fingers, list[Gesture]]:
    """The pin changed. A change too soon after the last waits for `tick` to be believed."""
    fingers, gestures = tick(fingers, at_s)
    fingers = replace(fingers, level=down, level_s=at_s)
    fingers, more = _believed(fingers, at_s)
    return fingers, [*gestures, *more]


def tick(fingers: Fingers, now_s: float) -> tuple[Fingers, list[Gesture]]:
    """Time went on."""
    fingers, gestures = _believed(fingers, now_s)
    due = _due(fingers)
    if due is not None and now_s >= due.at_s:
        fingers = replace(fingers, meant=due.kind)
        fingers, more = tick(fingers, now_s)
        return fingers, [*gestures, due, *more]
    return fingers, gestures


def next_due_s(fingers: Fingers) -> float | None:
    """The time when `tick` will have something to say, if nothing else happens; None for never."""
    if fingers.level != fingers.is_down:
        return fingers.changed_s + BOUNCE_S
    due = _due(fingers)
    return None if due is None else due.at_s


def _due(fingers: Fingers) -> Gesture | None:
    """The next meaning of the press that is down, and when."""
    if not fingers.is_down or fingers.meant == "stuck":
        return None
    again = fingers.in_chain > 1
    if fingers.meant == "press":
        if again:
            return Gesture("pause", fingers.changed_s + PAUSE_S, again=True)
        return Gesture("hold", fingers.changed_s + HOLD_S)
    return Gesture("stuck", fingers.changed_s + STUCK_S, again)


def _believed(fingers: Fingers, now_s: float) -> tuple[Fingers, list[Gesture]]:
    if fingers.level == fingers.is_down or now_s - fingers.changed_s < BOUNCE_S:
        return fingers, []
    at_s = max(fingers.level_s, fingers.changed_s + BOUNCE_S)
    if not fingers.level:
        up = replace(fingers, is_down=False, changed_s=at_s)
        return up, [Gesture("release", at_s, fingers.in_chain > 1)]
    again = at_s - fingers.changed_s < CHAIN_S
    count = fingers.in_chain + 1 if again else 1
    down = replace(fingers, is_down=True, changed_s=at_s, in_chain=count, meant="press")
    return down, [Gesture("press", at_s, again)]
