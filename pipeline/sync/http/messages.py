"""Requests and answers, as values."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from core.errors import UserError

from .bodies import Body
from .errors import RequestRefused
from .pace import Pace

JSON = "application/json"
LINES = "application/x-ndjson"
BYTES = "application/octet-stream"

Headers = Mapping[str, str]
"""By their names in lower case."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the other side is waited for, in seconds; `idle_s` is for the next request.

    A body may take as long as it likes if, after a `grace_s`, so many bytes a second have come.
    `pace` has what goes and comes wait where it is limited.
    """

    handshake_s: float = 10.0
    idle_s: float = 120.0
    head_s: float = 30.0
    chunk_s: float = 30.0
    grace_s: float = 30.0
    slowest_bytes_s: int = 2048
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class FilePart:
    """A stretch of an open file, to be sent.

    Whoever asks closes it; that of an answer is closed once it was sent.
    """

    file: BinaryIO
    start: int
    bytes: int


Content = bytes | FilePart


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, from this address, by the install with this key.

    That is 64 hex digits; empty in an introduction. `ended` is done once the connection is over.
    """

    method: str
    path: str
    headers: Headers
    body: Body
    peer: str
    address: str
    ended: asyncio.Future[None] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. Texts are compressed where the other side takes that."""

    status: int = 200
    content: Content = b""
    kind: str = JSON
    headers: Headers = field(default_factory=dict)


Handler = Callable[[Request], Awaitable[Answer]]
"""May raise UserError, whose sentence is then told; a RequestRefused says with which status."""


def json_answer(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value, separators=(",", ":")).encode())


def lines_answer(lines: Iterable[bytes]) -> Answer:
    """JSON Lines; each has its line feed already."""
    return Answer(200, b"".join(lines), LINES)


def refusal(error: UserError) -> Answer:
    """The error as it is told to the other side."""
    status = error.status if isinstance(error, RequestRefused) else 400
    told = {"error": error.sentence, "code": error.code, "advice": error.advice}
    return json_answer(told, status)
