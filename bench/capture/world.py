"""A world whose sound can be told from itself: every eight samples say where in it they are.

For capture's soak: a clip that lies in the spool can be laid beside the truth, sample by
sample, wherever it was cut and whatever was lost before it.
"""

import math
import random
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.audio import RATE_HZ
from core.pcm import Pcm

MODULI = (499, 503, 509, 521)
"""Primes: what a sample's place is modulo four of them says where it is, for 19 days."""

LOUD = 4000
"""Speech is this plus the sign of its place; silence is the sign alone, below a thousand."""

LOWEST, MARK = 250, 600
"""A sign is what is left of the place, less this; every fourth carries a mark on top."""

CLUE = 8
"""Samples that say their place: each of the four primes twice, whatever comes first."""


Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples of a clip that are the world's from `true` on; `at` is their place in the clip."""

    at: int
    true: int
    samples: int


class World:
    """Speech and silence in turn, by seed. Pure: the same place is always the same sample."""

    def __init__(self, seed: int, hours: float) -> None:
        turns = random.Random(seed)
        edges, now_s = [0.0], 0.0
        while now_s < hours * 3600 + 3600:
            now_s += turns.choice((1.0, 2.0, 4.0, 9.0, 25.0)) * turns.uniform(0.7, 1.3)
            edges.append(now_s)
        self._edges = np.array(edges) * RATE_HZ

    def sound(self, start: int, samples: int) -> Pcm:
        """The samples from this place on; every other turn is speech."""
        places = np.arange(start, start + samples)
        speech = np.searchsorted(self._edges, places, side="right") % 2 == 0
        return (_signs(places) + np.where(speech, LOUD, 0)).astype(np.int16)

    def stretches(self, pcm: Pcm) -> list[Stretch]:
        """The places in the world that a clip is from; zeros between them are missing sound."""
        found: list[Stretch] = []
        at = 0
        while at + CLUE <= len(pcm):
            true = place(pcm[at : at + CLUE])
            if true is None:
                at += 1
                continue
            there = self.sound(true, len(pcm) - at)
            same = there == pcm[at:]
            length = len(same) if same.all() else int(np.argmin(same))
            if length < CLUE:
                at += 1
                continue
            found.append(Stretch(at, true, length))
            at += length
        return found


def place(clue: Pcm) -> int | None:
    """Which place in the world these eight samples are from; None where they are from none."""
    values = clue.astype(np.int64)
    values = np.where(values > LOUD // 2, values - LOUD, values)
    marked = np.flatnonzero(values >= MARK - LOWEST)
    if len(marked) != CLUE // 4:
        return None
    phase = (4 - int(marked[0])) % 4
    found = _chinese([int(_unmarked(values)[(k - phase) % 4]) for k in range(4)], phase)
    same = found is not None and np.array_equal(_signs(np.arange(found, found + CLUE)), values)
    return found if same else None


def _signs(places: Places) -> Places:
    phases = places % 4
    signs: Places = places % np.array(MODULI)[phases] - LOWEST + np.where(phases == 0, MARK, 0)
    return signs


def _unmarked(values: Places) -> Places:
    return np.where(values >= MARK - LOWEST, values - MARK, values) + LOWEST


def _chinese(remainders: list[int], phase: int) -> int | None:
    """The place whose first sample has this phase; `remainders[k]` is of its sample that has k."""
    product = math.prod(MODULI)
    total = 0
    for k, modulus in enumerate(MODULI):
        if not 0 <= remainders[k] < modulus:
            return None
        others = product // modulus
        total += (remainders[k] - (k - phase) % 4) % modulus * others * pow(others, -1, modulus)
    return total % product


def overlaps(ranges: list[tuple[int, int, str]]) -> list[tuple[str, str, int]]:
    """Pairs of different owners that hold the same samples, and how many."""
    ranges = sorted(ranges)
    return [
        (one[2], two[2], one[1] - two[0])
        for one, two in pairwise(ranges)
        if one[1] > two[0] and one[2] != two[2]
    ]
