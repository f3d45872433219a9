"""Whether every page of the keyword index is found by its first word. Pure.

FTS5 looks in `_idx` on which page of `_data` a word stands. Its own check does not see an entry
that is missing, or that sends it to a page too late: such a word is silently not found. The
format is in "Data Format For %_data" at sqlite.org/fts5.html and in fts5_index.c.
"""

from collections.abc import Iterable

Entry = tuple[int, bytes, int]
"""A row of `_idx`: segment, the beginning of the first word, twice the page (odd with a list of
its own)."""

_SEGMENT_SHIFT = 37
_PAGE = (1 << 31) - 1
_NO_LEAF = ((1 << _SEGMENT_SHIFT) - 1) ^ _PAGE
"""Set in the number of a record that is no page of words."""

_FIRST_SEGMENT = 1 << _SEGMENT_SHIFT


def is_found(entries: Iterable[Entry], records: Iterable[tuple[int, bytes]]) -> bool:
    """True where there is one entry for each page that begins a word, and leads to it.

    A segment that is being merged loses its first pages, whose entries stay; of the page that
    is its first by then, the words that were merged are gone.
    """
    pages = {
        number: _first_word(record)
        for number, record in records
        if number >= _FIRST_SEGMENT and not number & _NO_LEAF
    }
    first = {n >> _SEGMENT_SHIFT: n for n in sorted(pages, reverse=True)}
    words = {n: word for n, word in pages.items() if word is not None}
    led = {
        number: word
        for segment, word, page in entries
        for number in [(segment << _SEGMENT_SHIFT) + (page >> 1)]
        if number >= first.get(segment, 0)
    }
    return led.keys() == words.keys() and all(
        words[n].startswith(led[n]) or (n in first.values() and led[n] <= words[n]) for n in led
    )


def _first_word(page: bytes) -> bytes | None:
    """The first word that begins on this page; None where none does."""
    words_end = int.from_bytes(page[2:4])
    if words_end >= len(page):
        return None
    start, _ = _number(page, words_end)
    length, start = _number(page, start)
    return page[start : start + length]


def _number(page: bytes, start: int) -> tuple[int, int]:
    """The number at this place, seven bits a byte, and where it ends."""
    number = 0
    for place in range(start, min(start + 8, len(page))):
        number = (number << 7) | (page[place] & 0x7F)
        if page[place] < 0x80:  # noqa: PLR2004 - the last byte of a number
            return number, place + 1
    return number, start + 8
