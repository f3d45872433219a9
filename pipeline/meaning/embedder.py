"""Turns texts into vectors whose cosine says how close they are in meaning."""

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from core.errors import ModelMissing
from pipeline.meaning import bert_pieces
from pipeline.meaning.bert_pieces import BertPieces

Vectors = NDArray[np.float32]
"""Rows of unit length, zeros for a text that is not known; shape (texts, dimensions)."""

MAX_PIECES = 256
"""The length that the model was trained for (its sentence_bert_config.json), both end marks in."""

END_MARKS = 2
"""[CLS] and [SEP], which stand around every text."""

TOGETHER = 8
"""Texts of one length, which cost a quarter less so; among longer ones the last digits differ."""

_LATIN = re.compile("[0-9a-z]")
_MARKS = frozenset({"[CLS]", "[SEP]", "[UNK]", "[PAD]"})


class Embedder(Protocol):
    """A model that gives a text its place in meaning.

    Vectors of two embedders must never meet: `name` is stored beside each vector.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Rows in the order of the texts, of unit length; shape (0, dimensions) for none.

        A text of which the model knows no word has zeros: it is close to nothing. The same
        text has the same vector whatever stands beside it. A text longer than the model reads
        counts by its beginning. Blocks: never call it on a loop.
        """

    def knows(self, text: str) -> bool:
        """Whether the model knows any word of the text; all that it does not know look alike."""

    def count_pieces(self, text: str) -> int:
        """The number of word pieces that this model makes of the text, without its end marks."""


class MiniLmEmbedder:
    """all-MiniLM-L6-v2 as `build_minilm` makes it. Safe to share between threads."""

    name = "all-MiniLM-L6-v2/int8"
    dimensions = 384

    def __init__(self, folder: Path, *, threads: int = 1, number_format: str = "int8") -> None:
        """Load its files; raises ModelMissing where one is absent or not what it should be."""
        with _explained(folder / "model.bin"):
            self._encoder: Any = ctranslate2.Encoder(
                str(folder),
                device="cpu",
                compute_type=number_format,
                inter_threads=1,
                intra_threads=threads,
            )
        with _explained(folder / bert_pieces.NAME):
            self._pieces = BertPieces(folder / bert_pieces.NAME)

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        read = [self._begun(text) for text in texts]
        alike = defaultdict[int, list[int]](list)
        for place, numbers in enumerate(read):
            if self._has_word(numbers):
                alike[len(numbers)].append(place)
        for places in alike.values():
            for first in range(0, len(places), TOGETHER):
                some = places[first : first + TOGETHER]
                vectors[some] = self._rows([read[place] for place in some])
        return vectors

    def knows(self, text: str) -> bool:
        return self._has_word(self._begun(text))

    def count_pieces(self, text: str) -> int:
        return len(self._pieces.numbers_of(text))

    def _begun(self, text: str) -> list[int]:
        """What the model reads of a text: its beginning."""
        return self._pieces.numbers_of(text)[: MAX_PIECES - END_MARKS]

    def _has_word(self, numbers: Sequence[int]) -> bool:
        """Whether one of these is of a word. The model reads Latin letters, without their accents.

        Of other scripts its vocabulary has single letters or nothing.
        """
        pieces = map(self._pieces.text_of, numbers)
        return any(_LATIN.search(piece) for piece in pieces if piece not in _MARKS)

    def _rows(self, read: Sequence[Sequence[int]]) -> Vectors:
        """The mean over the pieces of each of these texts of one length, made as long as one."""
        marked = [self._pieces.between_marks(numbers) for numbers in read]
        told = np.array(self._encoder.forward_batch(marked).last_hidden_state)
        totals = told.sum(axis=1)
        rows: Vectors = totals / np.linalg.norm(totals, axis=1, keepdims=True)
        return rows


def open_embedder(folder: Path, *, threads: int = 1) -> MiniLmEmbedder:
    """The embedder whose files lie in this folder. Raises ModelMissing."""
    return MiniLmEmbedder(folder, threads=threads)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    # CTranslate2 raises what C++ threw at it, and both read what may be no text at all.
    except Exception as cause:
        sentence = f"The model file {path.name} is missing or broken."
        raise ModelMissing(sentence, advice="Run `./run setup` to make it again.") from cause
