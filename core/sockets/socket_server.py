"""The other side of `socket_client`: a Unix socket on a loop, with a task for each caller.

The worker and the dashboard answer by it; capture, which has no loop, by a thread of its own.
Only this user and root are answered, and a crowd is turned away.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from core.access.peers import is_trusted_caller
from core.files import clear_away
from core.sockets.handed_files import ListeningForFiles
from core.sockets.socket_client import Told


@dataclass(frozen=True, slots=True)
class Line:
    """A caller's line."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    take_from: Callable[[int], int | None] = lambda _: None

    def take_file(self) -> int | None:
        """The open file that came last with what was read, None for none; the taker closes it."""
        return self.take_from(self.writer.get_extra_info("socket").fileno())

    async def tell(self, answer: Told) -> None:
        """Write one object. Raises ConnectionError where nobody reads any more."""
        self.writer.write(json.dumps(answer).encode() + b"\n")
        await self.writer.drain()

    async def hang_up(self) -> None:
        """Close it, whatever the other side does."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


@dataclass(frozen=True, slots=True)
class Limits:
    """How many callers there may be, the bytes of a line, and what the others are told."""

    most_lines: int
    longest_line: int
    not_yours: Told
    too_many: Told


class SocketServer:
    """Answers by `converse`, a task for each caller. Belongs to one loop.

    `converse` may end by ConnectionError or TimeoutError; the line is closed then, too.
    """

    def __init__(self, converse: Callable[[Line], Awaitable[None]], limits: Limits) -> None:
        self._converse = converse
        self._limits = limits
        self._listening: ListeningForFiles | None = None
        self._talks: dict[asyncio.Task[None], Line] = {}
        self._server: asyncio.Server | None = None
        self._is_closed = False

    async def listen(self, path: Path) -> None:
        """Answer here from now on; whatever has the name goes. Raises OSError."""
        clear_away(path)
        self._listening = ListeningForFiles()
        self._listening.bind(str(path))
        path.chmod(0o600)
        self._server = await asyncio.start_unix_server(
            self._take_up, sock=self._listening, limit=self._limits.longest_line
        )

    async def close(self) -> None:
        """Hang up on everybody, and answer no more."""
        self._is_closed = True
        if self._server is not None:
            self._server.close()
        talks = dict(self._talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        for line in talks.values():  # a talk that was cancelled before it began has closed nothing
            line.writer.transport.abort()
        await asyncio.sleep(0)  # in which they are closed

    def _take_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_closed or self._listening is None:  # it was let in while we closed
            writer.transport.abort()
            return
        line = Line(reader, writer, self._listening.take)
        talk = asyncio.create_task(self._talk(line))
        self._talks[talk] = line
        talk.add_done_callback(self._talks.pop)

    async def _talk(self, line: Line) -> None:
        try:
            with contextlib.suppress(ConnectionError, TimeoutError):
                await self._answered(line)
        finally:  # whatever went wrong: nobody waits on a line that answers no more
            await line.hang_up()

    async def _answered(self, line: Line) -> None:
        if not is_trusted_caller(line.writer.get_extra_info("socket")):
            await line.tell(self._limits.not_yours)
        elif len(self._talks) > self._limits.most_lines:
            await line.tell(self._limits.too_many)
        else:
            await self._converse(line)
