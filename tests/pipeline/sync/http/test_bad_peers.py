"""What a peer may do wrong, on either side: it is refused or given up, and nothing grows."""

import asyncio
import json
import os
import socket
import ssl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.sync.http.client import Ask, HttpClient
from pipeline.sync.http.errors import BodyDamaged, BodyTooLarge, PeerGone, PeerRefused, PeerSlow
from pipeline.sync.http.messages import BYTES, Answer, FilePart, Request, json_answer
from pipeline.sync.identity import new_identity
from pipeline.sync.tls import MembersDoor, caller_context
from tests.pipeline.sync.http.world import MB, PATIENT, answering, echo

IMPATIENT = replace(PATIENT, idle_s=0.3, head_s=0.3, chunk_s=0.3)
GB = 1 << 30


async def test_a_body_that_says_how_large_it_is_is_refused_before_it_comes(tmp_path: Path) -> None:
    huge = tmp_path / "huge"
    huge.touch()
    os.truncate(huge, 4 * GB)

    with huge.open("rb") as file:
        async with answering(echo) as world:
            client = await world.call()
            with pytest.raises(PeerRefused) as caught:
                await client.ask(Ask("PUT", "/", FilePart(file, 0, 4 * GB), BYTES))

    assert (caught.value.status, caught.value.refusal) == (413, "body_too_large")
    assert client.sent < 64 * MB


async def test_a_body_without_an_end_is_refused_at_its_limit() -> None:
    piece = b"10000\r\n" + bytes(0x10000) + b"\r\n"

    async with answering(echo) as world:
        told = await world.raw(
            b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", *[piece] * 20
        )

    assert told.startswith(b"HTTP/1.1 413 ")


async def test_a_bomb_of_zeros_is_refused_at_its_limit() -> None:
    bomb = zlib.compress(bytes(64 * MB), 9)
    assert len(bomb) < MB // 8

    async with answering(echo) as world:
        told = await world.raw(deflated_head(bomb), bomb)

    assert told.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "body",
    [
        b"no zlib",
        zlib.compress(b"cut short" * 100)[:-6],
        zlib.compress(b"goes on") + b"more",
        b"\x78",
    ],
)
async def test_a_compressed_body_that_is_damaged_is_refused(body: bytes) -> None:
    async with answering(echo) as world:
        head = (
            f"PUT / HTTP/1.1\r\nHost: x\r\nContent-Encoding: deflate\r\nContent-Length: {len(body)}"
        )
        told = await world.raw(head.encode() + b"\r\nConnection: close\r\n\r\n" + body)

    assert told.startswith(b"HTTP/1.1 400 ")
    assert json.loads(told.partition(b"\r\n\r\n")[2])["code"] == "body_damaged"


@pytest.mark.parametrize(
    "rubbish", [b"SSH-2.0\r\n\r\n", b"\x00" * 100, b"GET / HTTP/1.1\r\nA: " + b"a" * 100_000]
)
async def test_what_is_no_http_is_refused(rubbish: bytes) -> None:
    async with answering(echo) as world:
        told = await world.raw(rubbish)

    assert told.startswith(b"HTTP/1.1 400 ")
    assert b"Traceback" not in told


async def test_who_says_nothing_is_hung_up_on() -> None:
    async with answering(echo, IMPATIENT) as world:
        assert await world.raw() == b""


async def test_who_stops_in_the_middle_of_a_body_is_hung_up_on() -> None:
    async with answering(echo, IMPATIENT) as world:
        told = await world.raw(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")

    assert told == b""


async def test_who_sends_a_byte_now_and_then_is_hung_up_on() -> None:
    slow = replace(PATIENT, grace_s=0.0, slowest_bytes_s=GB)

    async with answering(echo, slow) as world:
        told = await world.raw(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n", b"a")

    assert told == b""


async def test_who_never_reads_is_hung_up_on(tmp_path: Path) -> None:
    """And only then is there a place for another one."""
    large = tmp_path / "large"
    large.touch()
    os.truncate(large, GB)

    async def answer(_: Request) -> Answer:
        return Answer(200, FilePart(file, 0, GB), BYTES)

    with large.open("rb") as file:
        async with answering(answer, IMPATIENT, most_connections=1) as world:
            _, writer = await asyncio.open_connection(
                "127.0.0.1", world.port, ssl=world.context(), limit=1
            )
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await world.call()
            writer.transport.abort()


async def test_there_are_never_more_connections_than_allowed() -> None:
    async with answering(echo, most_connections=1) as world:
        first = await world.call()
        await first.ask(Ask("GET", "/"))
        second = asyncio.create_task(world.call())
        await first.ask(Ask("GET", "/"))
        before = second.done()
        await first.close()
        await (await second).ask(Ask("GET", "/"))

    assert not before


async def test_a_server_that_closes_waits_for_nobody() -> None:
    asked = asyncio.Event()

    async def waits(_: Request) -> Answer:
        asked.set()
        await asyncio.Event().wait()
        return json_answer({})

    async with answering(waits) as world:
        asking = asyncio.create_task((await world.call()).ask(Ask("GET", "/")))
        await asked.wait()

    with pytest.raises(PeerGone):
        await asking


def deflated_head(body: bytes) -> bytes:
    return (
        "PUT / HTTP/1.1\r\nHost: x\r\nContent-Encoding: deflate\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()


@asynccontextmanager
async def posing(told: bytes, *, hangs_up: bool = True) -> AsyncIterator[HttpClient]:
    """A client of a peer that answers whatever is asked with these bytes."""
    laptop, pendant = new_identity(), new_identity()
    door = MembersDoor(laptop)
    door.admit({pendant.key: pendant.certificate})
    held: list[asyncio.StreamWriter] = []  # since Python 3.13, one that nobody holds hangs up

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(told)
        if hangs_up:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=door.context)
    port = server.sockets[0].getsockname()[1]
    context = caller_context(pendant, laptop.certificate)
    client = await HttpClient.connect("127.0.0.1", port, context, laptop.certificate, IMPATIENT)
    try:
        yield client
    finally:
        await client.close()
        for writer in held:
            writer.close()
        server.close()


async def test_an_answer_that_is_too_large_is_not_taken() -> None:
    async with posing(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n" + bytes(MB)) as peer:
        with pytest.raises(BodyTooLarge):
            await peer.ask(Ask("GET", "/"))

        assert peer.is_over


async def test_an_answer_that_ends_too_early_is_none() -> None:
    async with posing(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") as peer:
        with pytest.raises(PeerGone):
            await peer.ask(Ask("GET", "/"))


async def test_an_answer_that_is_no_http_is_none() -> None:
    async with posing(b"SSH-2.0\r\n\r\n") as peer:
        with pytest.raises(BodyDamaged):
            await peer.ask(Ask("GET", "/"))


async def test_who_hangs_up_instead_of_answering_is_gone() -> None:
    async with posing(b"") as peer:
        with pytest.raises(PeerGone):
            await peer.ask(Ask("GET", "/"))


async def test_who_does_not_answer_is_slow() -> None:
    async with posing(b"", hangs_up=False) as peer:
        with pytest.raises(PeerSlow):
            await peer.ask(Ask("GET", "/", within_s=0.1))


async def test_who_does_not_end_an_answer_is_slow() -> None:
    told = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
    async with posing(told, hangs_up=False) as peer:
        with pytest.raises(PeerSlow):
            await peer.ask(Ask("GET", "/"))


async def test_where_nobody_listens_that_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(PeerGone, match=f"127.0.0.1, port {port}"):
        await HttpClient.connect("127.0.0.1", port, ssl.create_default_context())


@pytest.mark.parametrize("public", ["8.8.8.8", "2001:4860:4860::8888", "::ffff:8.8.8.8"])
async def test_an_address_in_the_internet_is_never_called(public: str) -> None:
    with pytest.raises(PeerGone, match="not on your own network"):
        await HttpClient.connect(public, 8478, ssl.create_default_context())
