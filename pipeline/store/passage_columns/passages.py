"""The passages of a passage table as columns, by ascending rowid. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .vectors import VectorRows, vector_rows


@dataclass(frozen=True, slots=True)
class PassageColumns:
    """One entry a passage; `moment_of` is the place of its moment."""

    rowids: NDArray[np.int64]
    moment_of: NDArray[np.int64]
    vectors: VectorRows

    def moved(self, places: NDArray[np.int64]) -> "PassageColumns":
        """Those whose moment still has a place, with that place."""
        moment_of = places[self.moment_of]
        kept = moment_of >= 0
        return PassageColumns(self.rowids[kept], moment_of[kept], self.vectors.only(kept))

    def followed_by(self, rows: Iterable[Any], place_of: Mapping[str, int]) -> "PassageColumns":
        """These, and behind them the ones in the rows. Only the newest columns may be followed."""
        rowids, moment_of, stored = _columns(rows, place_of)
        return PassageColumns(
            np.concatenate([self.rowids, rowids]),
            np.concatenate([self.moment_of, moment_of]),
            self.vectors.followed_by(stored),
        )


def passage_columns(rows: Iterable[Any], place_of: Mapping[str, int]) -> PassageColumns:
    """Out of rows of rowid, moment and vector, by ascending rowid; those without a place are left.

    `place_of` is where each moment stands.
    """
    rowids, moment_of, stored = _columns(rows, place_of)
    return PassageColumns(rowids, moment_of, vector_rows(stored))


def _columns(
    rows: Iterable[Any], place_of: Mapping[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[bytes | None]]:
    found = [row for row in rows if row[1] in place_of]
    return (
        np.array([row[0] for row in found], np.int64),
        np.array([place_of[row[1]] for row in found], np.int64),
        [row[2] for row in found],
    )
