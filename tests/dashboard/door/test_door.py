"""Whoever comes to the page's door, over real connections: slow, another user, or nonsense."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from dashboard import patience, server
from dashboard.server import THREADS, make_server
from pipeline.spool.spool import Spool
from tests.waiting import PATIENCE_S, waited

HOST = b"Host: localhost\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
NINES = b"9" * 5000

Say = Callable[[bytes], tuple[int, str]]


@contextlib.contextmanager
def served(app: Flask, elsewhere: str = "") -> Iterator[int]:
    """The app at a port."""
    page = make_server(app, 0)
    page.elsewhere = lambda: elsewhere
    serving = threading.Thread(target=page.serve)
    serving.start()
    try:
        yield page.port
    finally:
        page.stop()
        serving.join(PATIENCE_S)
        assert not serving.is_alive()


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    with served(app) as found:
        yield found


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def answer_to(port: int, raw: bytes) -> tuple[int, str]:
    """Status and body of what is answered to these bytes."""
    with connect(port) as line:
        line.sendall(raw)
        told = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = told.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()


def get(target: bytes, headers: bytes = b"") -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n" + headers + b"\r\n"


def post(target: bytes, body: bytes, headers: bytes = FORM) -> bytes:
    length = b"Content-Length: %d\r\nConnection: close\r\n" % len(body)
    return b"POST " + target + b" HTTP/1.1\r\n" + HOST + headers + length + b"\r\n" + body


NONSENSE = {
    "a mark of thousands of digits": get(b"/live?after=" + NINES),
    "a mark that is a word": get(b"/live?after=x"),
    "a last event of thousands of digits": get(b"/live", b"Last-Event-ID: " + NINES + b"\r\n"),
    "a last event in other digits": get(b"/live", b"Last-Event-ID: \xb2\r\n"),
    "a pause of thousands of digits": post(b"/pause", b"for_s=" + NINES),
    "an address that is none": get(b"http://["),
    "a host that is none": b"GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n",
    "a length of thousands of digits": b"POST /note HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: "
    + NINES
    + b"\r\n\r\n",
    "NUL in a path": get(b"/moment/a%00b"),
    "NUL in a path as it is": get(b"/moment/a\0b"),
    "NUL in a query": get(b"/search?q=a%00b"),
    "NUL in a form": post(b"/note", b"text=a%00b"),
    "NUL in a form as it is": post(b"/note", b"text=a\0b"),
    "NUL in a header": get(b"/", b"Accept-Language: a\0b\r\n"),
    "NUL in a form of parts": post(
        b"/note",
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na\0b\r\n--x--\r\n',
        b"Content-Type: multipart/form-data; boundary=x\r\n",
    ),
    "a lone surrogate in a path": get(b"/moment/%ed%a0%80"),
    "a lone surrogate in a query": get(b"/search?q=%ed%a0%80"),
    "a lone surrogate in a parameter": get(b"/?keep=%ed%a0%80"),
    "a lone surrogate in a form": post(b"/note", b"text=%ed%a0%80"),
    "a lone surrogate in a header": get(b"/live", b"Last-Event-ID: \xed\xa0\x80\r\n"),
    "a part beyond the end": get(b"/demo/scene", b"Range: bytes=" + NINES + b"-\r\n"),
    "parts of nothing": get(b"/demo/scene", b"Range: frames=1-2\r\n"),
    "a body that is too long": b"POST /note HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 99999999\r\n\r\n",
    "headers that are too long": get(b"/", b"Cookie: " + b"x" * 40_000 + b"\r\n"),
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_answered_with_a_sentence_and_is_no_fault_of_ours(
    port: int, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, body = answer_to(port, NONSENSE[what])

    assert 400 <= status < 500
    assert "." in body
    assert "Traceback" not in body
    assert "went wrong" not in body
    assert "page_failed" not in capsys.readouterr().err
    assert answer_to(port, get(b"/"))[0] == 200


def test_stopped_once_more_it_stays_stopped(app: Flask) -> None:
    page = make_server(app, 0)
    serving = threading.Thread(target=page.serve)
    serving.start()
    page.stop()
    serving.join(20)

    page.stop()

    assert not serving.is_alive()


def slow_headers(line: socket.socket) -> None:
    line.sendall(b"GET / HTTP/1.1\r\nHost: loc")


def slow_body(line: socket.socket) -> None:
    line.sendall(b"POST /note HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 1000\r\n\r\ntext=")


def slow_reader(line: socket.socket) -> None:
    line.sendall(b"GET /demo/scene HTTP/1.1\r\n" + HOST + b"\r\n")


def idle(line: socket.socket) -> None:
    line.sendall(b"GET /static/x/style.css HTTP/1.1\r\n" + HOST + b"\r\n")
    line.recv(100)


SLOW = (slow_headers, slow_body, slow_reader, idle)


def test_slow_clients_hold_no_thread_and_the_page_answers(port: int) -> None:
    with slow_clients(port, 4 * THREADS):
        status, body = answer_to(port, get(b"/"))

    assert status == 200
    assert "Keep that" in body


@contextlib.contextmanager
def slow_clients(port: int, number: int) -> Iterator[None]:
    """They drip a byte now and then, so that silence is no reason to let them go."""
    over = threading.Event()
    with contextlib.ExitStack() as lines:
        dripping = []
        for each in range(number):
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            lines.enter_context(line).connect(("127.0.0.1", port))
            slow = SLOW[each % len(SLOW)]
            slow(line)
            if slow in {slow_headers, slow_body}:
                dripping.append(line)

        def drip() -> None:
            while not over.wait(0.2):
                for line in dripping:
                    with contextlib.suppress(OSError):
                        line.sendall(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(
    ("limit", "slow"),
    [("HEADERS_WITHIN_S", slow_headers), ("BODY_GRACE_S", slow_body), ("IDLE_S", idle)],
)
def test_who_takes_too_long_is_let_go(
    port: int, monkeypatch: pytest.MonkeyPatch, limit: str, slow: Callable[[socket.socket], None]
) -> None:
    monkeypatch.setattr(patience, limit, 0.1)
    monkeypatch.setattr(server, "_LOOK_EVERY_S", 0.02)
    with connect(port) as line:
        with contextlib.suppress(ConnectionError):
            slow(line)

        until_let_go(line)


def test_who_reads_too_slowly_is_let_go(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "READER_GRACE_S", 0.1)
    monkeypatch.setattr(patience, "READER_BYTES_PER_S", 10**9)
    monkeypatch.setattr(server, "_LOOK_EVERY_S", 0.02)
    with socket.socket() as line:
        line.settimeout(PATIENCE_S)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        line.connect(("127.0.0.1", port))
        line.sendall(get(b"/demo/scene"))
        until_closed_unread(line)


def until_let_go(line: socket.socket) -> None:
    """Until the other side has gone. It may have gone before it read what was sent."""
    with contextlib.suppress(ConnectionError):
        while line.recv(65536):
            pass


def until_closed_unread(line: socket.socket) -> None:
    """Until the other side has gone, without reading what it sent."""
    with contextlib.suppress(ConnectionError):
        while True:
            threading.Event().wait(0.02)
            line.send(b"x")


def test_beyond_the_most_connections_one_that_waits_makes_room(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MOST_CONNECTIONS", 5)
    monkeypatch.setattr(patience, "IDLE_S", 10 * PATIENCE_S)  # it goes for want of room alone
    with contextlib.ExitStack() as slow:
        first = slow.enter_context(connect(port))
        idle(first)

        def another_comes() -> bool:
            slow_headers(slow.enter_context(connect(port)))
            return has_let_go(first)

        # Not the first six: while its own answer is still being sent, the others go.
        waited(another_comes)

        assert answer_to(port, get(b"/"))[0] == 200


def has_let_go(line: socket.socket) -> bool:
    """Whether the other side has gone, once all that it sent is read."""
    line.settimeout(0)
    try:
        while line.recv(65536):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        pass
    return True


AS_ANOTHER = """
import os, socket, sys
os.setgid(65534); os.setuid(65534)
line = socket.socket()
line.connect(("127.0.0.1", int(sys.argv[1])))
line.sendall(b"POST /note HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n")
line.sendall(b"Content-Type: application/x-www-form-urlencoded\\r\\n")
line.sendall(b"Content-Length: 10\\r\\n\\r\\ntext=a+word")
if sys.argv[2] == "reads":
    told = b""
    while chunk := line.recv(65536):
        told += chunk
    sys.stdout.buffer.write(told)
line.close()
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can come as another user")
@pytest.mark.parametrize("then", ["reads", "closes at once"])
def test_another_user_of_the_machine_may_not_enter(port: int, home: Path, then: str) -> None:
    command = [sys.executable, "-c", AS_ANOTHER, str(port), then]
    for _ in range(5):
        done = subprocess.run(command, capture_output=True, check=True)
        if then == "reads":
            assert b" 403 " in done.stdout.split(b"\r\n")[0]
            assert b"pair like a phone" in done.stdout

    assert answer_to(port, post(b"/note", b"text=our+own"))[0] == 303
    assert len(Spool(home / "spool").waiting()) == 1


@pytest.mark.skipif(os.getuid() != 0, reason="only root can come as another user")
def test_another_user_is_sent_on_to_where_phones_are_let_in(app: Flask, home: Path) -> None:
    with served(app, "https://192.168.1.7:8766") as port:
        command = [sys.executable, "-c", AS_ANOTHER, str(port), "reads"]
        told = subprocess.run(command, capture_output=True, check=True).stdout
        ours, _ = answer_to(port, get(b"/"))

    assert told.startswith(b"HTTP/1.1 303 ")
    assert b"\r\nLocation: https://192.168.1.7:8766/\r\n" in told
    assert b"pair like a phone" in told
    assert ours == 200
    assert Spool(home / "spool").waiting() == []


def test_a_part_of_the_sound_is_that_part_and_no_browser_keeps_it(port: int) -> None:
    with urllib.request.urlopen(
        f"http://localhost:{port}/demo/scene", timeout=PATIENCE_S
    ) as answer:
        whole, kept = answer.read(), answer.headers["Cache-Control"]
    asked = urllib.request.Request(f"http://localhost:{port}/demo/scene")
    asked.add_header("Range", "bytes=1000-1999")
    with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
        part, where, also = answer.read(), answer.headers["Content-Range"], answer.headers

    assert kept == also["Cache-Control"] == "no-store"
    assert part == whole[1000:2000]
    assert where == f"bytes 1000-1999/{len(whole)}"
