"""What the wearer's answers make of the weights. Pure: a fold over the events that count.

An online logistic regression over the signals that are explained, from the weights of the
beginning. Each weight stays near that, and what was learned counts as far as it has foretold the
answers better than the beginning does, and better than a coin: answers that contradict one
another change nothing.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.selection.score import PRIOR, Signals, Weights, scored
from pipeline.store.format.events import Event
from pipeline.store.views.moment_fold import undone_events

STEP = 0.5
"""How far the first answer moves a weight at most; the twentieth after it half as far."""

SLOWER = 0.05
LEAST_STEP = 0.05

MORE_COUNTS = 2.0
"""What is passed over is gone, and what is kept in vain costs one answer."""

FARTHEST = 3.0
"""From its beginning a weight moves no farther, and the sum without signals half as far."""

AHEAD = 1.0
"""In nats: by so much what was learned has to be ahead before it counts for a half."""

_COIN = MORE_COUNTS / (1 + MORE_COUNTS)
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the wearer about a moment with these signals."""

    wanted: bool
    signals: Signals


@dataclass(slots=True)
class _Foretold:
    """How badly the answers so far were foretold, each before it was known, in nats."""

    by_prior: float = 0.0
    by_learned: float = 0.0
    by_coin: float = 0.0

    def note(self, answer: Answered, learned: Weights) -> None:
        count = MORE_COUNTS if answer.wanted else 1.0
        self.by_prior += count * _surprise(scored(answer.signals, PRIOR), wanted=answer.wanted)
        self.by_learned += count * _surprise(scored(answer.signals, learned), wanted=answer.wanted)
        self.by_coin += count * _surprise(_COIN, wanted=answer.wanted)

    @property
    def trust(self) -> float:
        ahead = min(self.by_prior, self.by_coin) - self.by_learned - AHEAD
        return 1 / (1 + math.exp(-max(min(ahead, 30.0), -30.0)))


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of the answers. `trust`, 0 to 1, is how much of what was learned counts."""

    weights: Weights = PRIOR
    more: int = 0
    dismissed: int = 0
    trust: float = 0.0
    at_first: Weights = field(default=PRIOR)


def learned(answers: Sequence[Answered]) -> Learned:
    """The weights after these answers, oldest first."""
    weights, foretold = PRIOR, _Foretold()
    for place, answer in enumerate(answers):
        foretold.note(answer, weights)
        weights = _moved(weights, answer, max(STEP / (1 + SLOWER * place), LEAST_STEP))
    more = sum(answer.wanted for answer in answers)
    trust = foretold.trust if answers else 0.0
    return Learned(_between(PRIOR, weights, trust), more, len(answers) - more, trust)


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


def _moved(weights: Weights, answer: Answered, step: float) -> Weights:
    count = MORE_COUNTS if answer.wanted else 1.0
    by = step * count * (float(answer.wanted) - scored(answer.signals, weights))
    of = dict(weights.of)
    for name, value in answer.signals.items():
        if name in PRIOR.of:
            of[name] = _near(PRIOR.of[name], of[name] + by * value, FARTHEST)
    return Weights(of, _near(PRIOR.without, weights.without + by, FARTHEST / 2))


def _near(first: float, value: float, farthest: float) -> float:
    return min(max(value, first - farthest), first + farthest)


def _between(first: Weights, last: Weights, share: float) -> Weights:
    of = {name: first.of[name] + share * (last.of[name] - first.of[name]) for name in first.of}
    return Weights(of, first.without + share * (last.without - first.without))


def _surprise(foretold: float, *, wanted: bool) -> float:
    return -math.log(max(foretold if wanted else 1 - foretold, _LEAST))
