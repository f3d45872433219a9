"""The passages of a passage table as columns, by ascending rowid. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .vectors import VectorRows, vector_rows


@dataclass(frozen=True, slots=True)
class PassageColumns:
    """One entry a passage; `moment_of` is the place of its moment.

    `vectors` are by the name of the embedder that made them; each holds a row a passage.
    """

    rowids: NDArray[np.int64]
    moment_of: NDArray[np.int64]
    vectors: Mapping[str, VectorRows]

    @property
    def widths(self) -> Mapping[str, int]:
        """How long the stored vectors of each embedder are, in bytes."""
        return {name: rows.width_bytes for name, rows in self.vectors.items()}

    def moved(self, places: NDArray[np.int64]) -> "PassageColumns":
        """Those whose moment still has a place, with that place."""
        moment_of = places[self.moment_of]
        kept = moment_of >= 0
        vectors = {name: rows.only(kept) for name, rows in self.vectors.items()}
        return PassageColumns(self.rowids[kept], moment_of[kept], vectors)

    def followed_by(self, rows: Iterable[Any], place_of: Mapping[str, int]) -> "PassageColumns":
        """These, and behind them the ones in the rows. Only the newest columns may be followed.

        Of an embedder that none of these is by, the vectors are none.
        """
        rowids, moment_of, stored, by = _columns(rows, place_of)
        return PassageColumns(
            np.concatenate([self.rowids, rowids]),
            np.concatenate([self.moment_of, moment_of]),
            {name: each.followed_by(_of(name, stored, by)) for name, each in self.vectors.items()},
        )


def passage_columns(rows: Iterable[Any], place_of: Mapping[str, int]) -> PassageColumns:
    """Out of rows of rowid, moment, vector and embedder; those without a place are left.

    The rows come by ascending rowid; `place_of` is where each moment stands.
    """
    rowids, moment_of, stored, by = _columns(rows, place_of)
    names = sorted({name for name, vector in zip(by, stored, strict=True) if name and vector})
    vectors = {name: vector_rows(_of(name, stored, by)) for name in names}
    return PassageColumns(rowids, moment_of, vectors)


def _of(name: str, stored: Sequence[bytes | None], by: Sequence[str | None]) -> list[bytes | None]:
    """The vectors of this embedder, None in the place of others."""
    return [
        vector if embedder == name else None for vector, embedder in zip(stored, by, strict=True)
    ]


def _columns(
    rows: Iterable[Any], place_of: Mapping[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[bytes | None], list[str | None]]:
    found = [row for row in rows if row[1] in place_of]
    return (
        np.array([row[0] for row in found], np.int64),
        np.array([place_of[row[1]] for row in found], np.int64),
        [row[2] for row in found],
        [row[3] for row in found],
    )
