"""A line to another process of ours: JSON, one object a line, over its Unix socket.

Capture (`device/capture/control_socket.py`) and the worker
(`pipeline/worker/worker_socket.py`) speak alike.
"""

import contextlib
import json
import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from core.errors import UserError

Told = dict[str, Any]

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes of an answer. A thousand vectors are 2 MB; what is longer is a mistake."""


class NobodyThere(Exception):
    """No process answers at this socket, or not in time, or not any more."""


class Declined(UserError):
    """The other side's own sentence about why it did not do what was asked.

    `error` is its code for that, as in `models_failed`.
    """

    code = "declined"

    def __init__(self, sentence: str, *, advice: str, error: str = "") -> None:
        super().__init__(sentence, advice=advice)
        self.error = error


def answers(path: Path) -> bool:
    """True where a process of ours listens at this socket now."""
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(str(path)) == 0


def ask(path: Path, request: Told, *, patience_s: float, file: int | None = None) -> Told:
    """The answer to one request. Raises NobodyThere, and Declined with the other's sentence.

    An open file that is handed over with it stays the caller's to close. Blocks: on an event
    loop, send it to a thread.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(patience_s)
        return ask_over(line, path, request, file=file)


def ask_over(line: socket.socket, path: Path, request: Told, *, file: int | None = None) -> Told:
    """As `ask`, over a line that is not connected yet.

    Whoever shuts it down meanwhile takes back what was asked: NobodyThere is raised.
    """
    try:
        line.connect(str(path))
        with contextlib.suppress(BrokenPipeError):  # turned away unheard, and told why
            _hand_over(line, file)
            line.sendall(_line(request))
        with line.makefile("rb") as answers:
            return _accepted(_read(answers.readline(LONGEST_LINE)))
    except OSError as error:  # a timeout is one, too
        raise NobodyThere from error


async def ask_and_wait(path: Path, request: Told, *, file: int | None = None) -> Told:
    """As `ask`, for what may take hours: it waits as long as the other side is there.

    Whoever is cancelled meanwhile hangs up.
    """
    import asyncio  # noqa: PLC0415 - as in `events`

    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.connect(str(path))
        _hand_over(line, file)
        reader, writer = await asyncio.open_unix_connection(sock=line, limit=LONGEST_LINE)
    except OSError as error:
        line.close()
        raise NobodyThere from error
    with contextlib.closing(writer):
        try:
            writer.write(_line(request))
            return _accepted(_read(await reader.readline()))
        except (ConnectionError, ValueError) as error:
            raise NobodyThere from error


async def events(path: Path, **wanted: bool) -> AsyncGenerator[Told, None]:
    """The events from now on; `{"event": "subscribed"}` comes first. Raises NobodyThere.

    Capture leaves the loudness out with `levels=False`.
    """
    import asyncio  # noqa: PLC0415 - capture asks without a loop, and need not carry one

    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LONGEST_LINE)
    except OSError as error:
        raise NobodyThere from error
    with contextlib.closing(writer):
        try:
            writer.write(_line({"do": "subscribe", **wanted}))
            _accepted(_read(await reader.readline()))
            yield {"event": "subscribed"}
            while True:
                yield _read(await reader.readline())
        except (ConnectionError, ValueError) as error:
            raise NobodyThere from error


def _hand_over(line: socket.socket, file: int | None) -> None:
    """It goes with the first byte, a space before the request."""
    if file is not None:
        socket.send_fds(line, [b" "], [file])


def _line(request: Told) -> bytes:
    return json.dumps(request).encode() + b"\n"


def read_object(line: bytes) -> Told | None:
    """The JSON object on a line; None for anything else, whatever it is and however deep."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _read(line: bytes) -> Told:
    told = read_object(line)  # an end is none, and neither is a line that was cut
    if told is None:
        raise NobodyThere
    return told


def _accepted(answer: Told) -> Told:
    if "error" in answer:
        advice, error = str(answer.get("advice", "")), str(answer["error"])
        raise Declined(str(answer.get("sentence")), advice=advice, error=error)
    return answer
