"""The words of a text, and which spellings are one word. Pure.

The index and the query are cut and folded here and nowhere else, so that what was typed is found
in what was said. Nothing is transliterated. Whoever changes what `index_text` gives adds a
migration that fills the keyword index anew.
"""

import re
import unicodedata
from bisect import bisect_right
from itertools import pairwise

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_UNSEEN = re.compile(
    "[\xad\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069\u20e3\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]"
)
"""Soft hyphens, joiners, marks of direction, and how an emoji is to be drawn."""

_MARKED_LATIN = re.compile("([a-z])[\u0300-\u036f]+")
_VOWEL_POINTS = re.compile(
    "[\u0307\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]"
)
"""What Hebrew and Arabic are mostly written without, Arabic's stretching stroke, and the dot that
is left of a Turkish capital."""

_SPLIT_AM = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
"""Thai's vowel *am* in two parts, as compatibility forms and some keyboards have it."""

_JOINERS = re.compile("['\u2010\u2011\u200c-]")

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1100, 0x11FF),  # Hangul: its words have spaces, but carry their endings
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x3005, 0x3007),
    (0x3041, 0x318F),  # Kana, Bopomofo, Hangul
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF),
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFAFF),
    (0x1AFF0, 0x1B16F),  # Kana
    (0x20000, 0x3FFFD),  # Han
)
"""Scripts that put no space between words."""

_STARTS = [start for start, _ in _UNSPACED]
_WORD = re.compile("w+(?:'w+)*|u+|s")
_COMPOUND = re.compile("w+(?:'w+)*(?:-w+(?:'w+)*)+")


def words_of(text: str) -> list[str]:
    """The words in order, in lower case and plain forms, accents as they were written.

    An apostrophe inside a word stays. A run of a script without spaces is one word, as is
    each emoji and other symbol.
    """
    plain = _plain(text)
    return [plain[slice(*found.span())] for found in _WORD.finditer(plain.translate(_KINDS))]


def folded(word: str) -> str:
    """What all spellings of a word have in common: Strasse, straße and STRASSE are one.

    Without Latin accents, and without the vowel points of Hebrew and Arabic.
    """
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.casefold())
    bare = _VOWEL_POINTS.sub("", _MARKED_LATIN.sub(r"\1", apart))
    return unicodedata.normalize("NFC", bare)


def is_unspaced(word: str) -> bool:
    """Whether this word is a run of a script without spaces, in which words have no ends."""
    return _kind(word[:1]) == "u"


def pairs_of(run: str) -> list[str]:
    """The pairs of neighbouring characters of an unspaced run, each beginning one further on."""
    return ["".join(pair) for pair in pairwise(run)] or [run]


def index_text(text: str) -> str:
    """The text as the keyword index has it: its folded words with spaces between.

    A word with hyphens is there in parts and, at the end, joined. An unspaced run is there as
    its pairs and its last character, so that whatever part of it is typed stands side by side.
    """
    tokens = [token for word in words_of(text) for token in _indexed(folded(word))]
    return " ".join([*tokens, *_joined(text)])


def phrase_tokens(text: str) -> tuple[list[str], bool]:
    """What must stand side by side in `index_text` for this text to be found there.

    True where the last of it need only begin a token: a single character of an unspaced run.
    """
    tokens: list[str] = []
    begins = False
    for word in map(folded, words_of(text)):
        unspaced = is_unspaced(word)
        tokens += pairs_of(word) if unspaced else _indexed(word)
        begins = unspaced and len(word) == 1
    return tokens, begins


def _joined(text: str) -> list[str]:
    """The words with hyphens as one each; a date in figures is none."""
    plain = _plain(text)
    compounds = _COMPOUND.finditer(plain.translate(_KINDS))
    joined = [folded(_JOINERS.sub("", plain[slice(*found.span())])) for found in compounds]
    return [each for each in joined if not each.isdigit()]


def _indexed(word: str) -> list[str]:
    if is_unspaced(word):
        return [word[place : place + 2] for place in range(len(word))]
    if _kind(word[:1]) == "s":
        return [f"u{ord(each):x}" for each in word]
    return [part for part in word.split("'") if part]


def _plain(text: str) -> str:
    """Each symbol by itself, compatibility forms as what they stand for, in lower case."""
    text = _CONTROL.sub(" ", text)
    if text.isascii():
        return text.lower()
    text = _UNSEEN.sub("", text)
    text = "".join(f" {each} " if _kind(each) == "s" else each for each in text)
    plain = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")
    return _SPLIT_AM.sub("\\1\u0e33", plain)


def _kind_of(character: str) -> str:
    category = unicodedata.category(character)
    if character in "'\u2019":
        return "'"
    if _JOINERS.match(character):
        return "-"
    if category == "So" or unicodedata.decomposition(character).startswith("<fraction>"):
        return "s"
    if category[0] not in "LNM" and category != "Co":
        return " "
    code = ord(character)
    place = bisect_right(_STARTS, code) - 1
    return "u" if place >= 0 and code <= _UNSPACED[place][1] else "w"


class _Kinds(dict[int, str]):
    """A letter for what each character is, worked out once each.

    w: of a word; u: of an unspaced run; s: a symbol; an apostrophe, a hyphen; a space for the rest.
    """

    def __missing__(self, code: int) -> str:
        self[code] = _kind_of(chr(code))
        return self[code]


_KINDS = _Kinds()


def _kind(character: str) -> str:
    return character.translate(_KINDS)
