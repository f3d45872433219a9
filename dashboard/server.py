"""waitress in front of the app: one process, one loop that reads and writes, a few threads.

On loopback it is plain HTTP, which browsers take for a secure context, so that a newcomer
sees no warning; only this user and root are let in. Any other address has a door of its own
(`dashboard/reach/doors.py`): TLS, and only for paired phones.
"""

import errno
import logging
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from core.access.peers import is_trusted_visitor
from core.errors import UserError
from core.log import get_log, log_ignored_faults
from dashboard import patience
from dashboard.connections import QUEUE, Connection, next_caller
from dashboard.network.counter import SentCounter
from dashboard.reach.connections import NetworkConnection
from dashboard.reach.doors import Door

LOOPBACK = "127.0.0.1"

THREADS = 16
"""Half of them for live pages, half for answers; a waiting thread costs some 50 kB (x86)."""

STREAMS = THREADS // 2

_STOP_S = 3.0
"""Longer than any answer but a forget, shorter than systemd's patience."""

_LOOK_EVERY_S = 1.0
"""How often connections are looked at that take too long."""

_LAST_LINE_S = 1.0
"""What a phone that is let in no more is being sent ends by itself before: a stream says `bye`."""

_LONGEST_HEADERS_BYTES = 32 * 1024
_MOST_WAITING_BYTES = 8 * 1024 * 1024
"""Of one answer: its thread waits beyond. No page is as large, and sound is sent from its file."""

_NEVER = 1 << 40
"""What is read or waits to be sent has words in it, and goes into no temporary file."""


class PortInUse(UserError):
    """Another program listens at this port."""

    code = "port_in_use"


@dataclass(frozen=True, slots=True)
class Hooks:
    """The caller's part in serving.

    `ready` gets the port once the page answers on loopback; `looking` is called by the loop about
    each second; `stopping` ends what would hold the threads.
    """

    ready: Callable[[int], None]
    stopping: Callable[[], None]
    looking: Callable[[], None] = lambda: None


def serve(server: "PageServer", hooks: Hooks) -> None:
    """Answer until SIGTERM or SIGINT. For the main thread."""
    log_ignored_faults()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    hooks.ready(server.port)
    server.serve(hooks.stopping, hooks.looking)


def make_server(app: Flask, port: int) -> "PageServer":
    """A server that listens on loopback, and answers once it serves. Raises PortInUse.

    With port 0 the system chooses one.
    """
    try:
        return PageServer(app, port)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        raise PortInUse(
            f"Another program uses port {port}.",
            advice="Stop it, or name another port with --port.",
        ) from error


class PageServer(TcpWSGIServer):
    """Listens on loopback, and has the doors. `stop` may be called by any thread, or a signal."""

    channel_class = Connection

    def __init__(self, app: Flask, port: int) -> None:
        _log_as_we_do()
        self._is_stopping = self._is_over = False
        self._ending = threading.RLock()
        self._looked_s = -_LOOK_EVERY_S
        self._left_s: dict[str, float] = {}
        self.elsewhere: Callable[[], str] = lambda: ""
        """Where another user of this machine may come; empty while there is no such place."""
        self.is_let_in: Callable[[str], bool] = lambda _: False
        """Whether a phone that sends this `Cookie` header is let in, and may send a long body."""
        self._looking: Callable[[], None] = lambda: None
        self.counter = SentCounter()
        self.network_adj = _adjusted(app, port, "https")
        super().__init__(app, map={}, adj=_adjusted(app, port, "http"))

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.effective_port)

    @property
    def map(self) -> dict[int, Any]:
        """All that its loop looks after."""
        found: dict[int, Any] = self._map
        return found

    def serve(
        self,
        stopping: Callable[[], None] = lambda: None,
        looking: Callable[[], None] = lambda: None,
    ) -> None:
        """Answer until told to stop, then finish what is being answered."""
        self._looking = looking
        while not self._is_stopping:
            self._turn(_LOOK_EVERY_S)
        self._looking = lambda: None
        self.accepting = False
        for door in [each for each in self._map.values() if isinstance(each, Door)]:
            door.close()
        stopping()
        over_s = time.monotonic() + _STOP_S
        while self._is_answering() and time.monotonic() < over_s:
            self._turn(0.05)
        self.task_dispatcher.shutdown(timeout=max(0.1, over_s - time.monotonic()))
        with self._ending:
            self._is_over = True
            wasyncore.close_all(self._map)

    def stop(self) -> None:
        """Serve no longer than what is being answered takes. Idempotent."""
        self._is_stopping = True
        with self._ending:  # the loop may see it at once, and close what is pulled here
            if not self._is_over:
                self.pull_trigger()

    def hang_up_on(self, phone: str) -> None:
        """Close all that this phone has open, for it is let in no more. Any thread may ask.

        Sound that is being sent ends at once; what is being answered has a second for its end.
        """
        self._left_s[phone] = time.monotonic()
        with self._ending:
            if not self._is_over:
                self.trigger.pull_trigger(self._hang_up)

    def readable(self) -> bool:
        return bool(self.accepting)

    def handle_accept(self) -> None:
        """Let somebody in. Who it is, is known before a byte of theirs is read."""
        if (accepted := next_caller(self)) is None:
            return
        caller, address = accepted
        is_other_user = not _is_trusted(caller, address)
        if is_other_user and len(self._refused()) >= patience.MOST_OTHER_USERS:
            caller.close()
            return
        self._make_room()
        self.set_socket_options(caller)
        connection = self.channel_class(self, caller, address, self.adj, self._map)
        if is_other_user:
            connection.refuse(self.elsewhere())

    def make_room_for_visitor(self) -> None:
        """Close whoever goes first where too many come by network, or too many at all."""
        visitors = [each for each in self._visitors() if each.is_stranger]
        if len(visitors) >= patience.MOST_VISITORS:
            self._close_first(visitors)
        self._make_room()

    @property
    def _connections(self) -> list[Connection]:
        return list(self.active_channels.values())

    def _visitors(self) -> list[NetworkConnection]:
        return [each for each in self._connections if isinstance(each, NetworkConnection)]

    def _refused(self) -> list[Connection]:
        """Those of other users of this machine."""
        visitors = self._visitors()
        return [each for each in self._connections if each.is_stranger and each not in visitors]

    def _turn(self, at_most_s: float) -> None:
        wasyncore.poll2(at_most_s, self._map)
        now_s = time.monotonic()
        if now_s - self._looked_s >= _LOOK_EVERY_S:
            self._looked_s = now_s
            self._look(now_s)
            self._looking()

    def _look(self, now_s: float) -> None:
        """Close what takes too long, and what takes too much."""
        for each in self._connections:
            if patience.has_overstayed(each.standing(now_s)):
                each.handle_close()
        self._hang_up()
        for visitor in self._visitors():
            if not visitor.is_stranger:  # others are counted once it is known that they are
                visitor.count_sent()
        while True:
            connections = self._connections
            heavy = patience.too_heavy(_standings(connections))
            if heavy is None:
                return
            connections[heavy].handle_close()

    def _hang_up(self) -> None:
        """Also on who was let in just before, and began to ask only after that."""
        now_s = time.monotonic()
        for each in self._connections:
            left_s = self._left_s.get(each.phone)
            if left_s is not None and (not each.requests or now_s - left_s >= _LAST_LINE_S):
                each.hang_up()

    def _make_room(self) -> None:
        connections = self._connections
        if len(connections) >= patience.MOST_CONNECTIONS:
            self._close_first(connections)

    def _close_first(self, connections: list[Connection]) -> None:
        connections[patience.first_to_go(_standings(connections))].handle_close()

    def _is_answering(self) -> bool:
        return any(each.requests or each.total_outbufs_len for each in self._connections)


def _standings(connections: Iterable[Connection]) -> list[patience.Standing]:
    now_s, connections = time.monotonic(), list(connections)
    hosts = Counter(each.addr[0] for each in connections if each.is_stranger)
    return [each.standing(now_s, beside=hosts[each.addr[0]]) for each in connections]


def _is_trusted(caller: socket.socket, address: Any) -> bool:  # noqa: ANN401 - as accepted
    """True where this user or root asks; of another machine nobody does before there is pairing."""
    try:
        return is_trusted_visitor(address[:2], caller.getsockname()[:2])
    except OSError:
        return False


def _adjusted(app: Flask, port: int, scheme: str) -> Adjustments:
    return Adjustments(
        host=LOOPBACK,
        port=port,
        threads=THREADS,
        backlog=QUEUE,
        ident="Afterthought",
        url_scheme=scheme,
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
