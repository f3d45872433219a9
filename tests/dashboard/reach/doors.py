"""A door of the page on this machine's own loopback network, with certificates of its own."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_interface
from pathlib import Path

from flask import Flask

from core.clock import SystemClock
from core.network.choosing import Attached
from dashboard.certificates.folder import CertificateFolder
from dashboard.certificates.leaves import known_time
from dashboard.certificates.owners import OwnersFiles
from dashboard.reach.doors import Door
from dashboard.reach.leaf_contexts import LeafContexts
from dashboard.reach.owners_leaf import OwnersLeaf
from dashboard.server import PageServer, make_server

HERE = "127.0.0.1"
ADDRESS = ip_interface("192.168.1.7/24").ip
"""What the certificate for the addresses names: no authority of ours signs loopback."""


@dataclass(slots=True)
class Behind:
    """What the door needs, as it is at an instant."""

    leaves: LeafContexts
    hosts: frozenset[str]
    tls_port: int = 0
    address: str = ""

    @property
    def context(self) -> ssl.SSLContext | None:
        return self.leaves.context


@dataclass(frozen=True, slots=True)
class Served:
    """A page with a door: who trusts its root is a phone."""

    page: PageServer
    behind: Behind
    folder: CertificateFolder
    port: int

    @property
    def host(self) -> str:
        return self.behind.leaves.host

    def plain(self) -> socket.socket:
        return socket.create_connection((HERE, self.port), timeout=30)

    def tls(self, name: str | None = None) -> ssl.SSLSocket:
        """A handshake as a phone that trusts the authority does it, by name or by address."""
        trusting = ssl.create_default_context(cafile=str(self.folder.root))
        return trusting.wrap_socket(self.plain(), server_hostname=name or str(ADDRESS))

    def answer(self, raw: bytes, name: str | None = None) -> bytes:
        """What is answered over TLS, to the end."""
        with self.tls(name) as line:
            return answer_on(line, raw)


def answer_on(line: socket.socket, raw: bytes) -> bytes:
    line.sendall(raw)
    return b"".join(iter(lambda: line.recv(65536), b""))


def asking(host: str, target: str = "/", more: str = "") -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode()


@contextlib.contextmanager
def opened(
    app: Flask,
    folder: Path,
    subnet: str = "127.0.0.1/8",
    owners: OwnersFiles | None = None,
    *,
    looking: Callable[[], None] = lambda: None,
) -> Iterator[Served]:
    """The app with a door at loopback, whose neighbours are those of `subnet`."""
    certificates = CertificateFolder(folder)
    certificates.renew(b"", [ADDRESS], known_time(SystemClock().now_ms()))
    leaves = LeafContexts(certificates, OwnersLeaf(owners, SystemClock()), b"")
    leaves.look()
    page = make_server(app, 0)
    behind = Behind(leaves, frozenset({leaves.host, HERE, *leaves.owners.names}))
    door = Door(page, behind, Attached("lo", 1, ip_interface(subnet)), 0)
    serving = threading.Thread(target=page.serve, kwargs={"looking": looking})
    serving.start()
    try:
        yield Served(page, behind, certificates, door.port)
    finally:
        page.stop()
        serving.join(20)
        assert not serving.is_alive()
