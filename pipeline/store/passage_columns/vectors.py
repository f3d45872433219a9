"""The vectors of a passage table: one array that some are added to and taken from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST = 1.01
"""Float16 rounds: a vector is of unit length to within this."""


@dataclass(frozen=True, slots=True)
class VectorRows:
    """One vector a passage, all as wide as the longest stored one; shorter ones are zeros.

    A hundred thousand are 154 MB, so nothing here copies them each time: `row_of` says in
    which row of `buffer` each passage's is, rows of passages that went stay unused, and behind
    the first `used` ones there are free ones. `stored_bytes` is how long each passage's is on
    the disk, 0 where there is none.
    """

    stored_bytes: NDArray[np.int64]
    row_of: NDArray[np.int64]
    used: int
    buffer: NDArray[np.float32]

    @property
    def width_bytes(self) -> int:
        """How long the stored vectors are that count; 0 where there is none."""
        return int(self.stored_bytes.max(initial=0))

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """How close each passage is to this, in their order; 0 without a vector.

        A vector in which a bit has flipped may come out as anything; what no cosine can be
        counts as 0, so that it is not found before all others.
        """
        with np.errstate(invalid="ignore", over="ignore"):
            cosines: NDArray[np.float32] = (self.buffer[: self.used] @ vector)[self.row_of]
        cosines[~(np.abs(cosines) <= _MOST)] = 0
        return cosines

    def only(self, kept: NDArray[np.bool_]) -> "VectorRows":
        """Without those that are not kept."""
        return VectorRows(self.stored_bytes[kept], self.row_of[kept], self.used, self.buffer)

    def followed_by(self, stored: Sequence[bytes | None]) -> "VectorRows":
        """With these behind; of another width than the longest, they are zeros.

        Written into the free rows, so only the newest may be followed. Those before it stay
        what they were.
        """
        old = self if self.used + len(stored) <= len(self.buffer) else self._moved(len(stored))
        more, used = _stored_bytes(stored), old.used + len(stored)
        old.buffer[old.used : used] = _decoded(stored, more, self.buffer.shape[1])
        return VectorRows(
            np.concatenate([self.stored_bytes, more]),
            np.concatenate([old.row_of, np.arange(old.used, used)]),
            used,
            old.buffer,
        )

    def _moved(self, more: int) -> "VectorRows":
        """The same in a larger buffer, without unused rows."""
        count = len(self.row_of)
        buffer = _buffer(count + more, self.buffer.shape[1])
        np.take(self.buffer, self.row_of, axis=0, out=buffer[:count])
        return VectorRows(self.stored_bytes, np.arange(count), count, buffer)


def vector_rows(stored: Sequence[bytes | None]) -> VectorRows:
    """The rows of what is stored, little-endian float16 each."""
    stored_bytes, count = _stored_bytes(stored), len(stored)
    dimensions = int(stored_bytes.max(initial=0)) // 2
    buffer = _buffer(count, dimensions)
    buffer[:count] = _decoded(stored, stored_bytes, dimensions)
    return VectorRows(stored_bytes, np.arange(count), count, buffer)


def encoded(vectors: NDArray[np.float32]) -> tuple[bytes, ...]:
    """Each row as it is stored."""
    return tuple(row.tobytes() for row in vectors.astype("<f2"))


def _stored_bytes(stored: Sequence[bytes | None]) -> NDArray[np.int64]:
    return np.array([len(each or b"") for each in stored], np.int64)


def _decoded(
    stored: Sequence[bytes | None], stored_bytes: NDArray[np.int64], dimensions: int
) -> NDArray[np.float16]:
    width = 2 * dimensions
    fits = (stored_bytes == width).tolist()
    joined = b"".join(
        each if each and fit else bytes(width) for each, fit in zip(stored, fits, strict=True)
    )
    return np.frombuffer(joined, "<f2").reshape(len(stored), dimensions)


def _buffer(rows: int, dimensions: int) -> NDArray[np.float32]:
    """A buffer for these rows and a sixteenth more, so that few keeps copy all of them.

    What is free costs no memory before it is written.
    """
    return np.empty((rows + rows // 16 + 64, dimensions), np.float32)
