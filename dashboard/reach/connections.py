"""A connection by network: TLS by its first byte, or a redirect there and nothing else."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from copy import copy
from ipaddress import ip_address
from typing import Any

from waitress.adjustments import Adjustments
from waitress.task import WSGITask
from waitress.utilities import Error

from core.network.local_addresses import is_public
from core.sent import Whom
from dashboard.connections import MOST_FROM_STRANGERS_BYTES, Connection, Request
from dashboard.network.counter import sent_on
from dashboard.network.names import SHARED, host_in

HTTPS = 443
_HANDSHAKE = b"\x16"
"""The first byte of TLS (RFC 8446, 5.1), and of no HTTP request."""


class Moved(Error):
    """Plain HTTP was spoken where the page speaks TLS."""

    code = 308
    reason = "Permanent Redirect"


class MovedForNow(Moved):
    """The same at the shared name, which may be another device's tomorrow."""

    code = 302
    reason = "Found"


class PlainRequest(Request):
    """A request without TLS: redirected at the end of its headers, whatever is in them."""

    def received(self, data: bytes) -> int:
        taken = super().received(data)
        if self.error is None and (self.headers_finished or self.completed):
            self._end((MovedForNow if _host(self) == SHARED else Moved)(""))
            self.expect_continue = False
        return taken


class VisitorsRequest(Request):
    """A request by network. Only a phone that is let in may send a long body."""

    is_let_in: Callable[[str], bool] = staticmethod(lambda _: False)
    """Whether the phone with this `Cookie` header is."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        is_long = self.chunked or self.content_length > MOST_FROM_STRANGERS_BYTES
        if is_long and not self.is_let_in(self.headers.get("COOKIE", "")):
            self.adj = copy(self.adj)
            self.adj.max_request_body_size = MOST_FROM_STRANGERS_BYTES + 1


class Answer(WSGITask):
    """An answer of the app, which may say that whoever asks is no stranger."""

    def get_environment(self) -> dict[str, Any]:
        environment: dict[str, Any] = super().get_environment()
        environment["afterthought.let_in"] = self.channel.let_in
        return environment


class NetworkConnection(Connection):
    """One from another machine. The handshake comes with the first bytes, and holds nobody up.

    Whoever comes so is a stranger until the app has seen a sign-in.
    """

    is_stranger = True
    request_class = VisitorsRequest
    task_class = Answer
    socket: Any

    def __init__(self, door: Any, sock: socket.socket, addr: Any, tls: ssl.SSLContext) -> None:  # noqa: ANN401 - a Door, which names us; an address as accepted
        sock.setblocking(False)  # noqa: FBT003 - the socket's own
        self._here = sock.getsockname()[0].partition("%")[0]
        self._door, self._tls = door, tls
        self._counted_bytes = 0
        self._speaks_tls = self._is_greeted = self._wants_write = False
        # OpenSSL's object is one thread's at a time, and before Python 3.13 nobody sees to that.
        self._tls_lock = threading.Lock()
        super().__init__(door.server, sock, addr, door.server.network_adj, door.server.map)

    def parser_class(self, adj: Adjustments) -> Request:
        request = super().parser_class(adj)
        if isinstance(request, VisitorsRequest):
            request.is_let_in = self._door.server.is_let_in
        return request

    def let_in(self, phone: str) -> None:
        """The phone with this id asks here, and is signed in."""
        self.is_stranger, self.phone = False, phone

    def del_channel(self, map: Any = None) -> None:  # noqa: A002, ANN401 - waitress's own
        """It is about to be closed."""
        self.count_sent()
        super().del_channel(map)

    def count_sent(self) -> None:
        """Count what was sent here since the last time, as to a phone or to somebody else.

        Who comes from a public address is counted by whoever looks after all connections.
        """
        if self.socket is None or is_public(ip_address(self.addr[0].partition("%")[0])):
            return
        sent_bytes = sent_on(self.socket)
        whom: Whom = "others" if self.is_stranger else "phones"
        self._door.server.counter.count(whom, sent_bytes - self._counted_bytes)
        self._counted_bytes = max(sent_bytes, self._counted_bytes)

    def headers_beside(self, request: Request) -> list[tuple[str, str]]:
        if not isinstance(request.error, Moved):
            return []
        return [("Location", self._elsewhere(request))]

    def writable(self) -> bool:
        return self._wants_write or bool(super().writable())

    def handle_write(self) -> None:
        if self._wants_write:
            self.handle_read()
        else:
            super().handle_write()

    def handle_read(self) -> None:
        if not self._speaks_tls and self.request_class is not PlainRequest and not self._begin():
            return
        if self._speaks_tls:
            self._read_tls()
        else:
            super().handle_read()

    def _begin(self) -> bool:
        """Look at the first byte; False where there is none, or nobody any more."""
        try:
            first = self.socket.recv(1, socket.MSG_PEEK)
            if first == _HANDSHAKE:
                self.socket = self._tls.wrap_socket(
                    self.socket, server_side=True, do_handshake_on_connect=False
                )
        except BlockingIOError:
            return False
        except (OSError, ValueError):  # gone in this instant
            first = b""
        if not first:
            self.handle_close()
            return False
        self._speaks_tls = first == _HANDSHAKE
        if not self._speaks_tls:
            self._is_greeted, self.request_class = True, PlainRequest
        return True

    def _read_tls(self) -> None:
        self._moved_s, self._wants_write = time.monotonic(), False
        while True:
            try:
                with self._tls_lock:
                    data = self.socket.recv(self.adj.recv_bytes)
                    more = self.socket.pending()
            except ssl.SSLWantReadError:
                self._is_greeted = self.socket.version() is not None
                return
            except ssl.SSLWantWriteError:
                self._wants_write = True
                return
            except OSError:  # also a handshake that failed
                data, more = b"", 0
            if not data:
                self.handle_close()
                return
            self._is_greeted = True
            self.received(data)
            if not more:  # what TLS has read already, the loop's poll does not see
                return

    def _send(self, data: bytes, do_close: bool) -> int:  # noqa: FBT001 - waitress's
        if not self._speaks_tls:
            return super()._send(data, do_close)
        try:
            with self._tls_lock:
                return super()._send(data, do_close)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0

    def _coming(self) -> object | None:
        return super()._coming() if self._is_greeted else self

    def _elsewhere(self, request: Request) -> str:
        """The same page by TLS: at the host that was asked for, where that is ours."""
        host = _host(request)
        if host == SHARED and self._door.behind.address:
            return f"{self._door.behind.address}{_path(request)}"
        if host is None or host not in self._door.behind.hosts:
            host = self._here
        shown = f"[{host}]" if ":" in host else host
        port = "" if self._door.tls_port == HTTPS else f":{self._door.tls_port}"
        return f"https://{shown}{port}{_path(request)}"


def _host(request: Request) -> str | None:
    """The name or address that was asked for; None where that is neither."""
    return host_in(request.headers.get("HOST", ""))


def _path(request: Request) -> str:
    """What was asked for, where it can stand in a header as it is."""
    asked = str(getattr(request, "request_uri", "/"))
    is_plain = asked.startswith("/") and asked.isascii() and asked.isprintable()
    return asked if is_plain and " " not in asked else "/"
