"""What the forms of an English word have in common: *box* and *boxes*, *plan* and *planning*. Pure.

M. F. Porter's algorithm (1980) as SQLite's FTS5 has it, byte by byte, since the keyword index is
stemmed by that: what is marked as found has to be what was found.
"""

from collections.abc import Sequence

SHORTEST, LONGEST = 3, 64
"""Bytes. FTS5 leaves a word that is shorter, or longer, as it is."""

_Rules = Sequence[tuple[str, str]]
"""Endings and what takes their place; the first that fits is the only one that is looked at."""

_STEP_2: _Rules = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("logi", "log"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
    ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
    ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
    ("iviti", "ive"), ("biliti", "ble"),
)  # fmt: skip
_STEP_3: _Rules = (
    ("ical", "ic"), ("ness", ""), ("icate", "ic"), ("iciti", "ic"), ("ful", ""), ("ative", ""),
    ("alize", "al"),
)  # fmt: skip
_STEP_4: _Rules = tuple(
    (ending, "")
    for ending in (
        *("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"),
        *("sion", "tion", "ou", "ism", "ate", "iti", "ous", "ive", "ize"),
    )
)
_AFTER_A_CUT: _Rules = (("at", "ate"), ("bl", "ble"), ("iz", "ize"))


def stem(word: str) -> str:
    """The stem of a folded word: something to compare, not to read."""
    # A character for each byte, as FTS5 counts them.
    stemmed = word.encode("utf-8", "surrogatepass").decode("latin-1")
    if not SHORTEST <= len(stemmed) <= LONGEST:
        return stemmed
    stemmed = _without_past(_without_plural(stemmed))
    if stemmed[-1] == "y" and _has_vowel(stemmed[:-1]):
        stemmed = f"{stemmed[:-1]}i"
    stemmed = _replaced(stemmed, _STEP_2, more_than=0)
    stemmed = _replaced(stemmed, _STEP_3, more_than=0)
    stemmed = _replaced(stemmed, _STEP_4, more_than=1)
    return _without_last_letter(stemmed)


def sure_beginning(word: str) -> str:
    """How every word begins that has the stem of this one, at least its first letter."""
    return word[: max(len(stem(word)) - 2, 1)] if word.isascii() else word[0]


def _without_plural(word: str) -> str:
    if word.endswith("sses") and len(word) > len("sses"):
        return word[:-2]
    if word.endswith("ies") and len(word) > len("ies"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _without_past(word: str) -> str:
    if word.endswith("eed") and len(word) > len("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for ending in ("ed", "ing"):
        cut = word.removesuffix(ending)
        if cut and cut != word and _has_vowel(cut):
            return _after_a_cut(cut)
    return word


def _after_a_cut(word: str) -> str:
    for ending, longer in _AFTER_A_CUT:
        if word.endswith(ending) and len(word) > len(ending):
            return word.removesuffix(ending) + longer
    if word[-2:-1] == word[-1] and word[-1] not in "aeioulsz":
        return word[:-1]
    return f"{word}e" if _measure(word) == 1 and _ends_short(word) else word


def _replaced(word: str, rules: _Rules, *, more_than: int) -> str:
    for ending, other in rules:
        if word.endswith(ending) and len(word) > len(ending):
            # Of `sion` and `tion` the first letter belongs to what stays.
            kept = word[: -len("ion")] if ending[1:] == "ion" else word.removesuffix(ending)
            return kept + other if _measure(kept) > more_than else word
    return word


def _without_last_letter(word: str) -> str:
    if word.endswith("e"):
        measure = _measure(word[:-1])
        if measure > 1 or (measure == 1 and not _ends_short(word[:-1])):
            word = word[:-1]
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word


def _shape(word: str) -> str:
    """A `v` for each vowel, a `c` for each consonant; a y after a consonant is a vowel."""
    shape = ""
    for letter in word:
        is_vowel = letter in "aeiou" or (letter == "y" and shape.endswith("c"))
        shape += "v" if is_vowel else "c"
    return shape


def _measure(word: str) -> int:
    """How often a consonant follows a vowel."""
    return _shape(word).count("vc")


def _ends_short(word: str) -> bool:
    """Ends as *hop* does: consonant, vowel, consonant, the last one neither w nor x nor y."""
    return word[-1:] not in ("w", "x", "y") and _shape(word).endswith("cvc")


def _has_vowel(word: str) -> bool:
    return any(each in "aeiou" or (each == "y" and place > 0) for place, each in enumerate(word))
