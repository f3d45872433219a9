"""What the wearer's answers make of the weights. Pure: a fold over the events that count.

A logistic regression over the signals that are explained, each weight of which is held near that
of the beginning. What was learned counts only where it foretells the answers better than the
beginning does, each answer by weights that were learned without it: few answers, and answers that
contradict one another, change nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.selection.score import PRIOR, Signals, Weights
from pipeline.store.format.events import Event
from pipeline.store.views.moment_fold import undone_events

MORE_COUNTS = 2.0
"""What is passed over is gone, and what is kept in vain costs one answer."""

FARTHEST = 3.0
"""From its beginning a weight moves no farther, and the sum without signals half as far."""

HELD = 1.0
HELD_WITHOUT = 1.5
"""How far from its beginning a weight is expected to be, and the sum without signals."""

PARTS = 10
"""The answers are foretold in so many parts, each by what was learned from the others."""

AHEAD = 0.02
"""So much better, in F1, what was learned has to foretell before it counts."""

AHEAD_WITHOUT_MORE = 0.15
"""Where nothing was asked for, of all that was dismissed: so much less would be kept."""

_STEPS = 12
_NAMES = tuple(PRIOR.of)
_FIRST = np.array([*PRIOR.of.values(), PRIOR.without])
_FARTHEST = np.array([FARTHEST] * len(_NAMES) + [FARTHEST / 2])
_STIFFNESS = np.array([HELD**-2] * len(_NAMES) + [HELD_WITHOUT**-2])

_Numbers = NDArray[np.float64]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the wearer about a moment with these signals."""

    wanted: bool
    signals: Signals


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of the answers. What does not count yet leaves the weights as they were."""

    weights: Weights = PRIOR
    more: int = 0
    dismissed: int = 0
    counts: bool = False
    at_first: Weights = field(default=PRIOR)


def learned(answers: Sequence[Answered]) -> Learned:
    """The weights after these answers."""
    if not answers:
        return Learned()
    signals = np.array([[*(a.signals.get(name, 0.0) for name in _NAMES), 1.0] for a in answers])
    wanted = np.array([each.wanted for each in answers])
    counts = _foretells_better(signals, wanted)
    weights = _fitted(signals, wanted) if counts else _FIRST
    of = dict(zip(_NAMES, weights.tolist(), strict=False))
    more = int(wanted.sum())
    return Learned(Weights(of, float(weights[-1])), more, len(answers) - more, counts=counts)


def answers_of(events: Iterable[Event]) -> list[Answered]:
    """The answers that count, as `answers_by_moment`, oldest first."""
    return list(answers_by_moment(events).values())


def answers_by_moment(events: Iterable[Event]) -> dict[str, Answered]:
    """The answers that count, oldest first: one about each moment, the last.

    `events` are those of `Reader.lessons`, or those of one moment and of `SELECTION`. A moment
    that was dismissed and then restored was dismissed by mistake.
    """
    known = sorted(events, key=lambda each: each.order)
    undone = undone_events(known)
    found: dict[str, Answered] = {}
    for event in known:
        if event.place in undone or event.kind == "act_undone":
            continue
        if event.kind == "selection_reset":
            found.clear()
        elif event.kind == "moment_restored":
            _take_back_dismissal(found, event.subject)
        elif event.kind == "selection_taught":
            found.pop(event.subject, None)
            found[event.subject] = _answered(event.payload)
    return found


def _take_back_dismissal(found: dict[str, Answered], moment: str) -> None:
    if moment in found and not found[moment].wanted:
        del found[moment]


def _answered(payload: Mapping[str, object]) -> Answered:
    signals = payload["signals"]
    assert isinstance(signals, dict)
    shares = {name: min(max(value / 1000, 0.0), 1.0) for name, value in signals.items()}
    return Answered(payload["answer"] == "more", shares)


def _foretells_better(signals: _Numbers, wanted: _Flags) -> bool:
    """Whether each answer is foretold better by what was learned from the others than at first."""
    part = np.arange(len(wanted)) % PARTS
    foretold = np.zeros(len(wanted), np.bool_)
    for each in range(min(PARTS, len(wanted))):
        others = part != each
        weights = _fitted(signals[others], wanted[others])
        foretold[~others] = signals[~others] @ weights >= 0
    ahead = _foretold(foretold, wanted) - _foretold(signals @ _FIRST >= 0, wanted)
    return ahead >= (AHEAD if wanted.any() else AHEAD_WITHOUT_MORE)


def _foretold(kept: _Flags, wanted: _Flags) -> float:
    """How well, from 0 to 1: F1; where nothing was asked for, the share that is passed over."""
    if not wanted.any():
        return 1.0 - float(kept.mean())
    return 2 * int((kept & wanted).sum()) / (int(kept.sum()) + int(wanted.sum()))


def _fitted(signals: _Numbers, wanted: _Flags) -> _Numbers:
    """The weights that foretell these answers best, in the bounds, by steps of Newton's."""
    weights, counts = _FIRST, np.where(wanted, MORE_COUNTS, 1.0)
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-signals @ weights))
        slope = signals.T @ (counts * (wanted - share)) - _STIFFNESS * (weights - _FIRST)
        bend = (signals.T * (counts * share * (1 - share))) @ signals + np.diag(_STIFFNESS)
        weights = weights + np.linalg.solve(bend, slope)
        weights = np.clip(weights, _FIRST - _FARTHEST, _FIRST + _FARTHEST)
    return weights
