"""The word pieces of BERT, as its own library cuts them: small letters, no accents, longest first.

`tokenizers` does the same and takes 13 MB for it; a dictionary takes 4. What is in the file is one
piece a line, its number that of the line; a piece that goes on within a word begins with ##.
"""

import json
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

NAME = "pieces.txt"

BEGIN, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"

_GOES_ON = "##"

_LONGEST_WORD = 100
"""Characters: what is longer is no word to BERT."""

_WORDS_REMEMBERED = 4096
"""People say the same words again and again."""

_ASCII_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

_IDEOGRAPHS = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)
"""Each is a word by itself; the ranges are those of BERT's code."""


def write(tokenizer: Path, target: Path) -> None:
    """Write the pieces of a `tokenizer.json` in the order of their numbers."""
    numbers: dict[str, int] = json.loads(tokenizer.read_text("utf-8"))["model"]["vocab"]
    pieces = sorted(numbers, key=numbers.__getitem__)
    target.write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")


class BertPieces:
    """Cuts texts into the pieces of one list. Safe to share between threads."""

    def __init__(self, file: Path) -> None:
        """Raises OSError, and ValueError for what is no such list."""
        self._texts = file.read_text(encoding="utf-8").split("\n")[:-1]
        self._numbers = {piece: number for number, piece in enumerate(self._texts)}
        if not {BEGIN, END, UNKNOWN} <= self._numbers.keys():
            raise ValueError("no word pieces")
        self._unknown = self._numbers[UNKNOWN]
        self._cut_word = lru_cache(_WORDS_REMEMBERED)(self._cut)

    def numbers_of(self, text: str) -> list[int]:
        """The numbers of the text's pieces, in order."""
        words = "".join(map(_plain, text)).split()
        return [number for word in words for number in self._cut_word(word)]

    def text_of(self, number: int) -> str:
        return self._texts[number]

    def between_marks(self, numbers: Sequence[int]) -> list[int]:
        """The same as BERT reads them, with a mark at either end."""
        return [self._numbers[BEGIN], *numbers, self._numbers[END]]

    def _cut(self, word: str) -> tuple[int, ...]:
        """The longest piece that it begins with, and so on; unknown where one part is."""
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        found, at = [], 0
        while at < len(word):
            ends = range(len(word), at, -1)
            begun = _GOES_ON if at else ""
            end = next((end for end in ends if begun + word[at:end] in self._numbers), None)
            if end is None:
                return (self._unknown,)
            found.append(self._numbers[begun + word[at:end]])
            at = end
        return tuple(found)


@lru_cache(1024)
def _plain(character: str) -> str:
    """What is left of a character: small, without accents; between spaces where it stands alone."""
    if character in "\t\n\r" or (character.isspace() and not _is_control(character)):
        return " "
    if _is_control(character) or character == "\ufffd":
        return ""
    plain = "".join(_small(unicodedata.normalize("NFD", character)))
    return f" {plain} " if _is_ideograph(character) else plain


def _small(parts: str) -> Iterator[str]:
    for part in parts:
        if unicodedata.category(part) != "Mn":
            small = part.lower()
            yield f" {small} " if _is_mark(small) else small


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs"}


def _is_mark(character: str) -> bool:
    return character in _ASCII_MARKS or unicodedata.category(character[0])[0] == "P"


def _is_ideograph(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _IDEOGRAPHS)
