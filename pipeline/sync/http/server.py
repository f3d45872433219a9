"""Answers the installs that call: a task for each connection, and never too many of them."""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import h11

from core.errors import UserError
from core.log import get_log
from core.network.local_addresses import is_public

from .errors import BodyDamaged, PeerGone, PeerSlow
from .messages import Answer, FilePart, Handler, Patience, Request, json_answer, refusal
from .wire import GOODBYE_S, Wire, headers_of, prepared, takes_deflated

PeerOf = Callable[[ssl.SSLObject], str | None]
"""The key of who is at the other end; None where nobody is answered."""

_BACKLOG = 32
_BUFFERED_BYTES = 256 * 1024

_LINGERS_S = 2.0
_LINGERS_BYTES = 4 * 1024 * 1024
"""How long, and for how much, what nobody wants is read, so that a refusal arrives."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many may be connected at once, those in their handshake included."""

    most_connections: int = 24


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is connected: the address, and the TLS to it. `ended` is done once they are not."""

    address: str
    connection: ssl.SSLObject
    ended: asyncio.Future[None]


class HttpServer:
    """Answers by a handler, one request after the other on each connection. Belongs to one loop."""

    def __init__(
        self,
        handler: Handler,
        context: ssl.SSLContext,
        peer_of: PeerOf,
        *,
        patience: Patience | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`peer_of` is asked after the handshake and again at each request."""
        self._handler, self._context, self._peer_of = handler, context, peer_of
        self._patience = patience or Patience()
        self._free = asyncio.Semaphore((limits or Limits()).most_connections)
        self._doors: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @property
    def port(self) -> int:
        """Where it listens. Raises IndexError before it does."""
        port: int = self._doors[0].getsockname()[1]
        return port

    def listen(self, doors: Iterable[socket.socket]) -> None:
        """Answer at these sockets, which are ours from now on."""
        for door in doors:
            door.setblocking(False)  # noqa: FBT003 - as socket has it
            door.listen(_BACKLOG)
            self._doors.append(door)
            self._begin(self._accept(door))

    async def close(self, finishing_s: float = 0.0) -> None:
        """Hang up on everybody, answer no more; who is being answered has so long to hear it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(finishing_s):
                await self._calm.wait()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for door in self._doors:
            door.close()

    async def _accept(self, door: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._free.acquire()
            try:
                line, address = await loop.sock_accept(door)
            except OSError as error:  # no more files, or gone again
                self._free.release()
                get_log().warning("sync_not_accepted", reason=error.strerror)
                await asyncio.sleep(1)
                continue
            self._begin(self._take_up(line, _without_mapping(address[0]))).add_done_callback(
                self._is_free
            )

    def _begin(self, work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _is_free(self, _: asyncio.Task[None]) -> None:
        self._free.release()

    async def _take_up(self, line: socket.socket, address: str) -> None:
        if is_public(ipaddress.ip_address(address.partition("%")[0])):
            line.close()
            return
        try:
            reader, writer = await self._shake_hands(line)
        except (OSError, TimeoutError):  # ssl.SSLError is one
            line.close()
            return
        wire = Wire(h11.SERVER, reader, writer, self._patience)
        ended = asyncio.get_running_loop().create_future()
        try:
            with contextlib.suppress(PeerGone, PeerSlow):
                tls = writer.get_extra_info("ssl_object")
                await self._converse(wire, Visitor(address, tls, ended))
            await wire.close()
        finally:
            wire.abort()
            ended.set_result(None)

    async def _shake_hands(
        self, line: socket.socket
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_BUFFERED_BYTES, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            line,
            ssl=self._context,
            ssl_handshake_timeout=self._patience.handshake_s,
            ssl_shutdown_timeout=GOODBYE_S,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _converse(self, wire: Wire, visitor: Visitor) -> None:
        within_s = self._patience.head_s
        while True:
            try:
                head = await wire.head(within_s)
            except BodyDamaged as error:  # no HTTP at all
                if wire.may_refuse and self._peer_of(visitor.connection) is not None:
                    await self._tell(wire, refusal(error), {}, is_last=True)
                return
            peer = self._peer_of(visitor.connection)
            if not isinstance(head, h11.Request) or peer is None:
                return
            with self._being_busy():
                await self._answer(wire, head, peer, visitor)
            await wire.read_out(_LINGERS_S, _LINGERS_BYTES)
            if wire.is_over:
                return
            wire.next_cycle()
            within_s = self._patience.idle_s

    @contextlib.contextmanager
    def _being_busy(self) -> Iterator[None]:
        self._busy += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._busy -= 1
            if not self._busy:
                self._calm.set()

    async def _answer(self, wire: Wire, head: h11.Request, peer: str, visitor: Visitor) -> None:
        headers = headers_of(head)
        method, path = head.method.decode("ascii"), head.target.decode("ascii")
        body = wire.body(headers)
        request = Request(method, path, headers, body, peer, visitor.address, visitor.ended)
        try:
            answer = await self._handler(request)
        except (PeerGone, PeerSlow):  # while it sent its body: there is nobody to tell
            raise
        except UserError as error:
            answer = refusal(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours, which ends no service
            get_log().error("sync_request_failed", method=method, fault=type(error).__name__)
            answer = json_answer(_FAULT, 500)
        try:
            await self._tell(wire, answer, headers, is_last=False)
        finally:
            if isinstance(answer.content, FilePart):
                answer.content.file.close()

    async def _tell(
        self, wire: Wire, answer: Answer, asked: dict[str, str], *, is_last: bool
    ) -> None:
        may_deflate = takes_deflated(asked)
        headers, content = prepared(
            answer.content, answer.kind, answer.headers, may_deflate=may_deflate
        )
        if is_last:
            headers.append(("Connection", "close"))
        await wire.send(h11.Response(status_code=answer.status, headers=headers), content)


def _without_mapping(address: str) -> str:
    """An IPv4 address as itself, also where a socket of IPv6 took it in."""
    return address.removeprefix("::ffff:") if "." in address else address


_FAULT = {
    "error": "Something broke on the other machine that should not have.",
    "code": "fault",
    "advice": "Its log says what. It is tried again.",
}
