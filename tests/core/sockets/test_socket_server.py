"""A socket of ours on a loop: it ends with its server, whoever is still connected."""

import asyncio
from pathlib import Path

import pytest

from core.sockets.socket_server import Limits, Line, SocketServer
from tests.waiting import PATIENCE_S

LIMITS = Limits(1, 4096, {"error": "not_yours"}, {"error": "too_many"})


async def echo(line: Line) -> None:
    while asked := await line.reader.readline():
        await line.tell({"asked": asked.decode()})


async def answer(reader: asyncio.StreamReader) -> bytes:
    return await asyncio.wait_for(reader.readline(), PATIENCE_S)


@pytest.mark.parametrize("turns", [1, 2, 5])
async def test_who_is_connected_at_the_end_is_hung_up_on(tmp_path: Path, turns: int) -> None:
    server = SocketServer(echo, LIMITS)
    await server.listen(tmp_path / "own.sock")
    reader, writer = await asyncio.open_unix_connection(tmp_path / "own.sock")
    for _ in range(turns):  # let in, its talk made, its talk begun
        await asyncio.sleep(0)

    await server.close()

    assert await answer(reader) == b""
    writer.close()
    await writer.wait_closed()


async def test_one_too_many_is_told_so_and_the_first_goes_on(tmp_path: Path) -> None:
    server = SocketServer(echo, LIMITS)
    await server.listen(tmp_path / "own.sock")
    first, asking = await asyncio.open_unix_connection(tmp_path / "own.sock")
    asking.write(b"one\n")
    assert await answer(first) == b'{"asked": "one\\n"}\n'

    second, turned_away = await asyncio.open_unix_connection(tmp_path / "own.sock")

    assert await answer(second) == b'{"error": "too_many"}\n'
    assert await answer(second) == b""
    asking.write(b"two\n")
    assert await answer(first) == b'{"asked": "two\\n"}\n'
    for each in (asking, turned_away):
        each.close()
        await each.wait_closed()
    await server.close()


async def test_a_talk_that_breaks_off_is_hung_up_on(tmp_path: Path) -> None:
    async def breaks(line: Line) -> None:
        await line.reader.readline()
        raise OverflowError

    unheard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: unheard.append(told))
    server = SocketServer(breaks, LIMITS)
    await server.listen(tmp_path / "own.sock")
    reader, writer = await asyncio.open_unix_connection(tmp_path / "own.sock")
    writer.write(b"one\n")

    assert await answer(reader) == b""
    writer.close()
    await writer.wait_closed()
    await server.close()
