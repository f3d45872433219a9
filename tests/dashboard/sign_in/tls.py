"""The page over TLS, with the certificates of a real authority, on loopback."""

import contextlib
import http.client
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask

from core.paths import Home, state_folder
from dashboard.app import close, create_app, end_streams, lets_in, watch_phones
from dashboard.reach.reached import Reached
from dashboard.sign_in.cookie import COOKIE
from dashboard.sign_in.phones import hash_of, new_token
from dashboard.sign_in.sign_ins import SignIns
from tests.dashboard.reach.doors import Served, opened


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class TlsPage:
    """The page as a phone on the network sees it, by the device's name."""

    app: Flask
    door: Served
    line: http.client.HTTPConnection | None = None
    """A connection that stays; without one, each question has its own."""

    @property
    def host(self) -> str:
        return self.door.host

    @property
    def port(self) -> int:
        return self.door.port

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        token: str | None = None,
        body: str | None = None,
        name: str | None = None,
        **headers: str,
    ) -> Answer:
        """What is answered; the certificate is verified, and no redirect followed."""
        name = name or self.host
        told = {"Host": f"{name}:{self.port}", "Accept": "text/html", **headers}
        if token is not None:
            told["Cookie"] = f"{COOKIE}={token}"
        if body is not None:
            told["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.ExitStack() as ended:
            line = self.line or ended.enter_context(contextlib.closing(self.connect(name)))
            line.request(method, path, body, told)
            answer = line.getresponse()
            headers = dict(answer.getheaders())
            is_endless = headers.get("Content-Type", "").startswith("text/event-stream")
            return Answer(answer.status, headers, b"" if is_endless else answer.read())

    @contextlib.contextmanager
    def over_one_line(self, name: str | None = None) -> Iterator["TlsPage"]:
        """This page, whose every question goes over one connection, to this name of it."""
        with contextlib.closing(self.connect(name)) as line:
            yield replace(self, line=line)

    def connect(self, name: str | None = None) -> http.client.HTTPConnection:
        """A line of TLS to the device's own name, or to another of its names."""
        line = http.client.HTTPConnection(self.host, self.port, timeout=30)
        line.sock = self.door.tls(name or self.host)
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    @property
    def sign_ins(self) -> SignIns:
        found = self.app.extensions["context"].sign_ins
        assert isinstance(found, SignIns)
        return found

    def signed_in(self, name: str = "A phone") -> str:
        """The token of a phone that is let in."""
        token = new_token()
        hashed = hash_of(token)
        assert hashed is not None
        self.sign_ins.admit(hashed, name)
        return token


@contextlib.contextmanager
def over_tls(home: Path) -> Iterator[TlsPage]:
    """The app on this home behind a door, with a certificate for its name."""
    reached = [Reached()]
    app = create_app(Home(home), reached=lambda: reached[0])
    look = app.extensions["context"].sign_ins.look
    with opened(app, state_folder(home) / "certificates", looking=look) as door:
        watch_phones(app, door.page.hang_up_on)
        door.page.is_let_in = lets_in(app)
        url = f"https://{door.host}:{door.port}"
        fingerprint = door.behind.leaves.fingerprint
        reached[0] = Reached(door.behind.hosts, url, fingerprint, door.host)
        try:
            yield TlsPage(app, door)
        finally:
            end_streams(app)
    close(app)
