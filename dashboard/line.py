"""A line to a process of ours: JSON, one object a line, over its Unix socket.

Capture and the worker speak alike. The client is written here, and not taken from the
worker's module, because that one brings FFmpeg along: 30 MB that this process does not need.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from core.errors import UserError

Told = dict[str, Any]

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes. A query's vector is some 2 kB."""

PATIENCE_S = 2.0
"""Both answer within milliseconds; who takes longer is stuck, and the page must not be."""


class NobodyThere(Exception):
    """No process answers at this socket, or not in time."""


class Declined(UserError):
    """The other side's own sentence about why it did not do what was asked."""

    code = "declined"


async def ask(socket: Path, request: Told, patience_s: float = PATIENCE_S) -> Told:
    """The answer to one request. Raises NobodyThere, and Declined with the other's sentence."""
    try:
        async with asyncio.timeout(patience_s), _opened(socket) as (reader, writer):
            answer = await _asked(reader, writer, request)
    except TimeoutError as error:
        raise NobodyThere from error
    if "error" in answer:
        raise Declined(answer["sentence"], advice=answer.get("advice", ""))
    return answer


async def events(socket: Path) -> AsyncIterator[Told]:
    """What happens there from now on; `{"event": "subscribed"}` comes first. Raises NobodyThere."""
    async with _opened(socket) as (reader, writer):
        await _asked(reader, writer, {"do": "subscribe"})
        yield {"event": "subscribed"}
        while True:
            yield await _next(reader)


@contextlib.asynccontextmanager
async def _opened(
    socket: Path,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    try:
        reader, writer = await asyncio.open_unix_connection(socket, limit=LONGEST_LINE)
    except OSError as error:
        raise NobodyThere from error
    try:
        yield reader, writer
    finally:
        writer.close()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Told) -> Told:
    try:
        writer.write(json.dumps(request).encode() + b"\n")
        await writer.drain()
        return await _next(reader)
    except ConnectionError as error:
        raise NobodyThere from error


async def _next(reader: asyncio.StreamReader) -> Told:
    try:
        line = await reader.readline()
        told = json.loads(line) if line else None
    except (ConnectionError, ValueError) as error:
        raise NobodyThere from error
    if not isinstance(told, dict):
        raise NobodyThere
    return told
