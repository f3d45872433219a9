"""What the archive says for keeping an utterance: that it is new, or comes back to something. Pure.

Only what was said before it counts: no later moment can change a verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.audio import RATE_HZ
from pipeline.embedders import MINI_LM, MULTILINGUAL
from pipeline.store.passage_port import PassageTable

FEWEST = 20
"""Passages of the past: to an archive of almost nothing everything is new, which says nothing."""

RETURNS_AFTER_MS = 10 * 60 * 1000
"""What is nearer belongs to the same talk, and is no return."""

_FULLY_NEW, _NOT_NEW, _FULLY_BACK = 0, 1, 2
_COSINES = {MINI_LM: (0.15, 0.5, 0.8), MULTILINGUAL: (0.2, 0.55, 0.85)}
"""By embedder: nearer to something than the first is less than wholly new, than the second is not
new at all and beginning to be a return, than the third is wholly one. Neighbours of one meeting
have 0.45 in the mean, its summary's sentences 0.6 (MiniLM, AMI dev, 2026-11)."""


@dataclass(frozen=True, slots=True)
class When:
    """When and where something was said: its moment's id, and the wall clock where it is known."""

    moment: str
    at_ms: int | None


def archive_signals(
    table: PassageTable, embedder: str, vectors: Sequence[NDArray[np.float32]], when: When
) -> dict[str, float]:
    """`new` and `returns`, each from 0 to 1; nothing where too little of the past is known.

    `vectors` are of the utterance's passages, of unit length.
    """
    known = table.vectors.get(embedder)
    if known is None or embedder not in _COSINES or not vectors:
        return {}
    before = is_past(table, when)[table.moment_of] & known.there
    if before.sum() < FEWEST:
        return {}
    close = np.max([known.cosines(vector) for vector in vectors], axis=0)
    long_ago = before & _is_long_ago(table, when)[table.moment_of]
    nearest = float(close[before].max())
    nearest_long_ago = float(close[long_ago].max()) if long_ago.any() else -1.0
    limits = _COSINES[embedder]
    return {
        "new": _between(limits[_NOT_NEW], nearest, limits[_FULLY_NEW]),
        "returns": _between(limits[_NOT_NEW], nearest_long_ago, limits[_FULLY_BACK]),
    }


def is_past(table: PassageTable, when: When) -> NDArray[np.bool_]:
    """Which moments were over before this: by the clock, or by their place in one stream.

    What cannot be told to be earlier counts as later: of a recording that went on, each word.
    """
    before = _over_before(table, when.at_ms)
    stream, position = _place(when.moment)
    beginning = f"{stream}-"
    for index, moment in enumerate(table.moments):
        if moment.startswith(beginning):  # the samples of a stream are in order, not its clock
            at = _place(moment)[1]
            samples = int(table.lasts_ms[index]) * RATE_HZ // 1000
            before[index] = at < position and at + samples <= position
    return before


def _over_before(table: PassageTable, at_ms: int | None) -> NDArray[np.bool_]:
    """By the clock; unknown times are NaN, and before nothing."""
    if at_ms is None:
        return np.zeros(len(table.moments), np.bool_)
    over: NDArray[np.bool_] = (table.at_ms < at_ms) & (table.at_ms + table.lasts_ms <= at_ms)
    return over


def _is_long_ago(table: PassageTable, when: When) -> NDArray[np.bool_]:
    return _over_before(table, None if when.at_ms is None else when.at_ms - RETURNS_AFTER_MS)


def _place(moment: str) -> tuple[str, int]:
    stream, _, position = moment.rpartition("-")
    return stream, int(position) if position.isdecimal() else 0


def _between(nothing: float, value: float, everything: float) -> float:
    share = (value - nothing) / (everything - nothing)
    return float(min(max(share, 0.0), 1.0))
