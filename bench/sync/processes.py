"""Installs whose sync is a process of its own, over sockets that break by chance."""

import asyncio
import contextlib
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.sync.address_book import note_address

from .copies import Copies
from .installs import Install

_HERE = "127.0.0.1"
_CHUNK = 16 * 1024
_NOT_GIVEN = (15_000, 32_000)
"""Linux takes the ports of outgoing connections from 32768 on."""


@dataclass(slots=True)
class BadLine:
    """A way to a port of this machine: what is sent is late by chance, or cut for good."""

    to_port: int
    chance: random.Random
    share: float
    port: int = 0
    cuts: int = 0
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def open(self) -> asyncio.Server:
        """Begin to carry, at `port`."""
        server = await asyncio.start_server(self._carry, _HERE, 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, onwards = await asyncio.open_connection(_HERE, self.to_port)
        except OSError:
            writer.transport.abort()
            return
        ways = [
            asyncio.create_task(self._one_way(reader, onwards)),
            asyncio.create_task(self._one_way(there, writer)),
        ]
        self._tasks.update(ways)
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for each in (writer, onwards):
            each.transport.abort()

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while content := await reader.read(_CHUNK):
                if self.chance.random() < self.share:
                    self.cuts += 1
                    writer.write(content[: self.chance.randrange(len(content))])
                    return
                await asyncio.sleep(self.chance.choice((0, 0, 0.01, 0.1)))
                writer.write(content)
                await writer.drain()


@dataclass(slots=True)
class Service:
    """The process of `sync` of an install."""

    install: Install
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    kills: int = 0

    @property
    def log(self) -> Path:
        return self.install.home.with_suffix(".log")

    def start(self) -> None:
        """Have it run; it is left as it is where it does."""
        if self.process is None:
            line = [sys.executable, "-m", "afterthought", "--home", str(self.install.home), "sync"]
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(line, stderr=log)

    def kill(self) -> None:
        """End it as a lost current does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process, self.kills = None, self.kills + 1

    async def answers(self) -> None:
        """Return once it listens."""
        while True:
            self.must_run()
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(_HERE, self.port)
                writer.close()
                return
            await asyncio.sleep(0.2)

    def must_run(self) -> None:
        """Raises AssertionError where it ended by itself."""
        ended = self.process is not None and self.process.poll() is not None
        assert not ended, self.log.read_text(errors="replace")[-2000:]


@contextlib.asynccontextmanager
async def services(
    copies: Copies, chance: random.Random, share: float
) -> AsyncIterator[tuple[list[Service], list[BadLine]]]:
    """A process for each, not started yet; they know each other by bad lines.

    Each is stopped before its copy is touched from outside, and goes on after it.
    """
    all_ = copies.all_
    found = [Service(each, port) for each, port in zip(all_, free_ports(len(all_)), strict=True)]
    lines: list[BadLine] = []

    def reopened(one: Install) -> None:
        found[one.number].install = one
        found[one.number].start()

    async with contextlib.AsyncExitStack() as stack:
        for each in found:
            settings = f'[sync]\nport = {each.port}\nwhen = "always"\n'
            settings += chance.choice(("", "sound_leaves_after_days = 1\n"))
            (each.install.home / "settings.toml").write_text(settings)
            stack.callback(each.kill)
        for one in found:
            for other in found:
                if one is not other:
                    line = BadLine(other.port, chance, share)
                    await stack.enter_async_context(await line.open())
                    lines.append(line)
                    knows(one, other, line.port)
        copies.stop = lambda number: found[number].kill()
        copies.reopened = reopened
        yield found, lines


def knows(one: Service, other: Service, port: int) -> None:
    """From now on the one calls the other at this port first."""
    note_address(one.install.home, other.install.identity.key, (_HERE, port))


def free_ports(number: int) -> list[int]:
    """So many ports at which nobody listens, and which no connection is given by itself."""
    found: set[int] = set()
    while len(found) < number:
        port = random.randrange(*_NOT_GIVEN)
        with contextlib.suppress(OSError), socket.socket() as each:
            each.bind((_HERE, port))
            found.add(port)
    return [*found]
