"""Open files that come over a line: held until they are taken, and never leaked."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.sockets import socket_client
from core.sockets.socket_server import Limits, Line, SocketServer

LIMITS = Limits(4, 1024, {"error": "not_yours"}, {"error": "too_many"})


async def tell_what_came(line: Line) -> None:
    """Answer each request with what its file holds."""
    while await line.reader.readline():
        file = line.take_file()
        if file is None:
            await line.tell({"file": None})
            continue
        held = os.pread(file, 99, 0).decode()
        os.close(file)
        await line.tell({"file": held})


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    server = SocketServer(tell_what_came, LIMITS)
    await server.listen(tmp_path / "a.sock")
    yield tmp_path / "a.sock"
    await server.close()


def file_of(text: str) -> int:
    file = os.memfd_create("handed")
    os.write(file, text.encode())
    return file


def is_open(name: str) -> bool:
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if name in str(each.readlink()):
                return True
    return False


async def test_a_file_comes_with_its_request_and_stays_its_owner_s(path: Path) -> None:
    file = file_of("a pump")

    told = await socket_client.ask_and_wait(path, {}, file=file)

    assert told == {"file": "a pump"}
    assert os.pread(file, 99, 0) == b"a pump"
    os.close(file)


async def test_a_request_without_a_file_has_none(path: Path) -> None:
    assert await socket_client.ask_and_wait(path, {}) == {"file": None}


async def test_a_file_is_taken_once_and_each_line_has_its_own(path: Path) -> None:
    files = [file_of("first"), file_of("second")]
    lines = [await asyncio.open_unix_connection(path) for _ in files]
    for (reader, writer), file in zip(lines, files, strict=True):
        raw = socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno()))
        socket.send_fds(raw, [b"{}\n"], [file])
        raw.close()
        assert b"null" not in await reader.readline()
        writer.write(b"{}\n")
        assert b"null" in await reader.readline()
    for (_, writer), file in zip(lines, files, strict=True):
        writer.close()
        os.close(file)


async def test_of_several_files_the_last_is_held_and_none_is_leaked(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        files = [file_of(f"number {number}") for number in range(3)]
        for file in files:
            socket.send_fds(line, [b" "], [file])
            os.close(file)
        line.sendall(b"{}\n")
        answer = await asyncio.to_thread(line.recv, 99)

    assert answer == b'{"file": "number 2"}\n'
    assert not is_open("memfd:handed")


async def test_of_several_files_with_one_request_none_is_leaked(path: Path) -> None:
    files = [file_of(f"number {number}") for number in range(9)]
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        for some in (files[:2], files):
            socket.send_fds(line, [b"{}\n"], some)
            assert b"number" in await asyncio.to_thread(line.recv, 99)
    for file in files:
        os.close(file)

    assert not is_open("memfd:handed")
