"""How fast a large file goes from one install to another by our HTTP over TLS, on loopback.

Compared, in the same run, with the same bytes through asyncio's TLS alone, without HTTP: what the
protocol costs. Both ends are in this process, so each figure is of one core.
"""

import asyncio
import contextlib
import os
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from pipeline.sync.http.client import Ask, HttpClient
from pipeline.sync.http.messages import BYTES, Answer, FilePart, Request
from pipeline.sync.http.server import HttpServer
from pipeline.sync.identity import new_identity
from pipeline.sync.tls import MembersDoor, caller_context

MB = 1 << 20
SIZE = 256 * MB
CHUNK = 256 * 1024
RUNS = 5

Way = Callable[[], Awaitable[int]]
"""Moves all of the file, and says how many bytes came."""


async def main() -> int:
    """Print the best of some runs of both, and their ratio."""
    here, there = new_identity(), new_identity()
    door = MembersDoor(here)
    door.admit({there.key: there.certificate})
    context = caller_context(there, here.certificate)
    best = {"HTTP": float("inf"), "TLS alone": float("inf")}
    with tempfile.TemporaryFile() as file:
        os.truncate(file.fileno(), SIZE)
        by_http = _by_http(file.fileno(), door, context)
        by_tls = _by_tls(file.fileno(), door, context)
        async with by_http as http, by_tls as tls:
            for _ in range(RUNS):
                for name, way in (("HTTP", http), ("TLS alone", tls)):
                    best[name] = min(best[name], await _cpu_s(way))
    speeds = {name: SIZE / MB / took for name, took in best.items()}
    told = ", ".join(f"{name} {speed:.0f} MB/s" for name, speed in speeds.items())
    print(
        f"{SIZE // MB} MB, both ends in one process, CPU time: {told}, "
        f"ratio {speeds['HTTP'] / speeds['TLS alone']:.2f}; load {os.getloadavg()[0]:.1f}"
    )
    return 0


@contextlib.asynccontextmanager
async def _by_http(file: int, door: MembersDoor, context: ssl.SSLContext) -> AsyncIterator[Way]:
    async def answer(_: Request) -> Answer:
        again = os.fdopen(os.dup(file), "rb")  # an answer's file is closed with it
        return Answer(200, FilePart(again, 0, SIZE), BYTES)

    server = HttpServer(answer, door.context, door.key_of)
    server.listen([socket.create_server(("127.0.0.1", 0))])
    client = await HttpClient.connect("127.0.0.1", server.port, context)

    async def move() -> int:
        async with client.exchange(Ask("GET", "/v1/sound")) as reply:
            return sum([len(each) async for each in reply.body.chunks(SIZE)])

    yield move
    await client.close()
    await server.close()


@contextlib.asynccontextmanager
async def _by_tls(file: int, door: MembersDoor, context: ssl.SSLContext) -> AsyncIterator[Way]:
    async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for start in range(0, SIZE, CHUNK):
            writer.write(os.pread(file, CHUNK, start))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(send, "127.0.0.1", 0, ssl=door.context)
    port = server.sockets[0].getsockname()[1]

    async def move() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, limit=CHUNK)
        total = 0
        while piece := await reader.read(CHUNK):
            total += len(piece)
        writer.close()
        return total

    yield move
    server.close()


async def _cpu_s(way: Way) -> float:
    """CPU seconds of this process for one whole transfer: no other program's load is in them."""
    began_s = time.process_time()
    moved = await way()
    assert moved == SIZE
    return time.process_time() - began_s


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
