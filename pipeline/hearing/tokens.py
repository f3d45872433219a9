"""Whisper's tokens: the marks that steer it, and text cut into words."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.text.words import begins_unspaced, ends_unspaced
from pipeline.hearing.sentences import complete
from pipeline.hearing.vocabulary import Vocabulary

UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "yue"})
"""Languages that are written without spaces: each sign stands alone, with the marks on it. What is
of another script among them goes from space to space, as elsewhere."""

_BROKEN = "\ufffd"

# Marks of annotations: (coughs), [MUSIC], ♪, a speaker's tag. Nobody says them. The list is that
# of Whisper's paper's code; hyphen and apostrophe are allowed inside a word, not before it.
_ANNOTATIONS = [
    *'"#()*+/:;<=>@[\\]^_`{|}~「」『』',
    *"<< >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪".split(),
]
_NOTES = "♩♪♫♬♭♮♯"


@dataclass(frozen=True, slots=True)
class WordTokens:
    """A word with the space before it, and its tokens by piece: itself, and punctuation at it."""

    text: str
    pieces: tuple[tuple[int, ...], ...]

    @property
    def count(self) -> int:
        return sum(map(len, self.pieces))


class Tokens:
    """The tokens of one set of weights, out of the vocabulary in its folder."""

    def __init__(self, folder: Path) -> None:
        self._vocabulary = Vocabulary(folder)
        self._end_of_text = self._mark("endoftext")
        self._no_timestamps = self._mark("notimestamps")

    def start(self, language: str | None) -> list[int]:
        """What every transcript begins with; without a language for weights that know one alone."""
        begin = [self._mark("startoftranscript")]
        return (
            begin if language is None else [*begin, self._mark(language), self._mark("transcribe")]
        )

    def prompt(self, start: Sequence[int], said: Sequence[int], *, timed: bool) -> list[int]:
        """The start, after what was `said` before it, with or without Whisper's timestamps."""
        before = [self._mark("startofprev"), *said] if said else []
        return [*before, *start, *([] if timed else [self._no_timestamps])]

    def text(self, tokens: Sequence[int]) -> str:
        """Their text, without marks and timestamps."""
        return self._vocabulary.text(self.without_marks(tokens))

    def without_marks(self, tokens: Sequence[int]) -> list[int]:
        """Those of text alone."""
        return [token for token in tokens if token < self._end_of_text]

    def of_sentences(self, tokens: Sequence[int]) -> tuple[list[int], int | None]:
        """As `sentences.complete`, for these weights."""
        return complete(tokens, self._no_timestamps + 1)

    @cached_property
    def never_spoken(self) -> list[int]:
        """Those that are suppressed: annotations, and marks that steer."""
        known = self._vocabulary
        signs = [begun for sign in _ANNOTATIONS for begun in (sign, f" {sign}")]
        whole = {known.token(each) for each in (" -", " '", *signs)}
        notes = {known.longest(begun) for note in _NOTES for begun in (note, f" {note}")}
        spoken_never = {each for each in whole | notes if each is not None}
        marks = ("transcribe", "translate", "startoftranscript", "startofprev", "startoflm")
        steering = {self._mark(mark) for mark in marks} | {self._no_speech}
        return sorted(spoken_never | steering)

    def words(self, tokens: Sequence[int], language: str) -> list[WordTokens]:
        """The text of these tokens, word by word; they hold no mark and no timestamp."""
        words: list[list[tuple[str, tuple[int, ...]]]] = []
        for text, ids in self._complete(tokens):
            if words and _goes_on(words[-1], text, language):
                words[-1].append((text, ids))
            else:
                words.append([(text, ids)])
        return [_word(parts) for parts in words]

    def _complete(self, tokens: Sequence[int]) -> Iterator[tuple[str, tuple[int, ...]]]:
        """As few tokens together as give whole characters: one sign may take several."""
        open_ids: list[int] = []
        for token in tokens:
            open_ids.append(token)
            text = self.text(open_ids)
            if _BROKEN not in text:
                yield text, tuple(open_ids)
                open_ids = []
        if open_ids:  # it ended inside a sign
            yield self.text(open_ids), tuple(open_ids)

    def _mark(self, name: str) -> int:
        found = self._vocabulary.mark(name)
        if found is None:
            raise KeyError(name)
        return found

    @cached_property
    def _no_speech(self) -> int:
        found = self._vocabulary.mark("nospeech")
        return self._mark("nocaptions") if found is None else found


def _goes_on(parts: list[tuple[str, tuple[int, ...]]], text: str, language: str) -> bool:
    """Whether this text is of the same word as the parts before it."""
    if language not in UNSPACED:
        return not text.startswith(" ")
    if _is_mark(text) or unicodedata.category(text[0])[0] == "M":  # a vowel sign, say
        return True
    before = "".join(part for part, _ in parts)
    return not (text.startswith(" ") or ends_unspaced(before) or begins_unspaced(text))


def _is_mark(text: str) -> bool:
    """Punctuation and other symbols alone."""
    return all(unicodedata.category(sign)[0] in "PS" for sign in text.strip())


def _word(parts: list[tuple[str, tuple[int, ...]]]) -> WordTokens:
    """Letters that follow each other are one piece; punctuation is another."""
    pieces: list[tuple[int, ...]] = []
    was_punctuation = True
    for text, ids in parts:
        is_punctuation = _is_mark(text)
        if pieces and not is_punctuation and not was_punctuation:
            pieces[-1] += ids
        else:
            pieces.append(ids)
        was_punctuation = is_punctuation
    return WordTokens("".join(text for text, _ in parts), tuple(pieces))
