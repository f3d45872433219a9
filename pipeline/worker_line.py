"""A line to a running worker, for other processes. The table of asks is in `worker_socket.py`."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import UserError
from pipeline.model_service import Vectors

LONGEST_LINE = 64 * 1024 * 1024
"""A thousand vectors fit many times over; what is longer is a mistake."""


class WorkerGone(Exception):
    """Nobody answers at the socket, or not any more."""


class WorkerLine:
    """A line to a running worker. Every call raises WorkerGone when nobody is there."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def wake(self) -> None:
        """Have the spool looked at now."""
        await self._ask({"do": "wake"})

    async def status(self) -> dict[str, Any]:
        """How things stand with the worker, in numbers."""
        return await self._ask({"do": "status"})

    async def embed(self, texts: list[str]) -> Vectors:
        """Vectors of queries, float32 (n, dimensions). Raises UserError as the worker did."""
        answer = await self._ask({"do": "embed", "texts": texts})
        flat = np.frombuffer(base64.b64decode(answer["vectors"]), "<f4")
        return flat.reshape(len(texts), answer["dimensions"])

    async def subscribe(self) -> None:
        """From now on, `next_event` gives what happens; nothing else may be asked here."""
        await self._ask({"do": "subscribe"})

    async def next_event(self) -> dict[str, Any]:
        """The next thing that happened at the worker."""
        line = await self._reader.readline()
        if not line:
            raise WorkerGone
        event: dict[str, Any] = json.loads(line)
        return event

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            self._writer.write(json.dumps(request).encode() + b"\n")
            await self._writer.drain()
            answer = await self.next_event()
        except ConnectionError as error:
            raise WorkerGone from error
        if "error" in answer:
            raise _Refused(answer["sentence"], advice=answer["advice"])
        return answer


@contextlib.asynccontextmanager
async def worker_line(path: Path) -> AsyncIterator[WorkerLine]:
    """A line to the worker at this socket. Raises WorkerGone."""
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LONGEST_LINE)
    except OSError as error:
        raise WorkerGone from error
    try:
        yield WorkerLine(reader, writer)
    finally:
        await hang_up(writer)


class _Refused(UserError):
    """What the worker refused, with its own sentence."""


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close a line, whatever the other side does."""
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
