"""A connection to the page: waitress's, with time limits and our own sentences.

waitress reads a request whole before a thread answers it, and writes the answer from its loop.
It knows no time limit but for silence. TLS is in `dashboard/reach/connections.py`.
"""

import contextlib
import socket
import struct
import time
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge

from dashboard.patience import Standing
from dashboard.sentences import say

QUEUE = 256
"""Connections that may wait to be accepted; beyond that the browser asks again."""

_CHUNK_BYTES = 64 * 1024
"""Of a file that is sent: as much as is read at once and may be read again for nothing."""

MOST_FROM_STRANGERS_BYTES = 4096
"""Of a body: what is sent to be let in is a code and a word. A note comes from who is let in."""

_LONGEST_LINE_BYTES = 1024
"""Of what stands around the pieces of a body, or before a request: a few bytes are sent there."""

_MOST_IN_A_ROW = 8
"""Requests that wait on one connection. No browser sends the next before the answer."""

_REQUEST_BYTES = 4096
"""What a request takes in memory beside its body: 2.5 kB with a dozen headers (x86)."""

_NOTHING_MORE = struct.pack("ii", 1, 0)
"""SO_LINGER of no second: closing throws away what waits to be sent (socket(7))."""


def next_caller(door: wasyncore.dispatcher) -> tuple[socket.socket, Any] | None:
    """Whoever is next at this door, and their address; None where nobody is any more."""
    with contextlib.suppress(OSError):  # gone already, or no descriptor is left
        accepted: tuple[socket.socket, Any] | None = door.accept()
        return accepted
    return None


class NotYours(Error):
    """Another user of this machine asks."""

    code = 403
    reason = "Forbidden"


class SentOn(Error):
    """Another user of this machine asks, and may come by network."""

    code = 303
    reason = "See Other"


class Answerless(ErrorTask):
    """What is answered without asking the app: a sentence and the next step, no word of theirs."""

    def execute(self) -> None:
        error = self.request.error
        sentence = say.of("connection", error.code) or say("connection.not_understood")
        body = f"{sentence}\n".encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            *self.channel.headers_beside(self.request),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        self.content_length = len(body)
        self.set_close_on_finish()
        self.channel.reads_to_the_end = True
        self.write(body)


class Request(HTTPRequestParser):
    """A request as it comes in. Whatever it is, it is read or it is an error; nothing is raised."""

    adj: Adjustments
    completed: bool
    error: Error | None
    body_rcv: Any
    header_plus: bytes
    path = ""
    _blank_bytes = 0

    def received(self, data: bytes) -> int:
        has_begun = self.header_plus or self.body_rcv is not None
        blank_bytes = 0 if has_begun else len(data) - len(data.lstrip())
        self._blank_bytes += blank_bytes
        taken = blank_bytes
        if blank_bytes < len(data):
            taken += int(super().received(data[blank_bytes:]))
        if self._blank_bytes > _LONGEST_LINE_BYTES:  # each would be a request of its own
            self._end(BadRequest(""))
        elif self._line_bytes() > _LONGEST_LINE_BYTES:
            self._end(RequestEntityTooLarge(""))
        if self.error is not None:
            self.expect_continue = False
        return taken

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # an address like `http://[`, a length of thousands of digits
            raise ParsingError("not understood") from error

    def held_bytes(self) -> int:
        """What it takes of memory, without a body that lies in a file."""
        body = None if self.body_rcv is None else self.body_rcv.getbuf()
        body_bytes = 0 if body is None or body.overflowed else int(body.__len__())
        return _REQUEST_BYTES + len(self.header_plus) + self._line_bytes() + body_bytes

    def _line_bytes(self) -> int:
        """Of the line that is coming between the pieces of a body, or behind the last of them."""
        pieces = self.body_rcv if self.chunked else None
        return 0 if pieces is None else len(pieces.control_line + pieces.trailer)

    def _end(self, error: Error) -> None:
        """Read no more of it; that it had an error of its own before changes nothing."""
        self.error, self.completed = self.error or error, True


class OneTooMany(Request):
    """Whatever comes behind requests enough: the last thing that is answered here."""

    def received(self, data: bytes) -> int:
        self._end(BadRequest(""))
        return len(data)


class StrangersRequest(Request):
    """A request of another user: refused at the end of its headers, whatever is in them."""

    refusal: type[Error] = NotYours

    def received(self, data: bytes) -> int:
        taken = super().received(data)
        if self.headers_finished or self.completed:
            self.error = self.refusal("")
            self.completed = True
            self.expect_continue = False
        return taken


class StrangersRequestSentOn(StrangersRequest):
    """The same, and there is an address at which they may be let in."""

    refusal = SentOn


class Connection(HTTPChannel):
    """One connection. Its loop's thread reads and writes, one other at a time answers."""

    will_close: bool
    request_class: type[Request] = Request
    error_task_class = Answerless
    is_stranger = False
    _sent_on_to = ""
    phone = ""
    """The id of the phone that is signed in here; empty where none is."""

    reads_to_the_end = False
    """Whether it is closed only once the other side has said all: what is closed with bytes unread
    is reset, and the answer is lost on its way."""

    def __init__(self, server: Any, sock: socket.socket, addr: Any, adj: Any, map: Any) -> None:  # noqa: A002, ANN401 - waitress's own
        self._moved_s = time.monotonic()
        self._sent_bytes = 0
        self._asked: tuple[object, float] | None = None
        self._reading: tuple[int, float] | None = None
        self._has_answered = False
        super().__init__(server, sock, addr, adj, map=map)
        self.sendbuf_len = _CHUNK_BYTES

    def refuse(self, elsewhere: str) -> None:
        """Whatever is asked here is refused: it is another user who asks.

        `elsewhere` is where they may come, and are let in like a phone; empty where nowhere.
        """
        self.is_stranger, self._sent_on_to = True, elsewhere
        self.request_class = StrangersRequestSentOn if elsewhere else StrangersRequest

    def parser_class(self, adj: Adjustments) -> Request:
        """The request that comes next. waitress has a class here."""
        is_enough = len(self.requests) >= _MOST_IN_A_ROW
        return OneTooMany(adj) if is_enough else self.request_class(adj)

    def hang_up(self) -> None:
        """Close it at once: what the system has not sent yet does not go either."""
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOTHING_MORE)
        self.handle_close()

    def headers_beside(self, request: Request) -> list[tuple[str, str]]:
        """More headers of an answer that the app is not asked for."""
        is_sent_on = isinstance(request.error, SentOn)
        return [("Location", f"{self._sent_on_to}/")] if is_sent_on else []

    def standing(self, now_s: float, beside: int = 0) -> Standing:
        """How it stands; to be asked now and then: since when it does something is seen here."""
        request, to_send = self.request, self.total_outbufs_len
        coming = self._coming()
        if coming is None:
            self._asked = None
        elif self._asked is None or self._asked[0] is not coming:
            self._asked = coming, now_s
        if not to_send:
            self._reading = None
        elif self._reading is None:
            self._reading = self._sent_bytes, now_s
        has_headers = request is not None and request.headers_finished
        return Standing(
            is_stranger=self.is_stranger,
            works=bool(self.requests),
            still_s=now_s - self._moved_s,
            asking_s=None if self._asked is None else now_s - self._asked[1],
            asked_bytes=request.body_bytes_received if has_headers else None,
            reading_s=None if self._reading is None else now_s - self._reading[1],
            read_bytes=0 if self._reading is None else self._sent_bytes - self._reading[0],
            held_bytes=self._held_bytes(request),
            beside=beside,
        )

    def handle_read(self) -> None:
        self._moved_s = time.monotonic()
        super().handle_read()

    def received(self, data: bytes) -> bool:
        return not self._has_answered and bool(super().received(data))

    def handle_close(self) -> None:
        is_done = self.will_close and self.connected and not self.total_outbufs_len
        if is_done and self.reads_to_the_end and not self._has_answered:
            self._has_answered = True
            self.will_close = False
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                return
        super().handle_close()

    def send(self, data: bytes, do_close: bool = True) -> int:  # noqa: FBT001, FBT002 - waitress's
        sent: int = self._send(data, do_close)
        if sent:
            self._moved_s = time.monotonic()
            self._sent_bytes += sent
        return sent

    def _send(self, data: bytes, do_close: bool) -> int:  # noqa: FBT001 - waitress's
        sent: int = super().send(data, do_close)
        return sent

    def _coming(self) -> object | None:
        """What the other side is about to say: a request, or its end after an answer of ours."""
        return self if self._has_answered else self.request

    def _held_bytes(self, request: Request | None) -> int:
        """A file that is sent is read as it goes; a body that went into a file is held there."""
        files = (each for each in tuple(self.outbufs) if isinstance(each, ReadOnlyFileBasedBuffer))
        to_send = self.total_outbufs_len - sum(each.__len__() for each in files)
        asked = [*self.requests, *([] if request is None else [request])]
        return int(max(0, to_send) + sum(each.held_bytes() for each in asked))
