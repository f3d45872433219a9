"""The vectors of a passage table: one array that some are added to and taken from. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_MOST = 1.01
"""Float16 rounds: a vector is of unit length to within this."""

_STEPS = 127
"""Of an int8, to either side. A cosine is off by 0.0005 so (one deviation), and what search
finds in LoCoMo stays the same; a hundred thousand vectors are 38 MB where float32 takes 154."""

_AT_ONCE = 1024
"""Vectors that are scored at once, as float32: so few that OpenBLAS does it in one thread. Of
twice as many it makes two, and waits for them: 77 ms for a hundred thousand in place of 6 (x86)."""


@dataclass(frozen=True, slots=True)
class VectorRows:
    """One vector a passage, all as wide as the longest stored one; shorter ones are zeros.

    A hundred thousand are 38 MB, so nothing here copies them each time: `row_of` says in
    which row of `buffer` each passage's is, rows of passages that went stay unused, and behind
    the first `used` ones there are free ones. The first row is zeros, for all passages without
    a vector. A row counts in units of its own: `unit_of`.
    `stored_bytes` is how long each passage's is on the disk, 0 where there is none.
    """

    stored_bytes: NDArray[np.int64]
    row_of: NDArray[np.int64]
    used: int
    buffer: NDArray[np.int8]
    unit_of: NDArray[np.float32]

    @property
    def width_bytes(self) -> int:
        """How long the stored vectors are that count; 0 where there is none."""
        return int(self.stored_bytes.max(initial=0))

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which passages have a vector."""
        return self.stored_bytes > 0

    @property
    def dimensions(self) -> int:
        return int(self.buffer.shape[1])

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """How close each passage is to this, in their order; 0 without a vector.

        A vector in which a bit has flipped may come out as anything; what no cosine can be
        counts as 0, so that it is not found before all others.
        """
        of_rows = np.empty(self.used, np.float32)
        part = np.empty((_AT_ONCE, self.buffer.shape[1]), np.float32)
        for begin in range(0, self.used, _AT_ONCE):
            rows = self.buffer[begin : min(begin + _AT_ONCE, self.used)]
            part[: len(rows)] = rows
            of_rows[begin : begin + len(rows)] = part[: len(rows)] @ vector
        cosines: NDArray[np.float32] = (of_rows * self.unit_of[: self.used])[self.row_of]
        cosines[np.abs(cosines) > _MOST] = 0
        return cosines

    def only(self, kept: NDArray[np.bool_]) -> "VectorRows":
        """Without those that are not kept."""
        return replace(self, stored_bytes=self.stored_bytes[kept], row_of=self.row_of[kept])

    def followed_by(self, stored: Sequence[bytes | None]) -> "VectorRows":
        """With these behind; of another width than the longest, they are zeros.

        Written into the free rows, so only the newest may be followed. Those before it stay
        what they were.
        """
        more = _stored_bytes(stored)
        count = int(np.count_nonzero(more))
        old = self if self.used + count <= len(self.buffer) else self._moved(count)
        rows = old.write(stored, more)
        return VectorRows(
            np.concatenate([self.stored_bytes, more]),
            np.concatenate([old.row_of, rows]),
            old.used + count,
            old.buffer,
            old.unit_of,
        )

    def write(
        self, stored: Sequence[bytes | None], stored_bytes: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Put those that are there into the free rows; in which row each is then."""
        has = stored_bytes > 0
        there, sizes = [each for each in stored if each], stored_bytes[has]
        for begin in range(0, len(there), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            vectors = _decoded(there[part], sizes[part], self.buffer.shape[1])
            rows = slice(self.used + begin, self.used + begin + len(vectors))
            self.buffer[rows], self.unit_of[rows] = _in_units(vectors)
        return np.where(has, self.used + np.cumsum(has) - 1, 0)

    def _moved(self, more: int) -> "VectorRows":
        """The same in a larger buffer, without unused rows."""
        has = self.row_of > 0
        used = 1 + int(np.count_nonzero(has))
        buffer, unit_of = _room(used + more, self.buffer.shape[1])
        np.take(self.buffer, self.row_of[has], axis=0, out=buffer[1:used])
        np.take(self.unit_of, self.row_of[has], out=unit_of[1:used])
        row_of = np.where(has, np.cumsum(has), 0)
        return VectorRows(self.stored_bytes, row_of, used, buffer, unit_of)


def vector_rows(stored: Sequence[bytes | None]) -> VectorRows:
    """The rows of what is stored, little-endian float16 each."""
    stored_bytes = _stored_bytes(stored)
    dimensions = int(stored_bytes.max(initial=0)) // 2
    nothing = np.zeros(0, np.int64)
    room = _room(1 + int(np.count_nonzero(stored_bytes)), dimensions)
    return VectorRows(nothing, nothing, 1, *room).followed_by(stored)


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


def _in_units(vectors: NDArray[np.float16]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers, and what one of them is worth in each row; zeros for what is no number."""
    exact = vectors.astype(np.float32)
    exact[~np.isfinite(exact).all(axis=1)] = 0
    units = np.abs(exact).max(axis=1, initial=0) / _STEPS
    whole = np.rint(exact / np.maximum(units, np.finfo(np.float32).tiny)[:, np.newaxis])
    return whole.astype(np.int8), units


def _room(rows: int, dimensions: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Buffers for these rows and a sixteenth more, so that few keeps copy all of them.

    What is free costs no memory before it is written. The first row is zeros.
    """
    room = rows + rows // 16 + 64
    buffer = np.empty((room, dimensions), np.int8)
    buffer[0] = 0
    return buffer, np.zeros(room, np.float32)
