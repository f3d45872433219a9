"""Servers that speak as engines do, on this machine: they say what they were told to say."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.engines.wyoming import event, read_event

Serving = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Asked:
    """Where the server is, and what it was sent: the bytes of each request, or of its sound."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    kinds: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@contextlib.asynccontextmanager
async def serving(serve: Serving, asked: Asked) -> AsyncIterator[Asked]:
    """A server on a port that the system chooses."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    asked.port = server.sockets[0].getsockname()[1]
    try:
        yield asked
    finally:
        server.close()


@contextlib.asynccontextmanager
async def fake_openai(
    told: object, *, status: str = "200 OK", headers: str = ""
) -> AsyncIterator[Asked]:
    """Answers each request with this JSON, or with these bytes as they are."""
    asked = Asked()
    content = told if isinstance(told, bytes) else json.dumps(told).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        asked.requests.append(head + await reader.readexactly(length))
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode()
        )
        writer.write(content)
        await writer.drain()

    async with serving(serve, asked):
        yield asked


@contextlib.asynccontextmanager
async def fake_wyoming(told: object) -> AsyncIterator[Asked]:
    """Answers the sound with this text, or with these bytes as they are."""
    asked = Asked()
    answer = told if isinstance(told, bytes) else event("transcript", {"text": told})

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kind = ""
        while kind != "audio-stop":
            kind, data = await read_event(reader)
            asked.kinds.append((kind, data))
        writer.write(event("info", {"asr": []}, b"passed over"))
        writer.write(answer)
        await writer.drain()

    async with serving(serve, asked):
        yield asked
