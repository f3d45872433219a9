"""Where in the sound each word lies, out of Whisper's attention to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from pipeline.hearing.tokens import WordTokens

TOKEN_S = 0.02
"""One step of the encoder's output, in seconds."""

LONGEST_MEDIAN_S = 0.7
"""Slow speech; what is longer for a usual word is a fault of the alignment."""

LONGEST_OVER_MEDIAN = 2.0
"""A word next to a pause takes the pause to itself: from so many usual words on it is cut."""

_ENDS_SENTENCE = (".", "!", "?", "。", "！", "？", "…")  # noqa: RUF001 - Chinese


@dataclass(frozen=True, slots=True)
class Placed:
    """A word with its seconds from the first frame, and the least likely of its pieces."""

    text: str
    start_s: float
    end_s: float
    probability: float


def place(words: Sequence[WordTokens], aligned: Any) -> list[Placed]:  # noqa: ANN401 - untyped
    """The words where CTranslate2's `align` found their tokens, pauses taken out of them."""
    token_of_pair, time_of_pair = np.asarray(aligned.alignments).reshape(-1, 2).T
    first_of_token = np.flatnonzero(np.diff(token_of_pair, prepend=-1))
    starts_s = time_of_pair[first_of_token] * TOKEN_S
    probabilities = list(aligned.text_token_probs)
    placed, at = [], 0
    for word in words:
        ends = np.cumsum([at, *map(len, word.pieces)])
        likely = [float(np.mean(probabilities[a:b])) for a, b in pairwise(ends)]
        # Punctuation at the end lies in the pause behind the word.
        end_s = starts_s[_end_of_letters(word, at)]
        placed.append(Placed(word.text, float(starts_s[at]), float(end_s), min(likely)))
        at += word.count
    return _without_pauses(placed)


def _end_of_letters(word: WordTokens, at: int) -> int:
    is_mark = len(word.pieces) > 1 and not any(map(str.isalnum, word.text[-1:]))
    return at + word.count - (len(word.pieces[-1]) if is_mark else 0)


def _without_pauses(words: list[Placed]) -> list[Placed]:
    """Words next to the end of a sentence, and the outer ones, are no longer than words are."""
    lengths = [word.end_s - word.start_s for word in words if word.end_s > word.start_s]
    if not lengths:
        return words
    most_s = LONGEST_OVER_MEDIAN * min(LONGEST_MEDIAN_S, float(np.median(lengths)))
    return [
        _shortened(word, most_s, begins=_begins(words, i), ends=_ends(words, i))
        for i, word in enumerate(words)
    ]


def _begins(words: list[Placed], i: int) -> bool:
    return i == 0 or words[i - 1].text.endswith(_ENDS_SENTENCE)


def _ends(words: list[Placed], i: int) -> bool:
    return i == len(words) - 1 or words[i].text.endswith(_ENDS_SENTENCE)


def _shortened(word: Placed, most_s: float, *, begins: bool, ends: bool) -> Placed:
    if word.end_s - word.start_s <= most_s:
        return word
    if begins:  # the pause is before it
        return Placed(word.text, word.end_s - most_s, word.end_s, word.probability)
    if ends:
        return Placed(word.text, word.start_s, word.start_s + most_s, word.probability)
    return word
