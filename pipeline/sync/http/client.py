"""Asks another install: one connection, one request after the other."""

import asyncio
import contextlib
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

import h11

from core.errors import UserError
from core.network.local_addresses import is_public

from .bodies import Body
from .errors import PeerGone, PeerRefused, PeerUnknown, gone, slow
from .messages import JSON, Content, Headers, Patience
from .wire import CHUNK, GOODBYE_S, Wire, headers_of, prepared

_LONGEST_REFUSAL = 64 * 1024
_LONGEST_SENTENCE = 1000


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of the other side; its answer must begin `within_s` after that was sent."""

    method: str
    path: str
    content: Content = b""
    kind: str = JSON
    headers: Headers = field(default_factory=dict)
    within_s: float | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered. The body is read while the exchange lasts."""

    status: int
    headers: Headers
    body: Body


class HttpClient:
    """A connection to one install. Belongs to one loop; requests wait for one another."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: Patience
    ) -> None:
        self._wire = Wire(h11.CLIENT, reader, writer, patience)
        self.certificate = certificate_of(writer)
        """The other side's, as it was shown in the handshake."""
        self._patience = patience
        self._turn = asyncio.Lock()
        self._is_over = False

    @classmethod
    async def connect(
        cls,
        host: str,
        port: int,
        context: ssl.SSLContext,
        certificate: bytes | None = None,
        patience: Patience | None = None,
    ) -> Self:
        """A connection to this address of the local network, and to this certificate if given.

        `host` is an address, with its zone where it is good on one link alone. Raises PeerGone
        where nobody answers, PeerSlow, PeerUnknown where another install does.
        """
        patience = patience or Patience()
        if is_public(ipaddress.ip_address(host.partition("%")[0])):
            raise PeerGone(
                f"{host} is not on your own network.", advice="Name an address of your network."
            )
        reader, writer = await _connected(host, port, context, patience)
        if certificate is not None and certificate_of(writer) != certificate:
            writer.transport.abort()
            raise _unknown(host)
        return cls(reader, writer, patience)

    @property
    def is_over(self) -> bool:
        """True where nothing more can be asked over this connection."""
        return self._is_over

    @property
    def received(self) -> int:
        """Bytes that came, before TLS."""
        return self._wire.received

    @property
    def sent(self) -> int:
        """Bytes that went, before TLS."""
        return self._wire.sent

    async def ask(self, asked: Ask, most_bytes: int = 1 << 20) -> tuple[int, bytes]:
        """The status and the whole body of the answer. Raises as `exchange` does."""
        async with self.exchange(asked) as reply:
            return reply.status, await reply.body.whole(most_bytes)

    @asynccontextmanager
    async def exchange(self, asked: Ask) -> AsyncIterator[Reply]:
        """One request, and its answer while it is read.

        Raises PeerRefused with the other side's sentence; PeerGone, PeerSlow and BodyDamaged end
        the connection, and so does whoever leaves before the body's end.
        """
        async with self._turn:
            if self._is_over:
                raise gone()
            self._is_over = True  # unless it is left as it should be
            reply = await self._asked(asked)
            if reply.status >= HTTPStatus.BAD_REQUEST:
                refused = await _refused(reply)
                self._is_over = self._may_go_on()
                raise refused
            yield reply
            self._is_over = self._may_go_on()

    async def close(self) -> None:
        """Hang up."""
        self._is_over = True
        await self._wire.close()

    def _may_go_on(self) -> bool:
        """Whether this exchange was the last one; the next may begin where it was not."""
        if self._wire.is_over:
            return True
        self._wire.next_cycle()
        return False

    async def _asked(self, asked: Ask) -> Reply:
        common = {"Host": "peer", "Accept-Encoding": "deflate", **asked.headers}
        written, content = prepared(asked.content, asked.kind, common, may_deflate=True)
        request = h11.Request(method=asked.method, target=asked.path, headers=written)
        head = await self._sent_and_answered(request, content, asked.within_s)
        headers = headers_of(head)
        return Reply(head.status_code, headers, self._wire.body(headers))

    async def _sent_and_answered(
        self, request: h11.Request, content: Content, within_s: float | None
    ) -> h11.Response:
        """The head of the answer: it may come before all is sent, and sending ends then."""
        sending = asyncio.create_task(self._wire.send(request, content))
        answered = asyncio.create_task(self._head(sending, within_s or self._patience.head_s))
        try:
            return await answered
        finally:
            for task in (sending, answered):
                task.cancel()
            await asyncio.gather(sending, answered, return_exceptions=True)

    async def _head(self, sending: "asyncio.Task[None]", within_s: float) -> h11.Response:
        reading = asyncio.create_task(self._wire.head(_FOREVER_S))
        try:
            await asyncio.wait({sending, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                await _sent(sending)
                await asyncio.wait({reading}, timeout=within_s)
            if not reading.done():
                raise slow()
            head = await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        if not isinstance(head, h11.Response):
            raise gone()
        return head


_FOREVER_S = 86_400.0


def certificate_of(writer: asyncio.StreamWriter) -> bytes:
    """The certificate of the other side (DER); nothing where it has none."""
    connection: ssl.SSLObject = writer.get_extra_info("ssl_object")
    return connection.getpeercert(True) or b""  # noqa: FBT003 - as ssl has it


async def _sent(sending: "asyncio.Task[None]") -> None:
    """Once all is sent. A line that breaks may have an answer in it, which is read then."""
    with contextlib.suppress(PeerGone):
        await sending


async def _connected(
    host: str, port: int, context: ssl.SSLContext, patience: Patience
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(patience.handshake_s):
            # No name is given, since the certificate alone says who answers: to write one for
            # TLS, Python loads 0.4 MB.
            return await asyncio.open_connection(
                host,
                port,
                ssl=context,
                server_hostname="",
                limit=CHUNK,
                ssl_shutdown_timeout=GOODBYE_S,
            )
    except TimeoutError:
        raise slow() from None
    except ssl.SSLCertVerificationError:
        raise _unknown(host) from None
    except OSError as error:
        raise PeerGone(
            f"No Afterthought answers at {host}, port {port} ({error.strerror or 'it hung up'}).",
            advice="Check that it runs and is on the same network.",
        ) from error


def _unknown(host: str) -> PeerUnknown:
    return PeerUnknown(
        f"Another install than the one that was called answers at {host}.",
        advice="If that machine was set up anew, introduce it again by `afterthought peers add`.",
    )


async def _refused(reply: Reply) -> UserError:
    """The other side's sentence; it is a stranger's text, so it is taken for no more than that."""
    content = await reply.body.whole(_LONGEST_REFUSAL)
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        told = {}
    sentence, advice, refusal = (_text(told.get(name)) for name in ("error", "advice", "code"))
    return PeerRefused(
        sentence or f"The other machine refused (status {reply.status}).",
        advice=advice or "Look at its log.",
        status=reply.status,
        refusal=refusal,
    )


def _text(told: object) -> str:
    return told[:_LONGEST_SENTENCE] if isinstance(told, str) else ""
