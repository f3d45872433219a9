"""What the fingers meant: edges of a button become presses, holds and releases. Pure.

Times are seconds on whatever clock the edges carry.
"""

from dataclasses import dataclass, replace
from typing import Literal

BOUNCE_S = 0.015
"""A contact chatters for a few ms; a finger cannot press again so soon."""

HOLD_S = 0.6
"""A press held this long is a hold, if it is the first of its chain."""

CHAIN_S = 0.5
"""From a release to the next edge: what comes sooner belongs to the same chain."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """One thing the wearer did. A press counts from its first edge, however long it will be."""

    kind: Literal["press", "hold", "release"]
    at_s: float


@dataclass(frozen=True, slots=True)
class Fingers:
    """One button. `is_down` is what is believed; `level` what the pin said last."""

    is_down: bool = False
    changed_s: float = float("-inf")
    level: bool = False
    level_s: float = float("-inf")
    in_chain: int = 0
    holding: bool = False


def edge(fingers: Fingers, *, down: bool, at_s: float) -> tuple[Fingers, list[Gesture]]:
    """The pin changed. A change too soon after the last waits for `tick` to be believed."""
    fingers, gestures = tick(fingers, at_s)
    fingers = replace(fingers, level=down, level_s=at_s)
    fingers, more = _believed(fingers, at_s)
    return fingers, [*gestures, *more]


def tick(fingers: Fingers, now_s: float) -> tuple[Fingers, list[Gesture]]:
    """Time went on."""
    fingers, gestures = _believed(fingers, now_s)
    first_of_chain = fingers.is_down and fingers.in_chain == 1 and not fingers.holding
    if first_of_chain and now_s - fingers.changed_s >= HOLD_S:
        fingers = replace(fingers, holding=True)
        gestures.append(Gesture("hold", fingers.changed_s + HOLD_S))
    return fingers, gestures


def _believed(fingers: Fingers, now_s: float) -> tuple[Fingers, list[Gesture]]:
    if fingers.level == fingers.is_down or now_s - fingers.changed_s < BOUNCE_S:
        return fingers, []
    at_s = max(fingers.level_s, fingers.changed_s + BOUNCE_S)
    if fingers.level:
        again = fingers.in_chain > 0 and at_s - fingers.changed_s < CHAIN_S
        count = fingers.in_chain + 1 if again else 1
        down = replace(fingers, is_down=True, changed_s=at_s, in_chain=count, holding=False)
        return down, [Gesture("press", at_s)]
    return replace(fingers, is_down=False, changed_s=at_s), [Gesture("release", at_s)]
