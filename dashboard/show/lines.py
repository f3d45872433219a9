"""The words of a moment line by line, each with what is to be known of it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.moment import Transcript, Word
from dashboard.sentences import say

BREATH_MS = 1_500
"""A pause this long begins a new line, as a full stop and a breath do."""


@dataclass(frozen=True, slots=True)
class ShownWord:
    """A word, its times in the sound, and the doubt with which it was heard.

    `heard_as` is the sentence that says what was heard where a name of the wearer's stands.
    """

    text: str
    start_ms: int | None
    end_ms: int | None
    doubtful: bool = False
    heard_as: str = ""


Line = tuple[ShownWord, ...]


def lines_of(text: str, transcript: Transcript | None) -> tuple[Line, ...]:
    """A line for each breath of what was heard, and for each one of what was typed."""
    if transcript is not None and transcript.words:
        return tuple(heard_lines(transcript.words))
    return tuple((ShownWord(line, None, None),) for line in text.splitlines() if line.strip())


def heard_lines(words: Sequence[Word]) -> Iterable[Line]:
    """The words of one voice; a pause begins a new line."""
    line: list[ShownWord] = []
    before: Word | None = None
    for word in words:
        if before is not None and word.start_ms - before.end_ms > BREATH_MS:
            yield tuple(line)
            line = []
        line.append(_heard_word(word))
        before = word
    yield tuple(line)


def _heard_word(word: Word) -> ShownWord:
    text, heard_as = word.word.strip(), ""
    if word.alternative is not None:
        heard_as = say("moment.heard_as", word=text.strip(".,;:!?"), heard=word.alternative)
    return ShownWord(text, word.start_ms, word.end_ms, word.doubtful, heard_as)
