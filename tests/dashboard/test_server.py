"""The page as a process: real sockets, real signals."""

import contextlib
import os
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.dashboard.running import COMMAND, TREE, dashboard
from tests.waiting import PATIENCE_S


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return str(answer.read().decode())


def open_stream(port: int) -> socket.socket:
    """A page that watches, and reads no more than that it may."""
    stream = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
    stream.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert stream.recv(12) == b"HTTP/1.1 200"
    return stream


def test_with_60_live_pages_another_page_still_answers(home: Path) -> None:
    with dashboard(home) as (_, url), contextlib.ExitStack() as watching:
        port = int(url.rpartition(":")[2])
        for _ in range(60):
            watching.enter_context(open_stream(port))

        assert "Keep that" in read(url)


def test_it_stops_at_once_though_somebody_watches(home: Path) -> None:
    with dashboard(home) as (process, url), contextlib.ExitStack() as watching:
        watching.enter_context(open_stream(int(url.rpartition(":")[2])))
        read(url)

        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE_S) == 0


def test_where_no_port_is_fixed_it_answers_on_loopback_alone(home: Path) -> None:
    with dashboard(home) as (process, url):
        listening = listens(process.pid)

    assert listening == {("127.0.0.1", int(url.rpartition(":")[2]))}


def listens(process: int) -> set[tuple[str, int]]:
    """The addresses at which a process listens."""
    found = psutil.Process(process).net_connections("tcp")
    return {(each.laddr.ip, each.laddr.port) for each in found if each.status == "LISTEN"}


def test_a_port_in_use_is_a_sentence(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [*COMMAND, "--home", str(home)]
        done = subprocess.run(
            [*command, "--port", str(port)], cwd=TREE, capture_output=True, text=True, check=False
        )

    assert done.returncode == 1
    assert done.stderr == (
        f"Another program uses port {port}. Stop it, or name another port with --port.\n"
    )


@pytest.mark.parametrize("port", ["x", "-1", "70000"])
def test_a_port_that_is_none_is_wrong_usage(home: Path, port: str) -> None:
    command = [*COMMAND, "--home", str(home), f"--port={port}"]

    done = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert f"{port!r} is no number from 0 to 65535" in done.stderr


def test_it_loads_no_model_library(home: Path) -> None:
    with dashboard(home) as (process, url):
        read(f"{url}/search?q=anything")
        maps = Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")

    assert not [
        name for name in ("onnxruntime", "ctranslate2", "/av/", "tokenizers") if name in maps
    ]


def test_a_request_that_is_none_does_no_harm(home: Path) -> None:
    with dashboard(home) as (_, url):
        port = int(url.rpartition(":")[2])
        for garbage in (b"\x16\x03\x01\x02", b"GET / HTTP/9.9\r\n\r\n", os.urandom(500), b"GET"):
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as stream:
                stream.sendall(garbage)

        assert "Keep that" in read(url)
