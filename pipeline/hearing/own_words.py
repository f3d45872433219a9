"""Names and terms of the wearer, put where what was heard sounds like them. Pure.

Only what was heard with little certainty is replaced: a word that Whisper is sure of stays. How
close a sound must be depends on how long the term is, for short ones sound like many words
(docs/decisions/027).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import jellyfish

from core.moment import Transcript, Word
from core.text.words import joined
from pipeline.hearing.doubt import DOUBTFUL_BELOW

MOST_WORDS = 3
"""A name that is unknown to Whisper comes as one to three words: "Radhu will ask"."""

UNSURE_BELOW = 0.65
"""One word by itself is less probable; of names that were misheard nine in ten come so.
Of several words each is doubtful: an undoubted one beside a name would be swallowed with it."""

LEAST_CLOSENESS = ((8, 0.64), (7, 0.69), (6, 0.78), (5, 0.84), (0, 0.95))
"""For terms of at least so many letters. Of 200 names against 224 recordings in which none was
said, the closest by chance came to 0.61, 0.66, 0.75, 0.80 and 0.88."""

_NOT_HEARD = re.compile("[HWY]")
_EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?…]\W*$")
_GENITIVE = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}]s$")


@dataclass(frozen=True, slots=True)
class _Term:
    """A term as the wearer writes it, its letters, and how they sound."""

    written: str
    letters: str
    sound: str

    @property
    def words(self) -> list[str]:
        """Each by itself is no more than that: "raspberry" alone is no Raspberry Pi."""
        return self.written.casefold().split()

    @property
    def least(self) -> float:
        return next(least for size, least in LEAST_CLOSENESS if len(self.letters) >= size)


@dataclass(frozen=True, slots=True)
class _Match:
    """Words `start` to `end` sound like a term, which `word` has; `closeness` of 1 is alike.

    `off` is by how many they are more or fewer than the words of the term.
    """

    start: int
    end: int
    off: int
    closeness: float
    word: Word


class OwnWords:
    """The terms of a wearer, ready to be compared with what was heard."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._terms = [term for term in map(_term, terms) if term.letters]
        self._written = {term.written.casefold() for term in self._terms}

    def put_into(self, heard: Transcript) -> Transcript:
        """The same transcript, with terms in place of doubtful words that sound like them.

        A term takes the place of one to three words, from the start of the first to the end of
        the last, and has them as its alternative. All other words stay as they are.
        """
        matches = self._best(heard.words)
        if not matches:
            return heard
        words = list[Word]()
        at = 0
        for match in matches:
            words += heard.words[at : match.start]
            words.append(match.word)
            at = match.end
        words += heard.words[at:]
        return replace(heard, words=tuple(words), text=joined(word.word for word in words))

    def _best(self, words: Sequence[Word]) -> list[_Match]:
        """Those as long as their term, then the closest; no two share a word. In their order.

        "Cabernet is" is closer to Kubernetes than "Cabernet", and swallows a word.
        """
        found = sorted(self._matches(words), key=lambda m: (m.off, -m.closeness, m.start))
        taken = list[_Match]()
        for match in found:
            if all(match.end <= other.start or other.end <= match.start for other in taken):
                taken.append(match)
        return sorted(taken, key=lambda each: each.start)

    def _matches(self, words: Sequence[Word]) -> Iterator[_Match]:
        for start, end in _open_runs(words):
            run = words[start:end]
            if self._is_among(run):
                continue
            for before, core, after in _readings(run):
                heard = _term(core)
                for term in self._terms:
                    closeness = _closeness(heard, term)
                    if closeness >= term.least and core.casefold() not in term.words:
                        word = _one_word(run, before + term.written + after, core)
                        off = abs(len(run) - len(term.words))
                        yield _Match(start, end, off, closeness, word)

    def _is_among(self, run: Sequence[Word]) -> bool:
        """A term is there as the wearer writes it; what is beside it is no part of it."""
        parts = ((start, end) for end in range(len(run) + 1) for start in range(end))
        cores = (core for start, end in parts for _, core, _ in _readings(run[start:end]))
        return any(core.casefold() in self._written for core in cores)


def _open_runs(words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """The runs of words that may be replaced, by how probable they are and within a sentence."""
    for start in range(len(words)):
        for end in range(start + 1, min(start + MOST_WORDS, len(words)) + 1):
            run = words[start:end]
            limit = UNSURE_BELOW if len(run) == 1 else DOUBTFUL_BELOW
            is_unsure = all(word.probability < limit for word in run)
            if is_unsure and not any(_SENTENCE_END.search(word.word) for word in run[:-1]):
                yield start, end


def _term(written: str) -> _Term:
    plain = unicodedata.normalize("NFKD", written.casefold())
    letters = "".join(sign for sign in plain if sign.isalnum())
    sound = jellyfish.metaphone(letters)
    # Between two words these are often heard where a name has none, and left out as often.
    return _Term(written.strip(), letters, sound[:1] + _NOT_HEARD.sub("", sound[1:]))


def _closeness(heard: _Term, term: _Term) -> float:
    """How much alike they are, from 0 to 1: half by their sound, half by their letters."""
    letters = _likeness(heard.letters, term.letters)
    if not (heard.sound and term.sound):
        return letters
    return (letters + _likeness(heard.sound, term.sound)) / 2


def _likeness(one: str, other: str) -> float:
    """The share of the longer text that need not be changed to get the other one."""
    return 1 - jellyfish.levenshtein_distance(one, other) / max(len(one), len(other))


def _readings(run: Sequence[Word]) -> Iterator[tuple[str, str, str]]:
    """What was heard, and the signs before and after it; also without the 's of a genitive.

    Whisper writes "Cabernet's" for "Kubernetes", and "Niam's" for "Niamh's".
    """
    parts = _EDGES.match(joined(word.word for word in run))
    assert parts is not None
    before, core, after = parts.groups()
    if not core:
        return
    yield before, core, after
    bare = _GENITIVE.sub("", core)
    if bare != core:
        yield before, bare, core[len(bare) :] + after


def _one_word(run: Sequence[Word], written: str, heard: str) -> Word:
    """One word for these, which is as doubtful as the most doubtful of them."""
    return Word(
        word=written,
        start_ms=run[0].start_ms,
        end_ms=run[-1].end_ms,
        probability=min(word.probability for word in run),
        doubtful=any(word.doubtful for word in run),
        alternative=heard,
    )
