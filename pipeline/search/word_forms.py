"""Which words of an archive are forms of one that was asked for, in languages but English. Pure.

The keyword index has its words as SQLite stems them, by English rules, whatever they are: `Häuser`
is there as `hauser`, `Haus` as `hau`. So a language that a wearer adds changes nothing in it; a
query asks for all words of the index that have the same stem by the rules of its own language.
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from core.text.stems import stem
from core.text.words import is_unspaced

SHORTEST_BEGINNING = 3
"""Letters; fewer begin too many words."""

_ALTERED = 2
"""How many letters of its end a stem may have that its words have not: *cheval*, *chevaux*."""

_TAKEN_OFF = ("s", "ing")
"""What SQLite takes off a word of any language: *Haus* is in the index as *hau*."""

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


def beginnings(word: str, languages: Sequence[str]) -> list[str]:
    """How the words of the index begin that may be forms of this folded word; one a language."""
    found = [
        key[: max(len(key.removesuffix("ing")) - _ALTERED, SHORTEST_BEGINNING)]
        for language in languages
        if (key := _key(word, language))
    ]
    return [each for each in dict.fromkeys(found) if len(each) >= SHORTEST_BEGINNING]


def forms(word: str, vocabulary: Iterable[str], languages: Sequence[str]) -> list[str]:
    """Those words of the index that have the stem of this folded word in one of the languages."""
    keys = {language: key for language in languages if (key := _key(word, language))}
    own = stem(word)
    return [
        each
        for each in vocabulary
        # What SQLite would stem once more cannot be asked for.
        if each != own
        and stem(each) == each
        and any(_is_form(each, key, language) for language, key in keys.items())
    ]


def _is_form(indexed: str, key: str, language: str) -> bool:
    """Whether this word of the index, or what it may have been, has this stem."""
    if _key(indexed, language) == key:
        return True
    return any(key.endswith(end) and _key(indexed + end, language) == key for end in _TAKEN_OFF)


@lru_cache(16_384)
def _key(word: str, language: str) -> str:
    """What the forms of a folded word have in common; empty where there are no rules for that."""
    algorithm = _ALGORITHMS.get(language)
    if algorithm is None or is_unspaced(word) or not word.isalpha():
        return ""
    stemmed: str = _stemmer(algorithm).stemWord(word)
    return stemmed


@cache
def _stemmer(algorithm: str) -> Any:  # noqa: ANN401 - the library has no types
    # Imported here: it is needed where the wearer speaks more than English.
    import snowballstemmer  # noqa: PLC0415

    return snowballstemmer.stemmer(algorithm)
