"""What somebody on the network sends by the megabyte is not kept, and holds nobody up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, request

from dashboard.connections import MOST_FROM_STRANGERS_BYTES, Connection
from tests.dashboard.reach.doors import HERE, Served, answer_on, asking, opened
from tests.waiting import waited

CHUNKED = (
    f"POST / HTTP/1.1\r\nHost: {HERE}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
).encode()
MEGABYTE = b"a" * 1_000_000
COOKIE = b"Cookie: one that is let in\r\n"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    app = Flask("small")
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024

    @app.get("/")
    def _() -> str:
        return "here"

    @app.post("/")
    def _post() -> str:
        return f"{len(request.get_data())} bytes"

    with opened(app, tmp_path / "certificates") as found:
        found.page.is_let_in = lambda cookie: cookie == "one that is let in"
        yield found


def posting(length: int, more: bytes = b"") -> bytes:
    head = f"POST / HTTP/1.1\r\nHost: {HERE}\r\nConnection: close\r\nContent-Length: {length}\r\n"
    return head.encode() + more + b"\r\n"


def connections(served: Served) -> list[Connection]:
    return list(served.page.active_channels.values())


def test_a_stranger_is_refused_a_long_body_before_it_is_read(served: Served) -> None:
    with served.tls() as line:
        line.sendall(posting(MOST_FROM_STRANGERS_BYTES + 1))

        assert line.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_stranger_may_say_a_short_thing(served: Served) -> None:
    body = b"x" * MOST_FROM_STRANGERS_BYTES

    assert served.answer(posting(len(body)) + body).endswith(b"4096 bytes")


def test_who_is_let_in_may_send_a_long_body_on_a_new_connection(served: Served) -> None:
    whole = served.answer(posting(len(MEGABYTE), COOKIE) + MEGABYTE)

    assert whole.endswith(b"1000000 bytes")


def test_a_strangers_body_in_pieces_ends_where_it_gets_long(served: Served) -> None:
    piece = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    with served.tls() as line:
        line.sendall(CHUNKED + 2 * piece)

        assert line.recv(1000).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("cookie", [b"", COOKIE], ids=["a stranger", "who is let in"])
@pytest.mark.parametrize("begin", [b"1;", b"0\r\n"], ids=["the size of a piece", "the end"])
def test_a_line_about_pieces_that_never_ends_is_not_kept(
    served: Served, begin: bytes, cookie: bytes
) -> None:
    head = CHUNKED.replace(b"\r\n\r\n", b"\r\n" + cookie + b"\r\n")
    with served.tls() as line:
        line.sendall(head + begin + MEGABYTE[:20_000])

        assert line.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_pieces_comes_whole(served: Served) -> None:
    pieces = b"5\r\nhello\r\n" + b"6;a=b\r\n world\r\n" + b"0\r\nX-End: 1\r\n\r\n"
    with served.tls() as line:
        line.sendall(CHUNKED + pieces)

        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("head", [posting(9), CHUNKED], ids=["whole", "in pieces"])
def test_what_a_body_begins_with_is_left_in_it(served: Served, head: bytes) -> None:
    body = b" \r\n word " if head == posting(9) else b"9\r\n \r\n word \r\n0\r\n\r\n"
    with served.tls() as line:
        line.sendall(head)
        waited(lambda: [each for each in connections(served) if each.request])

        assert answer_on(line, body).endswith(b"\r\n\r\n9 bytes")


@pytest.mark.parametrize("blank", [b"\r\n\r\n", b"\n\n", b" \r\n\r\n"])
def test_blank_lines_without_end_are_refused(served: Served, blank: bytes) -> None:
    with served.tls() as line:
        line.sendall(blank * 2_000)

        assert b" 400 " in line.recv(1000).split(b"\r\n")[0]
    assert served.answer(asking(HERE)).endswith(b"here")


def test_blank_lines_are_one_request_that_has_not_begun(served: Served) -> None:
    with served.tls() as line:
        line.sendall(b"\r\n\r\n" * 100)
        (connection,) = waited(lambda: [each for each in connections(served) if each.request])
        answer = answer_on(line, asking(HERE))

    assert connection.requests == []
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_headers_that_are_coming_are_counted_as_memory(served: Served) -> None:
    with served.tls() as line:
        line.sendall(b"GET / HTTP/1.1\r\nX-Slow: " + MEGABYTE[:20_000])
        (held_bytes,) = waited(
            lambda: [
                each.standing(0).held_bytes
                for each in connections(served)
                if each.request is not None and each.request.header_bytes_received > 20_000
            ]
        )

    assert held_bytes > 20_000


def test_a_few_requests_may_wait_on_a_line_and_no_more(served: Served) -> None:
    staying = asking(HERE).replace(b"close", b"keep-alive")
    with served.tls() as line:
        few = answer_on(line, 3 * staying + asking(HERE))
    with served.tls() as line:
        many = answer_on(line, 200 * staying)

    assert few.count(b"HTTP/1.1 200 ") == 4
    assert many.count(b"HTTP/1.1 200 ") < 20
    assert b" 400 Bad Request" in many
