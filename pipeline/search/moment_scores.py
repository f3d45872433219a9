"""The moments of a passage table: what passages score is brought to them, and back. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.text.words import folded, words_of
from pipeline.search import fusion
from pipeline.search.query import Query
from pipeline.store.passage_port import Matches, PassageTable

NAME_PART_CHARACTERS = 3
"""A part of a name that is shorter, such as an initial, names nobody by itself."""


class Moments:
    """A table, and what every query would otherwise work out of it again."""

    def __init__(self, table: PassageTable) -> None:
        self.table = table
        self.line = fusion.timeline(table)
        self.passage_counts = np.bincount(table.moment_of, minlength=len(table.moments))
        self.there = {name: self._have(rows.there) for name, rows in table.vectors.items()}
        self._by_moment = np.argsort(table.moment_of, kind="stable")
        self._ends = np.cumsum(self.passage_counts)
        names = sorted({speaker for speaker in table.speakers if speaker})
        self._names = [frozenset(map(folded, words_of(name))) for name in names]
        codes = {name: code for code, name in enumerate(names)}
        self._speaker = np.array([codes.get(one or "", len(names)) for one in table.speakers], int)

    def within(self, since_ms: int | None, until_ms: int | None) -> NDArray[np.bool_]:
        """Which moments have a passage and are in the range; without a time, in no range."""
        inside = self.passage_counts > 0
        if since_ms is not None:
            inside &= self.table.at_ms >= since_ms
        if until_ms is not None:
            inside &= self.table.at_ms < until_ms
        return inside

    def cosines(self, vector: NDArray[np.float32], embedder: str) -> NDArray[np.float32]:
        """How close each passage is in meaning, by the embedder that made the vector; 0 for others.

        `there` says which moments have vectors of it.
        """
        return self.table.vectors[embedder].cosines(vector)

    def spread(self, found: Matches, row: NDArray[np.float32]) -> None:
        """Write scores to their passages; what the table does not know yet is left out."""
        if not len(row):
            return
        places = np.minimum(np.searchsorted(self.table.rowids, found.rowids), len(row) - 1)
        known = self.table.rowids[places] == found.rowids
        row[places[known]] = found.scores[known]

    def by_moment(self, scores: NDArray[np.float32], *, where_none: float) -> NDArray[np.float32]:
        """The score of each moment's best passage, row by row."""
        best = np.full((len(scores), len(self.table.moments)), where_none, np.float32)
        for row, target in zip(scores, best, strict=True):
            np.maximum.at(target, self.table.moment_of, row)
        return best

    def named(self, query: Query) -> NDArray[np.float32]:
        """For each moment, the share of its speaker's name that stands in the query, 0 to 1."""
        asked = [term.word for term in query.terms]
        shares = [_share_named(name, asked) for name in self._names]
        by_name = np.array([*shares, 0], np.float32)
        by_moment: NDArray[np.float32] = by_name[self._speaker]
        return by_moment

    def heard(
        self, query: Query, said: NDArray[np.float32], named: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """What was said, where a name counts as said by those who bear it."""
        heard = said.copy()
        for row, term in zip(heard, query.terms, strict=True):
            if any(term.word in name for name in self._names):
                np.maximum(row, named > 0, out=row)
        return heard

    def _have(self, passages: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which moments have one of these passages."""
        having = np.zeros(len(self.table.moments), bool)
        having[self.table.moment_of[passages]] = True
        return having

    def best_passages(
        self,
        places: NDArray[np.intp],
        by_word: NDArray[np.float32],
        *cosines: NDArray[np.float32],
    ) -> NDArray[np.int64]:
        """The rowid of the passage that each of these moments is shown by."""
        scores = by_word.sum(axis=0)
        scores /= scores.max(initial=1.0)
        for each in cosines:
            scores += each
        ends = self._ends[places]
        best = [
            max(self._by_moment[start:end], key=scores.__getitem__)
            for start, end in zip(ends - self.passage_counts[places], ends, strict=True)
        ]
        rowids: NDArray[np.int64] = self.table.rowids[np.array(best, np.intp)]
        return rowids


def _share_named(name: frozenset[str], asked: Sequence[str]) -> float:
    if name and name.issubset(asked):
        return 1.0
    parts = [part for part in name if len(part) >= NAME_PART_CHARACTERS and part in asked]
    return len(parts) / max(len(name), 1)
