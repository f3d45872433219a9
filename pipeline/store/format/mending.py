"""One flipped bit put right again, where a hash says what was there before. Pure.

Nothing is guessed: what comes out of here has the very SHA-256 that was written down when it
was stored. What has lost more than a bit is left as it is, for a backup to bring back.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .events import Event

MOST_BYTES = 16_384
"""Of a belonging with its salt; each of its bits is a hash of all of it. A second here, some
twenty on a Pi 4. Twice as long takes four times as long."""

_NUMBER_BITS = 64
_ALL_BITS = (1 << _NUMBER_BITS) - 1

Columns = Sequence[bytes | int | None]
"""The columns of an event in their order; texts as the bytes that are stored."""


def mended_event(columns: Columns) -> Event | None:
    """The event that this was before one of its bits flipped; None where that is not known."""
    as_it_is = _event(columns)
    if as_it_is is not None and _is_one_bit_away(as_it_is.hash, as_it_is.computed_hash()):
        return replace(as_it_is, hash=as_it_is.computed_hash())
    for place, column in enumerate(columns[:-1]):
        for value in _neighbours(column):
            event = _event([*columns[:place], value, *columns[place + 1 :]])
            if event is not None and event.computed_hash() == event.hash:
                return event
    return None


def mended_content(salt: bytes, content: bytes, commitment: str) -> tuple[bytes, bytes] | None:
    """Salt and content that this commitment is of, at most one bit from these; or None."""
    whole, wanted = bytearray(salt + content), bytes.fromhex(commitment)
    if hashlib.sha256(whole).digest() == wanted:
        return salt, content
    if len(whole) > MOST_BYTES:
        return None
    for place in range(len(whole)):
        for bit in range(8):
            whole[place] ^= 1 << bit
            if hashlib.sha256(whole).digest() == wanted:
                return bytes(whole[: len(salt)]), bytes(whole[len(salt) :])
            whole[place] ^= 1 << bit
    return None


def one_bit_away(name: bytes, known: Sequence[str]) -> str | None:
    """The only one of these names that differs by a bit from what is stored; or None."""
    near = [each for each in known if _is_one_bit_away(name, each.encode())]
    return near[0] if len(near) == 1 else None


def _event(columns: Columns) -> Event | None:
    texts = (each.decode() if isinstance(each, bytes) else each for each in columns[:-2])
    try:
        return Event(*texts, *columns[-2:])  # type: ignore[arg-type]  # as `has_its_types` sees
    except UnicodeDecodeError:
        return None


def _neighbours(column: bytes | int | None) -> Iterator[bytes | int]:
    """All that this column may have been before a bit of it flipped."""
    if isinstance(column, bytes):
        for place, byte in enumerate(column):
            for bit in range(8):
                yield column[:place] + bytes([byte ^ (1 << bit)]) + column[place + 1 :]
    elif isinstance(column, int):
        for bit in range(_NUMBER_BITS):
            yield _signed(column ^ (1 << bit))


def _signed(number: int) -> int:
    """The number of 64 bits as SQLite has it."""
    bits = number & _ALL_BITS
    return bits - _ALL_BITS - 1 if bits > _ALL_BITS // 2 else bits


def _is_one_bit_away(one: bytes, other: bytes) -> bool:
    if len(one) != len(other):
        return False
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count() == 1
