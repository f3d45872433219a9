"""An embedder without a model: texts that share words are close. For tests and the demo."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIGNS_PER_WORD = 4
"""Enough that two different words seldom fall together in 384 places."""


class FakeEmbedder:
    """A hashed bag of words of unit length: the same on every machine, in no time.

    Like the real one, it knows nothing but Latin letters and figures.
    """

    name = "fake-bag-of-words"

    def __init__(self, *, dimensions: int = 384, name: str = name) -> None:
        self.name = name
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(rows, texts, strict=True):
            if not self.knows(text):
                continue
            row[0] = 1e-3  # so that words that cancel out have a length too
            for word in text.lower().split():
                self._add(row, word.strip(".,;:!?\"'()"))
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows

    def knows(self, text: str) -> bool:
        return any(each.isascii() and each.isalnum() for each in text)

    def count_pieces(self, text: str) -> int:
        return len(text.split())

    def _add(self, row: NDArray[np.float32], word: str) -> None:
        digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=12).digest()
        for start in range(0, 3 * SIGNS_PER_WORD, 3):
            place = int.from_bytes(digest[start : start + 2], "big") % self.dimensions
            row[place] += 1.0 if digest[start + 2] % 2 else -1.0
