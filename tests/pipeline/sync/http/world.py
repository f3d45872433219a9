"""Two installs over loopback: one that answers, and one that asks."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pipeline.sync.http.client import HttpClient
from pipeline.sync.http.messages import Answer, Handler, Patience, Request, json_answer
from pipeline.sync.http.server import HttpServer, Limits
from pipeline.sync.identity import Identity, new_identity
from pipeline.sync.tls import MembersDoor, caller_context
from tests.waiting import PATIENCE_S

MB = 1 << 20

PATIENT = Patience(
    handshake_s=PATIENCE_S,
    idle_s=PATIENCE_S,
    head_s=PATIENCE_S,
    chunk_s=PATIENCE_S,
    grace_s=PATIENCE_S,
)
"""On a machine that is busy with others nothing is late."""


@dataclass
class World:
    """Where the laptop answers the pendant."""

    laptop: Identity
    pendant: Identity
    door: MembersDoor
    port: int
    clients: list[HttpClient] = field(default_factory=list)

    async def call(self, patience: Patience | None = None) -> HttpClient:
        client = await HttpClient.connect(
            "127.0.0.1", self.port, self.context(), self.laptop.certificate, patience or PATIENT
        )
        self.clients.append(client)
        return client

    def context(self) -> ssl.SSLContext:
        return caller_context(self.pendant, self.laptop.certificate)

    async def raw(self, *pieces: bytes) -> bytes:
        """What comes back for these bytes, until the other side hangs up."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.context(), ssl_shutdown_timeout=1
        )
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await reader.read()
        finally:
            writer.transport.abort()


@asynccontextmanager
async def answering(
    handler: Handler, patience: Patience | None = None, most_connections: int = 24
) -> AsyncIterator[World]:
    laptop, pendant = new_identity(), new_identity()
    door = MembersDoor(laptop)
    door.admit({pendant.key: pendant.certificate})
    limits = Limits(most_connections)
    server = HttpServer(
        handler, door.context, door.key_of, patience=patience or PATIENT, limits=limits
    )
    server.listen([socket.create_server(("127.0.0.1", 0))])
    world = World(laptop, pendant, door, server.port)
    try:
        yield world
    finally:
        for client in world.clients:
            await client.close()
        await server.close()


async def echo(request: Request) -> Answer:
    """Says what was asked."""
    content = await request.body.whole(MB)
    told = {
        "method": request.method,
        "path": request.path,
        "peer": request.peer,
        "body": content.decode(),
        "encoding": request.headers.get("content-encoding"),
    }
    return json_answer(told)
