"""Whether forty answers make selection keep what their giver wants back.

    afterthought bench answers

Answers are simulated: of half of what was said forty are drawn and answered by the labels, and
what was learned is measured on the other half (F1), two hundred times. So it is with the day and
each of its readers, with 39 segments, where forty answers are about nineteen things, and one about
each counts, as it does with moments; with acts of meetings, of which there are more; and with
made-up wearers who have a taste of their own in those meetings. Answers that contradict one another
are drawn twice over (each both ways) and by chance.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.random import Generator

from bench.recordings import data_folder
from bench.selection.acts import read_meetings
from bench.selection.judged_day import judged_day
from bench.selection.labels import read_labels
from pipeline.selection.learning import Answered, learned
from pipeline.selection.score import KEPT_FROM, PRIOR, Signals, Weights, scored
from pipeline.selection.signals import text_signals

ANSWERS = 40
TIMES = 200
WITHOUT = ""
RISE_GOAL = 0.1
"""By one reader's labels, of F1."""

FALL_GOAL = 0.02
"""By contradictory answers, at most."""

TASTES: Mapping[str, Mapping[str, float]] = {
    "as it is at first": {},
    "wants more": {WITHOUT: PRIOR.without + 1},
    "wants less": {WITHOUT: PRIOR.without - 1},
    "questions": {"much_said": 2.0, "question": 4.0},
    "tasks": {"much_said": 1.0, "promise": 4.0, "decision": 4.0, "date": 3.0},
    "names and numbers": {"much_said": 0.5, "name": 4.0, "number": 3.0},
}
"""Made-up wearers: what weighs otherwise for them than at first."""

ACTS = 4_000
SHORTEST_WORDS = 4
SURE = 3.0
"""How much surer than its score a made-up wearer is."""

Draw = Callable[["Said", Generator], list[Answered]]


@dataclass(frozen=True, slots=True)
class Said:
    """Signals of what was said, and whether it is wanted back."""

    signals: list[Signals]
    wanted: list[bool]

    def part(self, rows: Sequence[int]) -> "Said":
        return Said([self.signals[row] for row in rows], [self.wanted[row] for row in rows])


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where a goal is missed."""
    del argv
    data, labels = data_folder(), read_labels()
    signals = [each.signals for each in judged_day(data, labels.day)]
    of_readers = [Said(signals, list(labels.one)), Said(signals, list(labels.two))]
    rises = [_tell(f"the day, reader {nth + 1}", said) for nth, said in enumerate(of_readers)]
    acts = _acts()
    _tell("meetings, as they were summarised", acts)
    for name, taste in TASTES.items():
        _tell(f"meetings, a made-up taste: {name}", _by_taste(acts, taste))
    falls = [_tell_contradictions(said) for said in of_readers]
    print(f"the worst of contradictory ones {min(falls):+.3f}")
    print(f"goals: one reader's rise {RISE_GOAL}, no fall by contradictions over {FALL_GOAL}")
    return int(max(rises) < RISE_GOAL or min(falls) < -FALL_GOAL)


def _acts() -> Said:
    acts = chain.from_iterable(read_meetings(data_folder()).values())
    long_enough = [act for act in acts if act.words >= SHORTEST_WORDS]
    rows = np.random.default_rng(1).choice(len(long_enough), ACTS, replace=False)
    chosen = [long_enough[row] for row in rows]
    return Said([text_signals(act.text) for act in chosen], [act.is_linked for act in chosen])


def _by_taste(said: Said, taste: Mapping[str, float]) -> Said:
    """What somebody of this taste wants, who is as little of a machine as anybody."""
    of = {**PRIOR.of, **{name: weight for name, weight in taste.items() if name != WITHOUT}}
    weights = Weights(of, taste.get(WITHOUT, PRIOR.without))
    chance = np.random.default_rng(3)
    scores = np.array([scored(each, weights) for each in said.signals])
    odds = (scores / (1 - scores)) ** SURE
    return Said(said.signals, (chance.random(len(scores)) < odds / (1 + odds)).tolist())


def _tell(name: str, said: Said) -> float:
    before, after = _measured(said, honest)
    print(f"{name}: F1 {before:.3f} untrained, {after:.3f} after {ANSWERS} answers")
    return after - before


def _tell_contradictions(said: Said) -> float:
    falls = []
    for name, draw in (("each both ways", both_ways), ("by chance", by_chance)):
        before, after = _measured(said, draw)
        print(f"contradictory, {name}: F1 {before:.3f} untrained, {after:.3f} after")
        falls.append(after - before)
    return min(falls)


def _measured(said: Said, draw: Draw) -> tuple[float, float]:
    """The mean F1 on the half that was not answered about: before, and after."""
    chance = np.random.default_rng(7)
    before, after = [], []
    for _ in range(TIMES):
        rows = chance.permutation(len(said.wanted)).tolist()
        half = len(rows) // 2
        answered, held_out = said.part(rows[:half]), said.part(rows[half:])
        weights = learned(draw(answered, chance)).weights
        before.append(f1(held_out, PRIOR))
        after.append(f1(held_out, weights))
    return float(np.mean(before)), float(np.mean(after))


def honest(said: Said, chance: Generator) -> list[Answered]:
    """Forty answers by the labels; where there are fewer things, one about each counts."""
    rows = chance.permutation(len(said.wanted))[:ANSWERS].tolist()
    return [Answered(said.wanted[row], said.signals[row]) for row in rows]


def both_ways(said: Said, chance: Generator) -> list[Answered]:
    """Twenty things, each asked for and dismissed."""
    rows = chance.choice(len(said.wanted), ANSWERS // 2, replace=len(said.wanted) < ANSWERS // 2)
    return [Answered(wanted, said.signals[row]) for row in rows for wanted in (True, False)]


def by_chance(said: Said, chance: Generator) -> list[Answered]:
    """Forty things, answered by the toss of a coin."""
    rows = chance.choice(len(said.wanted), ANSWERS)
    return [Answered(bool(chance.integers(2)), said.signals[row]) for row in rows]


def f1(said: Said, weights: Weights) -> float:
    """Of what these weights keep; 0 where nothing of it is wanted."""
    kept = [scored(each, weights) >= KEPT_FROM for each in said.signals]
    both = sum(k and w for k, w in zip(kept, said.wanted, strict=True))
    return 2 * both / max(sum(kept) + sum(said.wanted), 1)


if __name__ == "__main__":
    sys.exit(main())
