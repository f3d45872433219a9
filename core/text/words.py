"""The words of a text, and which spellings are one word. Pure.

The index and the query are cut and folded here and nowhere else, so that what was typed is found
in what was said. Nothing is transliterated. Whoever changes what `index_text` gives adds a
migration that fills the keyword index anew.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
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

_HAS_SPACES = re.compile("[\u1100-\u11ff\u1780-\u17ff\u3131-\u318f\uac00-\ud7ff]")
"""Of these Hangul and Khmer, in which a space stands after some words, and is heard."""

_STARTS = [start for start, _ in _UNSPACED]
_DRAWN_INTO_ONE = ((0x0E32, 0x0E32), (0x1160, 0x11FF), (0xFF9E, 0xFF9F), (0xFFC2, 0xFFDC))
"""Characters that may become one with those before them, beside marks and what is not seen: of
Thai's *am* the second part, Hangul's vowels and ends, Kana's voicing in half width."""

_CHARACTER = re.compile(".m*", re.DOTALL)
_BETWEEN_SPACES = re.compile(r"\s+|\S+")

_WORD = re.compile("w+(?:'w+)*|u+|s")
_COMPOUND = re.compile("w+(?:'w+)*(?:-w+(?:'w+)*)+")


class Token(NamedTuple):
    """One token of `index_text`, and which characters of the text it stands for."""

    text: str
    start: int
    end: int


def words_of(text: str) -> list[str]:
    """The words in order, in lower case and plain forms, accents as they were written.

    An apostrophe inside a word stays. A run of a script without spaces is one word, as is
    each emoji and other symbol.
    """
    plain = _plain(text)
    return [plain[start:end] for start, end in _spans(_WORD, plain)]


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


def begins_unspaced(text: str) -> bool:
    """Whether its first letter is of a script that puts no space between words."""
    return _is_unspaced_letter(next(filter(_is_letter, text), ""))


def ends_unspaced(text: str) -> bool:
    """Whether its last letter is of a script that puts no space between words."""
    return _is_unspaced_letter(next(filter(_is_letter, reversed(text)), ""))


def space_between(before: str, after: str) -> str:
    """What stands between these two words: nothing where both are of a script without spaces."""
    return "" if ends_unspaced(before) and begins_unspaced(after) else " "


def joined(words: Iterable[str]) -> str:
    """The text of these words, with a space between two wherever their scripts have one."""
    text, last = list[str](), ""
    for word in words:
        text += [space_between(last, word), word] if text else [word]
        last = word
    return "".join(text)


def pairs_of(run: str) -> list[str]:
    """The pairs of neighbouring characters of an unspaced run, each beginning one further on."""
    return ["".join(pair) for pair in pairwise(run)] or [run]


def index_text(text: str) -> str:
    """The text as the keyword index has it: its folded words with spaces between.

    A word with hyphens is there in parts and, at the end, joined. An unspaced run is there as
    its pairs and its last character, so that whatever part of it is typed stands side by side.
    """
    plain = _plain(text)
    return " ".join(token for token, _, _ in _tokens(plain))


def tokens_of(text: str) -> list[Token]:
    """The tokens of `index_text` in their order, each with where it stands in the text.

    A word of which a part cannot be told apart in the text, as of a ligature, stands for all of
    what it came from.
    """
    plain, places = _aligned(text)
    return [
        Token(token, places[start][0], places[end - 1][1]) for token, start, end in _tokens(plain)
    ]


def phrase_tokens(text: str) -> tuple[list[str], bool]:
    """What must stand side by side in `index_text` for this text to be found there.

    True where the last of it need only begin a token: a single character of an unspaced run.
    """
    *before, last = [*map(folded, words_of(text))] or [""]
    tokens = [token for word in before for token, _, _ in _parts(word)]
    if is_unspaced(last):  # more of its run may follow in what was said
        return [*tokens, *pairs_of(last)], len(last) == 1
    return [*tokens, *(token for token, _, _ in _parts(last))], False


_Span = tuple[str, int, int]
"""A token, and where it begins and ends in what it was cut out of."""


def _spans(what: re.Pattern[str], plain: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in what.finditer(plain.translate(_KINDS)))


def _tokens(plain: str) -> Iterator[_Span]:
    kinds = plain.translate(_KINDS)
    for found in _WORD.finditer(kinds):
        begin, end = found.span()
        word = plain[begin:end]
        if word.isascii() and word.isalnum():  # most words by far, which are as they stand here
            yield word, begin, end
        else:
            for token, start, stop in _parts(word):
                yield token, begin + start, begin + stop
    if "-" in kinds:
        yield from _compounds(plain)


def _compounds(plain: str) -> Iterator[_Span]:
    """The words with hyphens as one each; a date in figures is none."""
    for start, end in _spans(_COMPOUND, plain):
        whole = folded(_JOINERS.sub("", plain[start:end]))
        if not whole.isdigit():
            yield whole, start, end


def _parts(word: str) -> Iterator[_Span]:
    """What the index has for one word: mostly the word itself, folded."""
    if is_unspaced(word):
        yield from _overlapping(folded(word), len(word))
    elif _kind(word[:1]) == "s":
        yield f"u{ord(word):x}", 0, 1
    else:
        start = 0
        for part in word.split("'"):
            if bare := folded(part):
                yield bare, start, start + len(part)
            start += len(part) + 1


def _overlapping(run: str, length: int) -> Iterator[_Span]:
    """The pairs of an unspaced run and its last character; `length` is that of the unfolded run."""
    for place in range(len(run)):
        if len(run) == length:
            yield run[place : place + 2], place, min(place + 2, length)
        else:
            yield run[place : place + 2], 0, length


def _aligned(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The plain text, and for each of its characters from where to where that is in the text."""
    plain = _plain(text)
    if text.isascii():
        return plain, [(place, place + 1) for place in range(len(text))]
    for cut in (_CHARACTER.finditer(text.translate(_MARKS)), _BETWEEN_SPACES.finditer(text)):
        spans = [found.span() for found in cut]
        places = [span for span in spans for _ in _plain(text[slice(*span)])]
        if len(places) == len(plain):
            return plain, places
    return plain, [(0, len(text))] * len(plain)


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


class _Marks(dict[int, str]):
    """An m for what may become one character with what stands before it; else a space."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_mark = (
            unicodedata.category(character)[0] == "M"
            or bool(_UNSEEN.match(character))
            or any(first <= code <= last for first, last in _DRAWN_INTO_ONE)
        )
        self[code] = "m" if is_mark else " "
        return self[code]


_MARKS = _Marks()


def _kind(character: str) -> str:
    return character.translate(_KINDS)


def _is_letter(character: str) -> bool:
    return _kind(character) in ("w", "u")


def _is_unspaced_letter(letter: str) -> bool:
    return is_unspaced(letter) and not _HAS_SPACES.match(letter)
