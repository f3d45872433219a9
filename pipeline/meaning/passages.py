"""Cuts a transcript into the passages that the indexes hold. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from core.moment import Passage, Transcript

MAX_PIECES = 200
"""The embedder reads 256; the rest is room for the speaker's name and the end marks."""

_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’)\]]*$")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class _Token:
    """A run of signs without a space, and when it sounded, where it did."""

    text: str
    pieces: int
    start_ms: int | None
    end_ms: int | None

    @property
    def ends_sentence(self) -> bool:
        return bool(_SENTENCE_END.search(self.text))


def cut(transcript: Transcript, count_pieces: Callable[[str], int]) -> tuple[Passage, ...]:
    """The whole text, in order, nothing twice, in passages of at most 200 word pieces.

    A cut falls at the last sentence end of the second half of what fits; where there is
    none, at the longest pause there; where nothing was spoken, as late as possible.
    `count_pieces` must be additive over spaces, which word pieces are. An empty text
    has no passage.
    """
    tokens = _tokens(transcript, count_pieces)
    passages = []
    while tokens:
        size = _fitting(tokens)
        passages.append(_passage(tokens[:size]))
        tokens = tokens[size:]
    return tuple(passages)


def _tokens(transcript: Transcript, count_pieces: Callable[[str], int]) -> list[_Token]:
    spoken: list[tuple[str, int | None, int | None]] = [
        (part, word.start_ms, word.end_ms)
        for word in transcript.words
        for part in word.word.split()
    ]
    typed = [(part, None, None) for part in transcript.text.split()]
    return [
        _Token(short, pieces, start_ms, end_ms)
        for text, start_ms, end_ms in spoken or typed
        for short, pieces in _short_enough(text, count_pieces)
    ]


def _short_enough(text: str, count_pieces: Callable[[str], int]) -> list[tuple[str, int]]:
    """Halves what no passage can hold: a page without a space, a script that has none."""
    pieces = count_pieces(text)
    if pieces <= MAX_PIECES or len(text) == 1:
        return [(text, pieces)]
    middle = len(text) // 2
    return _short_enough(text[:middle], count_pieces) + _short_enough(text[middle:], count_pieces)


def _fitting(tokens: Sequence[_Token]) -> int:
    """The number of tokens that the next passage takes."""
    so_far = list(accumulate(token.pieces for token in tokens))
    if so_far[-1] <= MAX_PIECES:
        return len(tokens)
    limit = max(1, sum(1 for total in so_far if total <= MAX_PIECES))
    half = sum(1 for total in so_far[:limit] if total < MAX_PIECES / 2)
    places = range(limit, half, -1)
    sentence = next((place for place in places if tokens[place - 1].ends_sentence), None)
    return sentence or max(places, key=lambda place: _pause_ms(tokens, place), default=limit)


def _pause_ms(tokens: Sequence[_Token], place: int) -> int:
    before, after = tokens[place - 1].end_ms, tokens[place].start_ms
    return 0 if before is None or after is None else after - before


def _passage(tokens: Sequence[_Token]) -> Passage:
    text = " ".join(token.text for token in tokens)
    return Passage(text, tokens[0].start_ms, tokens[-1].end_ms)
