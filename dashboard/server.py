"""waitress in front of the app: one process, one loop that reads and writes, a few threads.

On loopback it is plain HTTP, which browsers take for a secure context, so that a newcomer
meets no warning; only this user and root are let in. Any other address is TLS, and only for
paired phones.
"""

import contextlib
import errno
import logging
import signal
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from core.access.peers import is_trusted_visitor
from core.errors import UserError
from core.log import get_log
from dashboard import patience
from dashboard.connections import Connection, TlsConnection

LOOPBACK = "127.0.0.1"

THREADS = 16
"""Half of them for live pages, half for answers; a waiting thread costs some 50 kB (x86)."""

STREAMS = THREADS // 2

_STOP_S = 3.0
"""Longer than any answer but a forget, shorter than systemd's patience."""

_LOOK_EVERY_S = 1.0
"""How often connections are looked at that take too long."""

_QUEUE = 256
"""Connections that may wait to be accepted; beyond that the browser asks again."""

_LONGEST_HEADERS_BYTES = 32 * 1024
_MOST_WAITING_BYTES = 8 * 1024 * 1024
"""Of one answer: its thread waits beyond. No page is as large, and sound is sent from its file."""

_NEVER = 1 << 40
"""What is read or waits to be sent has words in it, and goes into no temporary file."""


class PortInUse(UserError):
    """Another program listens at this port."""

    code = "port_in_use"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The chain and its key, as PEM files."""

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Hooks:
    """The caller's part in starting and stopping.

    `ready` gets the port once the page answers; `stopping` ends what would hold the threads.
    """

    ready: Callable[[int], None]
    stopping: Callable[[], None]


def serve(app: Flask, port: int, hooks: Hooks, certificate: Certificate | None = None) -> None:
    """Answer on loopback until SIGTERM or SIGINT. For the main thread.

    With port 0 the system chooses one. Raises PortInUse.
    """
    server = make_server(app, port, certificate)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    hooks.ready(server.port)
    server.serve(hooks.stopping)


def make_server(app: Flask, port: int, certificate: Certificate | None = None) -> "PageServer":
    """A server that listens, and answers once it serves. Raises PortInUse."""
    try:
        return PageServer(app, port, certificate)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        raise PortInUse(
            f"Another program listens at port {port}.",
            advice="Stop it, or name another port with --port.",
        ) from error


class PageServer(TcpWSGIServer):
    """Listens on loopback. `stop` may be called by any thread, or a signal."""

    def __init__(self, app: Flask, port: int, certificate: Certificate | None) -> None:
        _log_as_we_do()
        self.tls: ssl.SSLContext | None = None
        self.channel_class = Connection
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate.chain, certificate.key)
            self.channel_class = TlsConnection
        self._is_stopping = False
        self._looked_s = time.monotonic()
        super().__init__(app, map={}, adj=_adjusted(app, port, self.tls))

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.effective_port)

    def serve(self, stopping: Callable[[], None] = lambda: None) -> None:
        """Answer until told to stop, then finish what is being answered."""
        while not self._is_stopping:
            self._turn(_LOOK_EVERY_S)
        self.accepting = False
        stopping()
        over_s = time.monotonic() + _STOP_S
        while self._is_answering() and time.monotonic() < over_s:
            self._turn(0.05)
        self.task_dispatcher.shutdown(timeout=max(0.1, over_s - time.monotonic()))
        wasyncore.close_all(self._map)

    def stop(self) -> None:
        """Serve no longer than what is being answered takes. Idempotent."""
        self._is_stopping = True
        self.pull_trigger()

    def readable(self) -> bool:
        return bool(self.accepting)

    def handle_accept(self) -> None:
        """Let somebody in. Who it is, is known before a byte of theirs is read."""
        accepted = None
        with contextlib.suppress(OSError):  # gone already, or no descriptor is left
            accepted = self.accept()
        if accepted is None:
            return
        caller, address = accepted
        is_stranger = not _is_trusted(caller, address)
        strangers = sum(each.is_stranger for each in self._connections)
        if is_stranger and strangers >= patience.MOST_STRANGERS:
            caller.close()
            return
        self._make_room()
        self.set_socket_options(caller)
        connection = self.channel_class(self, caller, address, self.adj, self._map)
        if is_stranger:
            connection.refuse()

    @property
    def _connections(self) -> list[Connection]:
        return list(self.active_channels.values())

    def _turn(self, at_most_s: float) -> None:
        wasyncore.poll2(at_most_s, self._map)
        now_s = time.monotonic()
        if now_s - self._looked_s >= _LOOK_EVERY_S:
            self._looked_s = now_s
            self._look(now_s)

    def _look(self, now_s: float) -> None:
        """Close what takes too long, and what takes too much."""
        for each in self._connections:
            if patience.has_overstayed(each.standing(now_s)):
                each.handle_close()
        while True:
            connections = self._connections
            heavy = patience.too_heavy([each.standing(now_s) for each in connections])
            if heavy is None:
                return
            connections[heavy].handle_close()

    def _make_room(self) -> None:
        connections, now_s = self._connections, time.monotonic()
        if len(connections) >= patience.MOST_CONNECTIONS:
            standings = [each.standing(now_s) for each in connections]
            connections[patience.first_to_go(standings)].handle_close()

    def _is_answering(self) -> bool:
        return any(each.requests or each.total_outbufs_len for each in self._connections)


def _is_trusted(caller: socket.socket, address: Any) -> bool:  # noqa: ANN401 - as accepted
    """True where this user or root asks; of another machine nobody does before there is pairing."""
    try:
        return is_trusted_visitor(address[:2], caller.getsockname()[:2])
    except OSError:
        return False


def _adjusted(app: Flask, port: int, tls: ssl.SSLContext | None) -> Adjustments:
    return Adjustments(
        host=LOOPBACK,
        port=port,
        threads=THREADS,
        backlog=_QUEUE,
        ident="Afterthought",
        url_scheme="http" if tls is None else "https",
        max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1,  # the first that is refused
        max_request_header_size=_LONGEST_HEADERS_BYTES,
        inbuf_overflow=_NEVER,
        outbuf_overflow=_NEVER,
        outbuf_high_watermark=_MOST_WAITING_BYTES,
        log_socket_errors=False,
        clear_untrusted_proxy_headers=True,
    )


class _Named(logging.Handler):
    """What waitress logs, as an event of ours: its texts may quote what was asked."""

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        get_log().warning("server_trouble", at=record.funcName, fault=fault)


def _log_as_we_do() -> None:
    log = logging.getLogger("waitress")
    log.handlers[:], log.propagate = [_Named(logging.WARNING)], False
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue of requests is no trouble
