"""A door of the page: where it listens on the network, and for whom."""

import socket
import ssl
from collections.abc import Callable
from typing import Any, Protocol

from waitress import wasyncore
from waitress.adjustments import Adjustments

from core.network.choosing import Attached, is_neighbour
from dashboard.connections import QUEUE, next_caller
from dashboard.network.counter import SentCounter
from dashboard.reach.connections import NetworkConnection


class Server(Protocol):
    """What a door needs of the server."""

    map: dict[int, Any]
    network_adj: Adjustments
    counter: SentCounter
    is_let_in: Callable[[str], bool]

    def make_room_for_visitor(self) -> None:
        """Close whoever goes first where there are too many."""


class Behind(Protocol):
    """What a door needs of whoever opened it."""

    tls_port: int

    @property
    def context(self) -> ssl.SSLContext | None:
        """For a new connection; None while there is no certificate."""

    @property
    def address(self) -> str:
        """The page's address for people; empty while there is none."""

    @property
    def hosts(self) -> frozenset[str]:
        """The names and addresses that a request may name."""


class Door(wasyncore.dispatcher):
    """Listens at one address and port. It lets in neighbours alone, before a byte is read."""

    def __init__(self, server: Server, behind: Behind, at: Attached, port: int) -> None:
        """Raises OSError where nobody may listen there, or the port is taken."""
        super().__init__(map=server.map)
        self.server, self.behind, self.at = server, behind, at
        is_v6 = at.ip.version == 6  # noqa: PLR2004 - of the Internet Protocol
        try:
            self.create_socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_STREAM)
            if is_v6:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.set_reuse_addr()
            self.bind((str(at.ip), port))
            self.listen(QUEUE)
        except OSError:
            self.close()
            raise
        self.port = int(self.socket.getsockname()[1])
        self.tls_port = behind.tls_port or self.port

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        """What is read here are connections."""

    def handle_accept(self) -> None:
        if (accepted := next_caller(self)) is None:
            return
        caller, address = accepted
        tls = self.behind.context
        if tls is None or not is_neighbour(address[0], self.at):
            caller.close()
            return
        self.server.make_room_for_visitor()
        try:
            # An answer goes out in two pieces: the second would wait 40 ms for the other side.
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            NetworkConnection(self, caller, address, tls)
        except OSError:  # gone in between
            caller.close()
