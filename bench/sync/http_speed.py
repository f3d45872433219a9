"""How fast a large file goes from one install to another by our HTTP over TLS, on loopback.

Compared, in the same run, with the same bytes through asyncio's TLS alone, without HTTP: what the
protocol costs. Both ends are in this process, so each figure is of one core.
"""

import asyncio
import os
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable

from pipeline.sync.http.client import Ask, HttpClient
from pipeline.sync.http.messages import BYTES, Answer, FilePart, Request
from pipeline.sync.http.server import HttpServer
from pipeline.sync.identity import new_identity
from pipeline.sync.tls import MembersDoor, caller_context

MB = 1 << 20
SIZE = 256 * MB
CHUNK = 256 * 1024
RUNS = 5


async def main() -> int:
    """Print the best of some runs of both, and their ratio."""
    here, there = new_identity(), new_identity()
    door = MembersDoor(here)
    door.admit({there.key: there.certificate})
    with tempfile.TemporaryFile() as file:
        os.truncate(file.fileno(), SIZE)

        async def answer(_: Request) -> Answer:
            again = os.fdopen(os.dup(file.fileno()), "rb")  # an answer's file is closed with it
            return Answer(200, FilePart(again, 0, SIZE), BYTES)

        async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for start in range(0, SIZE, CHUNK):
                writer.write(os.pread(file.fileno(), CHUNK, start))
                await writer.drain()
            writer.close()

        server = HttpServer(answer, door.context, door.key_of)
        server.listen([socket.create_server(("127.0.0.1", 0))])
        bare = await asyncio.start_server(plain, "127.0.0.1", 0, ssl=door.context)
        context = caller_context(there, here.certificate)
        client = await HttpClient.connect("127.0.0.1", server.port, context)

        async def by_http() -> int:
            async with client.exchange(Ask("GET", "/v1/sound")) as reply:
                return sum([len(each) async for each in reply.body.chunks(SIZE)])

        async def by_tls() -> int:
            port = bare.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=context, limit=CHUNK
            )
            total = 0
            while piece := await reader.read(CHUNK):
                total += len(piece)
            writer.close()
            return total

        best = {"http": float("inf"), "tls": float("inf")}
        for _ in range(RUNS):
            for name, way in (("http", by_http), ("tls", by_tls)):
                best[name] = min(best[name], await _cpu_s(way))
        await client.close()
        await server.close()
        bare.close()
    speeds = {name: SIZE / MB / took for name, took in best.items()}
    print(
        f"{SIZE // MB} MB, both ends in one process, CPU time: HTTP {speeds['http']:.0f} MB/s, "
        f"TLS alone {speeds['tls']:.0f} MB/s, ratio {speeds['http'] / speeds['tls']:.2f}; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    return 0


async def _cpu_s(way: Callable[[], Awaitable[int]]) -> float:
    """CPU seconds of this process for one whole transfer: no other program's load is in them."""
    began_s = time.process_time()
    moved = await way()
    assert moved == SIZE
    return time.process_time() - began_s


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
