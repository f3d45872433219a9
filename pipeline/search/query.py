"""What was typed, made into words that the archive can be asked for. Pure.

Only words and symbols leave here, so that no query means more than those.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.text.words import folded, is_unspaced, pairs_of, words_of

MAX_TERMS = 48
"""A pasted page is asked for by its first words: the archive is asked once for each."""

PAIR = 2

STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are aren't as at be because been
    before being below between both but by can can't cannot could couldn't did didn't do does
    doesn't doing don't down during each ever few for from further get had hadn't has hasn't have
    haven't having he he'd he'll he's her here here's hers herself him himself his how how's i
    i'd i'll i'm i've if in into is isn't it it's its itself just let's me might more most must
    my myself no nor not now of off on once only or other our ours ourselves out over own please
    same shall shan't she she'd she'll she's should shouldn't so some such tell than that that's
    the their theirs them themselves then there there's these they they'd they'll they're
    they've this those through to too under until up us very was wasn't we we'd we'll we're
    we've were weren't what what's when when's where where's which while who who's whom whose
    why why's will with won't would wouldn't you you'd you'll you're you've your yours yourself
    yourselves
    """.split()
)
"""Words that ask rather than say: the usual English list, with *tell*, *please*, *ever*."""

_PARTICLES = frozenset({"up", "out", "off", "down", "over"})
"""Stop words that end a word as often as they stand alone: follow up, followup."""

SHORTEST_SPLIT, LONGEST_SPLIT = 4, 24
"""How long a word is, in characters, that may have been written in two."""

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
    """

    text: str
    terms: tuple[Term, ...]


def parse(typed: str) -> Query:
    """Never raises; any string is a query."""
    text = _readable(typed)
    words = [word for word in words_of(text) if folded(word)]
    telling = [place for place, word in enumerate(words) if word not in STOP_WORDS]
    terms: dict[str, Term] = {}
    for place in telling or range(len(words)):
        for term in _terms(words, place):
            terms.setdefault(term.word, term)
    return Query(text, tuple(terms.values())[:MAX_TERMS])


def _terms(words: Sequence[str], place: int) -> list[Term]:
    """What the word at this place is asked for by."""
    typed = _bare(words[place])
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
    return [Term(typed, word, (word, *joined), tuple(_in_two(word)))]


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


def _bare(word: str) -> str:
    """Gina's is asked for as Gina, since the index would look for "gina s"."""
    return word.removesuffix("'s") or word
