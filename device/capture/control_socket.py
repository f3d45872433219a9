"""Capture's control socket: JSON, one object a line, over a Unix socket in the runtime folder.

What can be asked is in `requests`; `subscribe` is answered here: `{"ok": true}`, then events, a
line each.
What cannot be answered is `{"error": code, "sentence": ..., "advice": ...}`. No word ever.

Only this user and root are answered. A request has a longest line, a line that is silent is
closed, and there is a most of them: whoever asks, capture goes on hearing.
"""

import contextlib
import json
import queue
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from core.access.peers import is_trusted_caller
from core.errors import UserError
from core.files import clear_away
from core.sockets import socket_client

from .events import Event, LevelMeasured, as_json

ANSWER_WITHIN_S = 10.0
"""A disk that is slow delays an answer; a daemon that is gone does not answer at all."""

AGAIN_AFTER_S = 0.1

LONGEST_REQUEST = 64 * 1024
"""Bytes. The longest that means anything is a hundred."""

SILENT_S = 30.0
"""A line on which nothing is asked is closed then. Ours ask one thing and hang up."""

MOST_LINES = 64
"""Each is a thread. A page, a phone and a few commands are ten."""

LOOK_EVERY_S = 5.0
"""How often a subscriber to whom nothing is told is looked for: it may have hung up."""

EVENTS_HELD = 200
"""Of a listener that does not read, the oldest go; twenty seconds of levels."""

Answer = Callable[[dict[str, Any]], None]
Serve = Callable[[dict[str, Any], Answer], None]
"""Told every request, in a thread of the socket's, and how to answer it; once."""


class CaptureGone(UserError):
    """Nobody answers at the socket."""

    code = "capture_not_running"


class Control:
    """Serves the socket; requests go to `serve`, events to whoever subscribed."""

    def __init__(self, path: Path, serve: Serve) -> None:
        self._path = path
        self._serve = serve
        self._listeners: dict[queue.Queue[dict[str, Any]], bool] = {}
        self._server: socket.socket | None = None
        self._lines = threading.BoundedSemaphore(MOST_LINES)

    @property
    def has_listeners(self) -> bool:
        """True where somebody follows the loudness, which is told ten times a second."""
        return any(list(self._listeners.values()))

    def start(self) -> None:
        """Listen. The caller holds capture's lock, so that the path is nobody else's."""
        clear_away(self._path)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(self._path))
        self._path.chmod(0o600)
        self._server.listen(MOST_LINES)
        threading.Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def stop(self) -> None:
        """Nobody is let in any more. Idempotent."""
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
            self._path.unlink(missing_ok=True)

    def publish(self, event: Event) -> None:
        """Send it to every subscriber; never waits for one."""
        if not self._listeners:
            return
        message = as_json(event)
        for listener, wants_levels in list(self._listeners.items()):
            if isinstance(event, LevelMeasured) and not wants_levels:
                continue
            with contextlib.suppress(queue.Empty):
                if listener.full():
                    listener.get_nowait()
            with contextlib.suppress(queue.Full):
                listener.put_nowait(message)

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                if self._server is None:
                    return
                time.sleep(AGAIN_AFTER_S)  # out of descriptors, or the caller has gone already
                continue
            if not is_trusted_caller(caller):
                _turn_away(caller, _NOT_YOURS)
            elif not self._lines.acquire(blocking=False):
                _turn_away(caller, _TOO_MANY)
            else:
                threading.Thread(target=self._converse, args=(caller,), daemon=True).start()

    def _converse(self, caller: socket.socket) -> None:
        try:
            caller.settimeout(SILENT_S)
            with caller, contextlib.suppress(OSError), caller.makefile("rb") as asked:
                self._answer_lines(caller, asked)
        finally:
            self._lines.release()

    def _answer_lines(self, caller: socket.socket, asked: IO[bytes]) -> None:
        while text := asked.readline(LONGEST_REQUEST):
            if len(text) == LONGEST_REQUEST and not text.endswith(b"\n"):
                caller.sendall(_line(_TOO_LONG))
                return
            request = _read(text)
            if request is not None and request["do"] == "subscribe":
                caller.settimeout(None)
                self._stream(caller, levels=request.get("levels") is not False)
                return
            answer = self._ask(request) if request is not None else _NOT_UNDERSTOOD
            caller.sendall(_line(answer))

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._serve(request, answers.put)
        try:
            return answers.get(timeout=ANSWER_WITHIN_S)
        except queue.Empty:
            return _error("capture_stuck", "Capture does not answer.", "Start it again.")

    def _stream(self, caller: socket.socket, *, levels: bool) -> None:
        listener: queue.Queue[dict[str, Any]] = queue.Queue(EVENTS_HELD)
        self._listeners[listener] = levels
        try:
            caller.sendall(b'{"ok": true}\n')
            while not _has_hung_up(caller):
                with contextlib.suppress(queue.Empty):
                    caller.sendall(_line(listener.get(timeout=LOOK_EVERY_S)))
        finally:
            del self._listeners[listener]


def ask(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Ask the running capture. Raises CaptureGone, and UserError as it answered."""
    try:
        return socket_client.ask(path, request, patience_s=ANSWER_WITHIN_S + 5)
    except socket_client.NobodyThere as error:
        raise CaptureGone(
            "Not listening: capture is not running.",
            advice="Start everything with `afterthought run`, or capture alone with "
            "`afterthought capture`.",
        ) from error


def _read(text: bytes) -> dict[str, Any] | None:
    request = socket_client.read_object(text)
    return request if request is not None and isinstance(request.get("do"), str) else None


def _line(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode() + b"\n"


def _turn_away(caller: socket.socket, why: dict[str, Any]) -> None:
    """Say why, and hang up; never wait for somebody who does not read."""
    with caller, contextlib.suppress(OSError):
        caller.settimeout(0)
        caller.send(_line(why))


def _has_hung_up(caller: socket.socket) -> bool:
    """True where the other side has closed the line; what else it says is no matter."""
    try:
        return caller.recv(LONGEST_REQUEST, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False


def _error(code: str, sentence: str, advice: str) -> dict[str, Any]:
    return {"error": code, "sentence": sentence, "advice": advice}


_NOT_UNDERSTOOD = _error("wrong_usage", "This request is not understood.", "See docs/commands.md.")
_TOO_LONG = _error("wrong_usage", "This request is too long.", "See docs/commands.md.")
_NOT_YOURS = _error(
    "not_permitted", "This capture belongs to another user.", "Run this as the user who started it."
)
_TOO_MANY = _error("capture_stuck", "Too many ask capture at once.", "Try again in a moment.")
