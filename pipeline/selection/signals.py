"""What the words of an utterance say for keeping it, each signal by itself. Pure."""

import re
from collections.abc import Iterable, Sequence

from core.text.languages import ENGLISH
from core.text.words import folded, words_of
from pipeline.search.stop_words import stop_words_of
from pipeline.selection.cues import CUES, Phrase

MUCH = 24
"""So many different words that say something are as much as can count: half a minute of speech.
In meetings (AMI dev, 2026-11) their number alone finds more of what people linked than the length
does: 0.37 of the linked words in a fifth of all words, against 0.35."""

SOMETHING = 2
"""Telling words from which on a turn of phrase counts in full: "I will" alone promises nothing."""

CUED = ("asked", "decision", "promise", "because", "date", "question", "number")
"""Signals that turns of phrase give."""

_NAMES_ARE_CAPITAL = frozenset({"en", "es", "fr", "pt", "it", "nl"})
"""Languages in which a capital letter within a sentence is a name's. German writes nouns so."""

_ELIDES = frozenset({"fr", "it"})
"""Languages in which what stands before an apostrophe is a word by itself."""

_WITHIN_A_SENTENCE = re.compile(r"(?<![.!?:…\"“„«-])\s+([^\W\d_]\w+)")
_NO_NAME = frozenset({"i", "i'm", "i'll", "i've", "i'd", "ok", "okay"})
_FIGURES = re.compile(r"\d")


def text_signals(text: str, language: str | None = None) -> dict[str, float]:
    """The signals of these words, each from 0 to 1: how much is said, and what kind of thing.

    `language` is a code; what it is not known for counts as English.
    """
    language = language or ENGLISH
    words = [folded(word) for word in words_of(text)]
    cues = CUES.get(language, {})
    tells = len(telling(words, language))
    signals = {name: float(_says(words, cues.get(name, ()))) for name in CUED}
    signals["question"] = max(signals["question"], float("?" in text))
    signals["number"] = max(signals["number"], float(_FIGURES.search(text) is not None))
    signals["name"] = float(language in _NAMES_ARE_CAPITAL and _has_name(text, language))
    about_something = min(tells / SOMETHING, 1.0)
    signals = {
        name: value if name == "asked" else value * about_something
        for name, value in signals.items()
    }
    return {**signals, "much_said": min(tells / MUCH, 1.0)}


def telling(words: Iterable[str], language: str) -> frozenset[str]:
    """The different ones of these folded words that say something by themselves."""
    if language in _ELIDES:
        words = (word.rpartition("'")[2] for word in words)
    fillers = {phrase[0] for phrase in CUES.get(language, {}).get("filler", ()) if len(phrase) == 1}
    return frozenset(words) - stop_words_of(language) - fillers


def _says(words: Sequence[str], phrases: Iterable[Phrase]) -> bool:
    """Whether any of these phrases is among the words, side by side."""
    padded = f" {' '.join(words)} "
    return any(f" {' '.join(phrase)} " in padded for phrase in phrases)


def _has_name(text: str, language: str) -> bool:
    """Whether a word within a sentence is written as a name, and is no day nor month."""
    dates = {phrase[0] for phrase in CUES.get(language, {}).get("date", ()) if len(phrase) == 1}
    found = (each.group(1) for each in _WITHIN_A_SENTENCE.finditer(text))
    return any(
        word[0].isupper() and word.lower() not in _NO_NAME and folded(word) not in dates
        for word in found
    )
