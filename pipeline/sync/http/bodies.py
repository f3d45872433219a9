"""Bodies: read piece by piece, inflated where they were deflated, and never beyond their limit."""

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from .errors import damaged, too_large

SMALLEST_DEFLATED_BYTES = 512
"""Below that, a header more costs what compression saves."""

_LEVEL = 3
"""Of 1 to 9, for what is sent once."""

_PIECE = 256 * 1024
"""Bytes that are inflated at once."""

Pull = Callable[[], Awaitable[bytes]]
"""The next piece as it came; empty at the end."""


class Body:
    """What comes with a request or an answer. It is read once, by one reader."""

    def __init__(self, pull: Pull, *, is_deflated: bool = False, length: int | None = None) -> None:
        self._pull = pull
        self._is_deflated = is_deflated
        self.length = length
        """How many bytes were announced, as they come; None where that was not said."""

    async def chunks(self, most_bytes: int) -> AsyncIterator[bytes]:
        """The pieces as they come. Raises BodyTooLarge, BodyDamaged, PeerGone, PeerSlow."""
        if self.length is not None and self.length > _most_raw(most_bytes):
            raise too_large(most_bytes)
        inflating = Inflating(most_bytes) if self._is_deflated else None
        total = 0
        while piece := await self._pull():
            total += len(piece)
            if total > (_most_raw(most_bytes) if inflating else most_bytes):
                raise too_large(most_bytes)
            if inflating is None:
                yield piece
                continue
            for each in inflating.feed(piece):
                yield each
        for each in inflating.end() if inflating and total else ():
            yield each

    async def whole(self, most_bytes: int) -> bytes:
        """All of it. Raises what `chunks` does."""
        return b"".join([each async for each in self.chunks(most_bytes)])


class Inflating:
    """Undoes zlib's compression up to a limit. Pure."""

    def __init__(self, most_bytes: int) -> None:
        self._zlib = zlib.decompressobj()
        self._most = most_bytes
        self._total = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What this piece adds. Raises BodyTooLarge, BodyDamaged."""
        while piece:
            try:
                made = self._zlib.decompress(piece, _PIECE)
            except zlib.error:
                raise damaged() from None
            if self._zlib.unused_data:
                raise damaged()
            yield from self._counted(made)
            piece = self._zlib.unconsumed_tail

    def end(self) -> Iterator[bytes]:
        """What was still held back. Raises BodyTooLarge, and BodyDamaged where more should come."""
        yield from self._counted(self._zlib.flush())
        if not self._zlib.eof:
            raise damaged()

    def _counted(self, made: bytes) -> Iterator[bytes]:
        self._total += len(made)
        if self._total > self._most:
            raise too_large(self._most)
        if made:
            yield made


def deflated(content: bytes) -> bytes:
    return zlib.compress(content, _LEVEL)


def _most_raw(most_bytes: int) -> int:
    """What incompressible bytes may grow to: five of a block, and there are no smaller ones."""
    return most_bytes + most_bytes // 1000 + 1024
