"""What was typed, made into words that the archive can be asked for. Pure.

Only words and symbols leave here, so that no query means more than those.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.calendar.date_names import in_english
from core.text.languages import ENGLISH
from core.text.words import folded, is_unspaced, pairs_of, words_of
from pipeline.search.stop_words import ENGLISH as STOP_WORDS
from pipeline.search.stop_words import likely, stop_words_of

MAX_TERMS = 48
"""A pasted page is asked for by its first words: the archive is asked once for each."""

PAIR = 2

_PARTICLES = frozenset({"up", "out", "off", "down", "over"})
"""Stop words that end a word as often as they stand alone: follow up, followup."""

SHORTEST_SPLIT, LONGEST_SPLIT = 4, 24
"""How long a word is, in characters, that may have been written in two."""

ELIDING = frozenset({"fr", "it", "ca"})
"""Languages in which a short word melts into the next one."""

_ELIDED = re.compile("^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|un|(?:d|n|s)?ell|all|dall|sull|quell)'")

_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Term:
    """One word to ask for.

    `typed` is the word in lower case, `word` what all its spellings have in common; it counts
    as said where any of `forms` is. Only where none of them is anywhere, `split` are asked for:
    the same in two words. Of an unspaced run, a term is a pair of its characters, and `run` is
    the whole of it.
    """

    typed: str
    word: str
    forms: tuple[str, ...]
    split: tuple[str, ...] = ()
    run: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the archive.

    `text` is what to embed: what was typed, without what no model can read.
    `terms` are its telling words, each once: none where there is no word and no symbol.
    `languages` are those of the wearer, but English, that it may be in.
    """

    text: str
    terms: tuple[Term, ...]
    languages: tuple[str, ...] = ()


def parse(typed: str, languages: Sequence[str] = (ENGLISH,)) -> Query:
    """Never raises; any string is a query. `languages` are the wearer's."""
    text = _readable(typed)
    words = [word for word in words_of(text) if folded(word)]
    own = likely(words, languages)
    asking = own or [language for language in languages if language == ENGLISH]
    telling = [place for place, word in enumerate(words) if not _asks(word, asking)]
    terms: dict[str, Term] = {}
    for place in telling or range(len(words)):
        for term in _terms(words, place, languages):
            terms.setdefault(term.word, term)
    others = tuple(language for language in own or languages if language != ENGLISH)
    return Query(text, tuple(terms.values())[:MAX_TERMS], others)


def _asks(word: str, languages: Sequence[str]) -> bool:
    """Whether the word asks rather than says, in one of these languages."""
    bare = folded(_bare(word, languages))
    return any(
        word in STOP_WORDS if language == ENGLISH else bare in stop_words_of(language)
        for language in languages
    )


def _terms(words: Sequence[str], place: int, languages: Sequence[str]) -> list[Term]:
    """What the word at this place is asked for by."""
    typed = _bare(words[place], languages)
    word = folded(typed)
    if is_unspaced(word):
        word = word[: MAX_TERMS + 1]
        run = word if len(word) > PAIR else ""
        return [Term(pair, pair, (pair,), run=run) for pair in pairs_of(word)]
    joined = [
        folded(left + right)
        for left, right in pairwise(words[max(place - 1, 0) : place + 2])
        if _may_be_one(left, right)
    ]
    dated = in_english(word, languages)
    return [Term(typed, word, (word, *joined, *dated), tuple(_in_two(word)))]


def _may_be_one(left: str, right: str) -> bool:
    """Whether two words that stand side by side may be one elsewhere: wi fi, follow up."""
    return (
        (left + right).isalnum()
        and not (left + right).isdigit()
        and not is_unspaced(left)
        and not is_unspaced(right)
        and left not in STOP_WORDS
        and (right not in STOP_WORDS or right in _PARTICLES)
    )


def _in_two(word: str) -> list[str]:
    """The ways to write a word in two, without those that only cut off a stop word."""
    if not (word.isalpha() and SHORTEST_SPLIT <= len(word) <= LONGEST_SPLIT):
        return []
    cuts = [(word[:place], word[place:]) for place in range(1, len(word) - 1)]
    return [f"{left} {right}" for left, right in cuts if _may_be_one(left, right)]


def _readable(typed: str) -> str:
    """Without control characters and lone surrogates, which SQLite and tokenizers refuse."""
    return _UNREADABLE.sub(" ", unicodedata.normalize("NFC", typed)).strip()


def _bare(word: str, languages: Sequence[str]) -> str:
    """Gina's is asked for as Gina, since the index would look for "gina s"; l'été as été."""
    if not ELIDING.isdisjoint(languages):
        word = _ELIDED.sub("", word) or word
    return word.removesuffix("'s") or word
