"""The word pieces of a SentencePiece model (unigram), as its own library cuts them.

Kudo, *Subword Regularization* (2018), without its chance: of all ways to cut a word, the likeliest.
`tokenizers` has it too, and takes 110 MB for the 128,000 pieces of the encoder that this is for;
a dictionary and a table of scores take 20, at the same pieces.
"""

import struct
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from tokenizers import normalizers

UNKNOWN = 0
"""The number of the piece that stands for a character of which the model has none."""

_BEGIN = "\u2581"
"""Stands before a word, in place of the space."""

_UNKNOWN_COSTS = 10.0
"""How much less likely than the rarest piece an unknown character is, as SentencePiece has it."""

_WORDS_REMEMBERED = 4096
"""People say the same words again and again: two thirds of a text's need not be cut."""

_PIECE, _TRAINER, _PIECE_TEXT, _PIECE_SCORE, _CHARACTER_MAP = 1, 3, 1, 2, 2
"""The numbers of the fields of the model's file, an older form of sentencepiece_model.proto."""


class WordPieces:
    """Cuts texts into the pieces of one model. Safe to share between threads."""

    def __init__(self, model: Path) -> None:
        """Raises OSError, or ValueError for what is no such model."""
        data = model.read_bytes()
        self._numbers: dict[str, int] = {}
        self._scores = array("f")
        character_map = b""
        for field, value in _fields(data):
            if field == _PIECE:
                piece = dict(_fields(value))
                text = piece.get(_PIECE_TEXT, b"").decode()
                self._numbers[text] = len(self._scores)
                (score,) = struct.unpack("<f", piece.get(_PIECE_SCORE, bytes(4)))
                self._scores.append(score)
            elif field == _TRAINER:
                character_map = dict(_fields(value)).get(_CHARACTER_MAP, b"")
        if not self._numbers or not character_map:
            raise ValueError("no word pieces")
        self._texts = list(self._numbers)
        self._normalizer = normalizers.Precompiled(character_map)
        self._longest = max(map(len, self._numbers))
        self._unknown_score = min(self._scores) - _UNKNOWN_COSTS
        self._cut_word = lru_cache(_WORDS_REMEMBERED)(self._cut)

    def numbers_of(self, text: str) -> list[int]:
        """The numbers of the text's pieces, in order."""
        plain = self._normalizer.normalize_str(text)
        return [number for word in plain.split() for number in self._cut_word(_BEGIN + word)]

    def text_of(self, number: int) -> str:
        """A piece as it is written; a space before it is a low block."""
        return self._texts[number]

    def _cut(self, word: str) -> Sequence[int]:
        """The likeliest way to cut this word; of equal ones that whose pieces begin first."""
        best = [0.0, *[float("-inf")] * len(word)]
        came_from: list[tuple[int, int]] = [(0, UNKNOWN)] * (len(word) + 1)
        for begin in range(len(word)):
            for end, number, score in self._pieces_from(word, begin):
                if best[begin] + score > best[end]:
                    best[end] = best[begin] + score
                    came_from[end] = begin, number
        numbers, place = array("i"), len(word)
        while place:
            place, number = came_from[place]
            numbers.append(number)
        return numbers[::-1]

    def _pieces_from(self, word: str, begin: int) -> Iterator[tuple[int, int, float]]:
        """Where each piece ends that the word has at this place, its number and its score."""
        for end in range(begin + 1, min(begin + self._longest, len(word)) + 1):
            number = self._numbers.get(word[begin:end])
            if number is not None:
                yield end, number, self._scores[number]
            elif end == begin + 1:
                yield end, UNKNOWN, self._unknown_score


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a protobuf message that are bytes or four bytes, with their numbers."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        kind = key & 7
        if kind == 0:
            _, place = _varint(data, place)
            continue
        size, place = {1: (8, place), 5: (4, place)}.get(kind) or _varint(data, place)
        yield key >> 3, data[place : place + size]
        place += size


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[place] & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if not data[place - 1] & 0x80:
            return value, place
