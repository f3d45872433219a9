"""Whoever opens a pairing, shows its secret, or presses."""

import contextlib
import json
import re
import socket
import time
from pathlib import Path
from typing import Any

from core.paths import Home
from dashboard.sign_in.confirming import PRESSES
from device.ports import Edge
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.tls import Answer, TlsPage


class Command:
    """Whoever runs `pair`, over the same socket."""

    def __init__(self, home: Path) -> None:
        self.line = socket.socket(socket.AF_UNIX)
        self.line.settimeout(20)
        self.line.connect(str(Home(home).page_socket))
        self._told = self.line.makefile("rb")
        self.ask(do="pair")
        self.opened = self.next()

    def ask(self, **request: Any) -> None:
        self.line.sendall(json.dumps(request).encode() + b"\n")

    def next(self, *kinds: str) -> dict[str, Any]:
        """The next event, or the next of these kinds."""
        while True:
            event = json.loads(self._told.readline())
            assert isinstance(event, dict)
            if not kinds or event.get("event") in kinds:
                return event

    def hears_to_the_end(self) -> None:
        """Return once the other side has hung up."""
        with contextlib.suppress(ConnectionError):
            self._told.read()

    def close(self) -> None:
        self._told.close()
        self.line.close()

    @property
    def secret(self) -> str:
        return str(self.opened["url"]).partition("#")[2]


def show(page: TlsPage, secret: str, visit: str = "a", **fields: str) -> Answer:
    """A phone shows this secret."""
    body = "&".join(f"{k}={v}" for k, v in {"secret": secret, "visit": visit, **fields}.items())
    return page.ask("/pair", "POST", body=body)


def token_of(answer: Answer) -> str:
    found = re.match(r"__Host-afterthought=([\w-]+);", answer.headers["Set-Cookie"])
    assert found is not None
    return found[1]


def press(capture: RealCapture) -> None:
    capture.capture.inbox.put(Edge(down=True, at_s=time.monotonic()))
    capture.capture.inbox.put(Edge(down=False, at_s=time.monotonic()))


def press_often(capture: RealCapture, times: int = PRESSES) -> None:
    """As often as it takes to confirm what must not be confirmed by chance, or so often."""
    for _ in range(times):
        press(capture)
        time.sleep(0.1)  # a finger comes up in between
