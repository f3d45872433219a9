"""Turns texts into vectors whose cosine says how close they are in meaning."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.errors import ModelMissing

Vectors = NDArray[np.float32]
"""Rows of unit length, zeros for a text that is not known; shape (texts, dimensions)."""

MAX_PIECES = 256
"""The length that the model was trained for (its sentence_bert_config.json), both end marks in."""

END_MARKS = 2
"""[CLS] and [SEP], which the tokenizer puts around every text."""


_Piece = TypeVar("_Piece", str, int)

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
    """all-MiniLM-L6-v2 as `build_onnx` makes it. Safe to share between threads."""

    name = "all-MiniLM-L6-v2/int8"
    dimensions = 384

    def __init__(self, model: Path, tokenizer: Path, *, threads: int = 1) -> None:
        """Load both files; raises ModelMissing where one is absent or not what it should be."""
        with _explained(model):
            # By its path: the session would keep the bytes of a file that was read for it.
            self._session = onnxruntime.InferenceSession(model, _calm(threads))
        with _explained(tokenizer):
            self._reader = Tokenizer.from_str(tokenizer.read_text(encoding="utf-8"))
        self._reader.no_padding()
        self._reader.no_truncation()

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [self._embed_one(text) for text in texts]
        return np.concatenate(rows) if rows else np.empty((0, self.dimensions), np.float32)

    def knows(self, text: str) -> bool:
        pieces: list[str] = self._reader.encode(text).tokens
        return _has_word(_begun(pieces))

    def count_pieces(self, text: str) -> int:
        return len(self._reader.encode(text)) - END_MARKS

    def _embed_one(self, text: str) -> Vectors:
        # One at a time: int8 scales are taken over the whole batch, so in company a text
        # would get another vector each time. It is also faster than batches of 16 sorted
        # by length (279 turns a CPU second against 250, one thread, x86, 2026-11).
        read = self._reader.encode(text)
        if not _has_word(_begun(read.tokens)):
            return np.zeros((1, self.dimensions), np.float32)
        ids = np.array([_begun(read.ids)], np.int64)
        (row,) = self._session.run(
            ["embedding"], {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        )
        return np.asarray(row, np.float32)


def _begun(read: list[_Piece]) -> list[_Piece]:
    """What the model reads of a text: its beginning, with both end marks."""
    return read if len(read) <= MAX_PIECES else read[: MAX_PIECES - 1] + read[-1:]


def _has_word(pieces: Sequence[str]) -> bool:
    """Whether one of these is of a word. The model reads Latin letters, without their accents.

    Of other scripts its vocabulary has single letters or nothing.
    """
    return any(_LATIN.search(piece) for piece in pieces if piece not in _MARKS)


def open_embedder(folder: Path, *, threads: int = 1) -> MiniLmEmbedder:
    """The embedder whose files lie in this folder. Raises ModelMissing."""
    return MiniLmEmbedder(folder / "model.onnx", folder / "tokenizer.json", threads=threads)


def _calm(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # It keeps what the longest text took: 14 MB, for no time that could be measured.
    options.enable_cpu_mem_arena = False
    # A pool that spins while it waits doubles the CPU for the same wall time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    # Both libraries raise bare or private exception types for a broken file.
    except Exception as cause:
        sentence = f"The model file {path.name} is missing or broken."
        raise ModelMissing(sentence, advice="Run `./run setup` to make it again.") from cause
