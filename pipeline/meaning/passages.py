"""Cuts a transcript into the passages that the indexes hold. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from core.moment import Passage, Transcript

MAX_PIECES = 200
"""The embedder reads 256; the rest is room for the speaker's name and the end marks."""

MAX_SIGNS = 20 * MAX_PIECES
"""Of a run without a space: a longer one is halved uncounted, for counting it takes seconds."""

_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’)\]]*$")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class _Token:
    """A run of signs without a space, and when it sounded, where it did.

    `space` is what stands before it: nothing between two words of a script without spaces.
    """

    space: str
    text: str
    pieces: int
    start_ms: int | None
    end_ms: int | None

    @property
    def ends_sentence(self) -> bool:
        return bool(_SENTENCE_END.search(self.text))


def cut(transcript: Transcript, count_pieces: Callable[[str], int]) -> Iterator[Passage]:
    """The whole text, in order, nothing twice, in passages of at most 200 word pieces.

    A cut falls at the last sentence end of the second half of what fits; where there is
    none, at the longest pause there; where nothing was spoken, as late as possible.
    `count_pieces` must be additive over spaces, which word pieces are. An empty text
    has no passage. Lazy: between two passages of a long text other work has its turn.
    """
    held: list[_Token] = []
    pieces = 0
    for token in _tokens(transcript, count_pieces):
        held.append(token)
        pieces += token.pieces
        if pieces > MAX_PIECES:
            size = _fitting(held)
            yield _passage(held[:size])
            held = held[size:]
            pieces = sum(each.pieces for each in held)
    if held:
        yield _passage(held)


def _tokens(transcript: Transcript, count_pieces: Callable[[str], int]) -> Iterator[_Token]:
    spoken: list[tuple[str, int | None, int | None]] = [
        (part, word.start_ms, word.end_ms)
        for word in transcript.words
        for part in word.word.split()
    ]
    typed = [(part, None, None) for part in transcript.text.split()]
    at = 0
    for text, start_ms, end_ms in spoken or typed:
        space = "" if transcript.text.startswith(text, at) else " "
        at = max(at, transcript.text.find(text, at)) + len(text)
        for short, pieces in _short_enough(text, count_pieces):
            yield _Token(space, short, pieces, start_ms, end_ms)
            space = " "


def _short_enough(text: str, count_pieces: Callable[[str], int]) -> Iterator[tuple[str, int]]:
    """Halves what no passage can hold: a page without a space, a script that has none."""
    if len(text) <= MAX_SIGNS:
        pieces = count_pieces(text)
        if pieces <= MAX_PIECES or len(text) == 1:
            yield text, pieces
            return
    middle = len(text) // 2
    yield from _short_enough(text[:middle], count_pieces)
    yield from _short_enough(text[middle:], count_pieces)


def _fitting(tokens: Sequence[_Token]) -> int:
    """The number of tokens that the next passage takes, of one token more than fit."""
    so_far = list(accumulate(token.pieces for token in tokens))
    limit = max(1, sum(1 for total in so_far if total <= MAX_PIECES))
    half = sum(1 for total in so_far[:limit] if total < MAX_PIECES / 2)
    places = range(limit, half, -1)
    sentence = next((place for place in places if tokens[place - 1].ends_sentence), None)
    return sentence or max(places, key=lambda place: _pause_ms(tokens, place), default=limit)


def _pause_ms(tokens: Sequence[_Token], place: int) -> int:
    before, after = tokens[place - 1].end_ms, tokens[place].start_ms
    return 0 if before is None or after is None else after - before


def _passage(tokens: Sequence[_Token]) -> Passage:
    text = "".join(f"{token.space}{token.text}" for token in tokens)
    return Passage(text.removeprefix(" "), tokens[0].start_ms, tokens[-1].end_ms)
