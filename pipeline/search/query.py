"""What was typed, made into words that the archive can be asked for. Pure.

Only runs of letters and digits leave here, so that no query means more than its words.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_TERMS = 48
"""A pasted page is asked for by its first words: the archive is asked once for each."""

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

_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Query:
    """One question to the archive.

    `text` is what to embed: what was typed, without what no model can read.
    `terms` are its telling words, each once, in lower case: none where there is no word
    at all (an emoji, nothing).
    """

    text: str
    terms: tuple[str, ...]


def parse(typed: str) -> Query:
    """Never raises; any string is a query."""
    text = _readable(typed)
    words = words_of(text)
    telling = [bare for word in words if word not in STOP_WORDS and (bare := _bare(word))]
    return Query(text, tuple(dict.fromkeys(telling or words))[:MAX_TERMS])


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, in order; an apostrophe inside a word stays."""
    return _WORD.findall(_readable(text).replace("\u2019", "'").lower())


def _readable(typed: str) -> str:
    """Without control characters and lone surrogates, which SQLite and tokenizers refuse."""
    return _UNREADABLE.sub(" ", unicodedata.normalize("NFC", typed)).strip()


def _bare(word: str) -> str:
    """Gina's is asked for as Gina, since the index would look for "gina s"."""
    return word.removesuffix("'s")
