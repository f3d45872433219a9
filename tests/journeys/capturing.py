"""A running capture whose microphone says a sentence, and what it tells."""

import contextlib
import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from core.paths import Home
from core.sockets import socket_client as asking
from core.sockets.socket_client import NobodyThere
from device.capture.control_socket import ask
from tests.journeys.command import COMMAND, PILL_BOX
from tests.waiting import PATIENCE_S


class Line:
    """The events of one process, in order."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(str(path))
        self._socket.sendall(b'{"do": "subscribe"}\n')
        self._lines: IO[bytes] = self._socket.makefile("rb")
        assert json.loads(self._lines.readline()) == {"ok": True}

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next event that is wanted."""
        for line in self._lines:
            event: dict[str, Any] = json.loads(line)
            if wanted(event):
                return event
        raise AssertionError("the process ended before it told")

    def until_told(self, kind: str) -> dict[str, Any]:
        return self.until(lambda event: event["event"] == kind)

    def rest(self) -> Iterator[dict[str, Any]]:
        """What it still tells, to its end."""
        with contextlib.suppress(ConnectionError):
            for line in self._lines:
                if line.endswith(b"\n"):  # the last one may be torn
                    yield json.loads(line)

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@contextlib.contextmanager
def running(*arguments: str, socket_at: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A service of ours, up when it answers at its socket; whatever happens, it ends."""
    with subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.DEVNULL) as service:
        try:
            while True:
                assert service.poll() is None, f"{arguments} ended"
                with contextlib.suppress(NobodyThere):
                    asking.ask(socket_at, {"do": "status"}, patience_s=10)
                    break
            yield service
        finally:
            service.kill()


@contextlib.contextmanager
def capture(home: Home) -> Iterator[tuple["subprocess.Popen[bytes]", Line]]:
    """A capture whose microphone says a sentence, over again from now on."""
    replay = ("--home", str(home.path), "capture", "--replay", str(PILL_BOX))
    with running(*replay, socket_at=home.capture_socket) as service:
        ask(home.capture_socket, {"do": "play"})
        line = Line(home.capture_socket)  # not before: what was said until then is nobody's
        yield service, line
        line.close()


def press_after_the_sentence(home: Home, line: Line) -> dict[str, Any]:
    line.until(lambda event: event.get("speaking") is True)
    line.until(lambda event: event.get("speaking") is False)
    return ask(home.capture_socket, {"do": "press"})
