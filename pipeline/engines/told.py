"""What an engine told of a sound, and the transcript that it comes to. Pure.

Engines differ: one tells of each word when it was said and how sure it is, another a text and
nothing else. What they do not tell is taken from the words that were heard before.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from core.moment import Transcript, Word
from core.text.words import is_unspaced
from pipeline.hearing.doubt import is_doubtful, is_made_of_noise

UNTOLD = 0.5
"""The probability of a word of which nothing is told: as likely right as wrong, not doubtful."""

AGREES = 0.5
"""More of the words that were sure before must be among those of an engine that does not tell how
sure it is. Text that was made up shares none."""


@dataclass(frozen=True, slots=True)
class ToldWord:
    """A word as the engine tells it; `probability` is None where it does not tell one."""

    word: str
    start_ms: int
    end_ms: int
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What an engine told: the text always, the rest where it does."""

    text: str
    words: tuple[ToldWord, ...] = ()
    mean_log_probability: float | None = None
    language: str | None = None

    @property
    def tells_how_sure(self) -> bool:
        """Whether anything is known of how likely its words are."""
        tells = any(each.probability is not None for each in self.words)
        return tells or self.mean_log_probability is not None


def transcript(told: Told, earlier: Transcript, duration_ms: int, model: str) -> Transcript:
    """The words with their times; empty where they look made up."""
    known = told.words or tuple(
        ToldWord(each.word, each.start_ms, each.end_ms) for each in earlier.words
    )
    usual = UNTOLD if told.mean_log_probability is None else math.exp(told.mean_log_probability)
    words = tuple(_timed([*_tokens(told.text)], known, duration_ms, min(1.0, usual)))
    language = earlier.language if told.language is None else told.language
    if is_invented(words, told, earlier):
        return Transcript("", (), model, told.mean_log_probability, language)
    return Transcript(told.text, words, model, told.mean_log_probability, language)


def is_invented(words: Sequence[Word], told: Told, earlier: Transcript) -> bool:
    """Whether these are what engines make of noise, by what was heard of the same sound before."""
    spoken_ms = sum(each.end_ms - each.start_ms for each in earlier.words)
    if is_made_of_noise(words, spoken_ms / 1000, told.mean_log_probability):
        return True
    if told.tells_how_sure:
        return False
    sure = [_bare(each.word) for each in earlier.words if not each.doubtful]
    heard = {_bare(each.word) for each in words}
    return sum(each in heard for each in sure) <= AGREES * len(sure)


def _tokens(text: str) -> Iterator[str]:
    """Its words; of a script without spaces each sign is one."""
    for word in text.split():
        if any(map(is_unspaced, word)):
            yield from word
        else:
            yield word


def _timed(
    tokens: Sequence[str], known: Sequence[ToldWord], duration_ms: int, usual: float
) -> Iterator[Word]:
    """Words that are known have their times; those in between share the time in between."""
    matcher = SequenceMatcher(
        None, [_bare(each) for each in tokens], [_bare(each.word) for each in known], autojunk=False
    )
    same = {m.a + n: known[m.b + n] for m in matcher.get_matching_blocks() for n in range(m.size)}
    at, nth = 0, 0
    while nth < len(tokens):
        if nth in same:
            found = same[nth]
            start = min(max(found.start_ms, at), duration_ms)
            at = min(max(found.end_ms, start), duration_ms)
            yield _word(tokens[nth], start, at, usual, found.probability)
            nth += 1
            continue
        ends = next((n for n in range(nth, len(tokens)) if n in same), len(tokens))
        until = max(at, same[ends].start_ms if ends in same else duration_ms)
        step = (until - at) / (ends - nth)
        for place in range(ends - nth):
            start = round(at + place * step)
            yield _word(tokens[nth + place], start, round(start + step), usual, None)
        at, nth = until, ends


def _word(word: str, start_ms: int, end_ms: int, usual: float, probability: float | None) -> Word:
    likely = usual if probability is None else min(1.0, max(0.0, probability))
    return Word(word, start_ms, end_ms, likely, is_doubtful(likely))


def _bare(word: str) -> str:
    return "".join(sign for sign in word.casefold() if sign.isalnum())
