"""One connection: h11 on one side, asyncio's streams on the other. Belongs to one loop."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import h11

from core.errors import UserError

from .bodies import SMALLEST_DEFLATED_BYTES, Body, Pull, deflated
from .errors import damaged, gone, slow
from .messages import JSON, LINES, Content, Headers, Patience
from .sent import OF_THIS_PROCESS

CHUNK = 256 * 1024
"""Bytes that are read and written at once: asyncio's TLS takes no more at a time."""

GOODBYE_S = 2.0
"""How long TLS may take to end, and what is still to be sent to arrive."""

_LONGEST_HEAD = 16 * 1024
_DEFLATE = "deflate"

Written = dict[str, str]


class Wire:
    """Reads and writes the messages of one connection.

    What goes wrong is raised as PeerGone, PeerSlow or BodyDamaged, whichever library found it.
    """

    def __init__(
        self,
        role: "type[h11.CLIENT | h11.SERVER]",
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        patience: Patience,
    ) -> None:
        self._h11 = h11.Connection(role, max_incomplete_event_size=_LONGEST_HEAD)
        self._reader, self._writer = reader, writer
        self._patience = patience
        self.received, self.sent = 0, 0
        """Bytes of messages, heads and bodies, without what TLS adds."""

    @property
    def is_over(self) -> bool:
        """True where no further request can go over it."""
        return self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE

    @property
    def is_still_sent_to(self) -> bool:
        """True where the other side was refused before it had sent all."""
        return self._h11.their_state is h11.SEND_BODY

    @property
    def may_refuse(self) -> bool:
        """True where an answer can still be begun."""
        return self._h11.our_state in {h11.IDLE, h11.SEND_RESPONSE}

    def next_cycle(self) -> None:
        self._h11.start_next_cycle()

    async def head(self, within_s: float) -> h11.Request | h11.Response | None:
        """The next message's head; None where the other side is done. Raises PeerSlow, PeerGone."""
        while True:
            event = await self._event(within_s)
            if isinstance(event, h11.Request | h11.Response):
                return event
            if isinstance(event, h11.ConnectionClosed):
                return None

    def body(self, headers: Headers) -> Body:
        """What comes after this head."""
        length = headers.get("content-length")
        return Body(
            Paced(self._patience, self._piece).pull,
            is_deflated=headers.get("content-encoding", "").lower() == _DEFLATE,
            length=None if length is None else int(length),  # h11 has seen to it that it is one
        )

    async def send(self, head: h11.Request | h11.Response, content: Content) -> None:
        """A whole message. Raises PeerGone, PeerSlow."""
        if isinstance(content, bytes) and len(content) <= CHUNK:  # in one packet where it fits
            self._write(head, *([h11.Data(content)] if content else []), h11.EndOfMessage())
            await self._drain()
            await self._patience.pace.passed(len(content))
            return
        self._write(head)
        for piece in _pieces(content):
            self._write(h11.Data(piece))
            await self._drain()
            await self._patience.pace.passed(len(piece))
        self._write(h11.EndOfMessage())
        await self._drain()

    async def read_out(self, within_s: float, most_bytes: int) -> None:
        """Read what still comes of a message that nobody wants, so far as that is soon done.

        The other side reads our answer only once it has sent all.
        """
        with contextlib.suppress(UserError):
            async with _given_up_after(within_s):
                while self.is_still_sent_to and most_bytes > 0:
                    event = await self._event(within_s)
                    most_bytes -= len(event.data) if isinstance(event, h11.Data) else 0

    async def close(self) -> None:
        """Hang up, once the other side has what it was sent; it is not waited for long."""
        self._writer.close()
        async with _given_up_after(GOODBYE_S):
            await self._writer.wait_closed()
        self.abort()

    def abort(self) -> None:
        """Hang up at once, whatever was still to be sent."""
        self._writer.transport.abort()

    async def _piece(self) -> bytes:
        event = await self._event(self._patience.chunk_s)
        if isinstance(event, h11.Data):
            return event.data
        if isinstance(event, h11.EndOfMessage):
            return b""
        raise gone()

    async def _event(self, within_s: float) -> object:
        """The next event of the protocol."""
        try:
            while (event := self._h11.next_event()) is h11.NEED_DATA:
                async with asyncio.timeout(within_s):
                    piece = await self._reader.read(CHUNK)
                self.received += len(piece)
                await self._patience.pace.passed(len(piece))
                self._h11.receive_data(piece)
        except h11.RemoteProtocolError:
            if self._h11.trailing_data[1]:
                raise gone() from None  # it ended in the middle
            raise damaged() from None
        except TimeoutError:
            raise slow() from None
        except OSError:
            raise gone() from None
        return event

    def _write(self, *events: h11.Event) -> None:
        told = [self._h11.send_with_data_passthrough(event) or [] for event in events]
        pieces = [piece for each in told for piece in each]
        count = sum(map(len, pieces))
        self.sent += count
        OF_THIS_PROCESS.add(count)
        self._writer.writelines(pieces)

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(self._patience.chunk_s):
                await self._writer.drain()
        except TimeoutError:
            raise slow() from None
        except OSError:
            raise gone() from None


def _pieces(content: Content) -> Iterator[bytes]:
    """The content, piece by piece. Raises BodyDamaged where a file is shorter than was said."""
    if isinstance(content, bytes):
        for start in range(0, len(content), CHUNK):
            yield content[start : start + CHUNK]
        return
    at, end = content.start, content.start + content.bytes
    while at < end:
        piece = os.pread(content.file.fileno(), min(CHUNK, end - at), at)
        if not piece:
            raise damaged()
        yield piece
        at += len(piece)


class Paced:
    """Pulls pieces, and gives up on who sends a few bytes now and then."""

    def __init__(self, patience: Patience, pull: Pull) -> None:
        self._patience, self._pull = patience, pull
        self._began_s = time.monotonic()
        self._total = 0

    async def pull(self) -> bytes:
        piece = await self._pull()
        self._total += len(piece)
        took_s = time.monotonic() - self._began_s - self._patience.grace_s
        if piece and self._total < took_s * self._patience.slowest_bytes_s:
            raise slow()
        return piece


@asynccontextmanager
async def _given_up_after(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except (OSError, TimeoutError):
        return


def headers_of(head: h11.Request | h11.Response) -> Written:
    """By name; what came twice is joined."""
    found: Written = {}
    for raw_name, raw_value in head.headers:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def prepared(
    content: Content, kind: str, others: Mapping[str, str], *, may_deflate: bool
) -> tuple[list[tuple[str, str]], Content]:
    """The headers of a message and its content, compressed where that pays."""
    written = {**others}
    if isinstance(content, bytes) and may_deflate and _pays(content, kind):
        content = deflated(content)
        written["Content-Encoding"] = _DEFLATE
    length = len(content) if isinstance(content, bytes) else content.bytes
    written["Content-Length"] = str(length)
    if length:
        written["Content-Type"] = kind
    return list(written.items()), content


def takes_deflated(headers: Headers) -> bool:
    named = headers.get("accept-encoding", "").lower().split(",")
    return _DEFLATE in {each.partition(";")[0].strip() for each in named}


def _pays(content: bytes, kind: str) -> bool:
    return kind in {JSON, LINES} and len(content) >= SMALLEST_DEFLATED_BYTES
