"""Whoever comes to the page by network: over TLS, without it, slow, many, or from elsewhere."""

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, request

from core.clock import FakeClock
from core.log import log_ignored_faults
from dashboard import patience, server
from dashboard.certificates.places import CertificatePlaces
from dashboard.network.names import SHARED
from dashboard.reach.leaf_contexts import LeafContexts
from dashboard.reach.owners_leaf import OwnersLeaf
from tests.dashboard.reach.doors import ADDRESS, HERE, Served, answer_on, asking, opened
from tests.waiting import waited

BIG = b"x" * 300_000
NO_OWNERS = OwnersLeaf(None, FakeClock())


@pytest.fixture
def small() -> Flask:
    """An app that answers whoever comes: who may is the guard's business, and not the door's."""
    app = Flask("small")
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024

    @app.get("/")
    def _() -> str:
        return request.scheme

    @app.get("/big")
    def _big() -> bytes:
        return BIG

    @app.post("/")
    def _post() -> str:
        return f"{len(request.get_data())} bytes"

    @app.get("/signed-in")
    def _signed_in() -> str:
        request.environ["afterthought.let_in"]("a phone")
        return "in"

    return app


@pytest.fixture
def served(small: Flask, tmp_path: Path) -> Iterator[Served]:
    with opened(small, tmp_path / "certificates") as found:
        yield found


def test_by_address_and_by_name_there_is_the_certificate_that_fits(served: Served) -> None:
    by_address = served.answer(asking(HERE))
    by_name = served.answer(asking(served.host), served.host)

    for told in (by_address, by_name):
        assert told.startswith(b"HTTP/1.1 200 ")
        assert told.endswith(b"https")


def test_another_name_gets_the_certificate_of_the_addresses(served: Served) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        served.tls("afterthought-xxxx.local")


def test_an_answer_does_not_wait_for_what_was_sent_before_it(served: Served) -> None:
    with served.tls():
        (connection,) = waited(lambda: list(served.page.active_channels.values()))

        assert connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_old_tls_is_refused(served: Served) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1

    with served.plain() as line, pytest.raises((ssl.SSLError, ConnectionError)):
        old.wrap_socket(line, server_hostname=HERE)


def test_a_long_answer_and_a_long_question_come_whole(served: Served) -> None:
    served.page.is_let_in = lambda _: True
    told = served.answer(asking(HERE, "/big"))
    head = f"POST / HTTP/1.1\r\nHost: {HERE}\r\nConnection: close\r\nContent-Length: {len(BIG)}"
    asked = served.answer(head.encode() + b"\r\n\r\n" + BIG)

    assert told.endswith(b"\r\n\r\n" + BIG)
    assert asked.endswith(b"300000 bytes")


def test_the_second_piece_of_an_answer_does_not_wait_for_the_other_side(served: Served) -> None:
    with served.tls() as line:
        line.sendall(asking(HERE).replace(b"close", b"keep-alive"))
        assert line.recv(1)
        (here,) = served.page.active_channels.values()
        assert here.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("host", "target", "leads_to"),
    [
        (HERE, "/", f"https://{HERE}:PORT/"),
        (f"{HERE}:80", "/search?q=a", f"https://{HERE}:PORT/search?q=a"),
        ("NAME", "/day", "https://NAME:PORT/day"),
        ("evil.example", "/", f"https://{HERE}:PORT/"),
        ("[", "/", f"https://{HERE}:PORT/"),
        ("a b", "/", f"https://{HERE}:PORT/"),
        (HERE, "//evil.example/x", f"https://{HERE}:PORT//evil.example/x"),
        (HERE, "http://evil.example/x", f"https://{HERE}:PORT/"),
    ],
)
def test_without_tls_there_is_a_redirect_and_nothing_else(
    served: Served, host: str, target: str, leads_to: str
) -> None:
    def filled(text: str) -> str:
        return text.replace("NAME", served.host).replace("PORT", str(served.port))

    with served.plain() as line:
        told = answer_on(line, asking(filled(host), target)).decode()

    head, _, body = told.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 308 ")
    assert f"\r\nLocation: {filled(leads_to)}\r\n" in f"{head}\r\n"
    assert body == "This page works only over https.\n"
    assert "Strict-Transport-Security" not in head


def test_at_the_shared_name_it_sends_on_to_its_own_and_only_for_now(served: Served) -> None:
    served.behind.address = f"https://{served.host}"

    with served.plain() as line:
        told = answer_on(line, asking(SHARED, "/day?x=1")).decode()

    head, _, body = told.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 302 ")
    assert f"\r\nLocation: https://{served.host}/day?x=1\r\n" in f"{head}\r\n"
    assert "Set-Cookie" not in head
    assert body == "This page works only over https, and under the device's own name.\n"


def test_who_posts_without_tls_is_redirected_before_the_body_is_read(served: Served) -> None:
    with served.plain() as line:
        line.sendall(f"POST / HTTP/1.1\r\nHost: {HERE}\r\nContent-Length: 1000000\r\n\r\n".encode())

        assert line.recv(100).startswith(b"HTTP/1.1 308 ")


@pytest.mark.parametrize(
    "raw", [b"\x16", b"\x16\x03\x01" + b"\xff" * 200, b"\0" * 50, b"GET", b"\r\n" * 500]
)
def test_nonsense_is_harmless(served: Served, raw: bytes) -> None:
    with served.plain() as line:
        line.sendall(raw)
    with served.plain() as line, contextlib.suppress(OSError):
        line.sendall(raw)
        line.shutdown(socket.SHUT_WR)
        line.recv(1000)

    assert served.answer(asking(HERE)).endswith(b"https")


def test_who_is_no_neighbour_is_dropped_before_a_byte_is_read(small: Flask, tmp_path: Path) -> None:
    with opened(small, tmp_path / "certificates", "127.0.0.1/32") as served:
        inside = served.answer(asking(HERE))
        with socket.create_connection((HERE, served.port), 30, ("127.0.0.2", 0)) as line:
            told = line.recv(1)

    assert inside.endswith(b"https")
    assert told == b""


def test_before_there_is_a_certificate_nobody_is_let_in(served: Served) -> None:
    served.behind.leaves = LeafContexts(
        CertificatePlaces(served.folder.path / "none"), NO_OWNERS, b""
    )

    with served.plain() as line:
        assert line.recv(1) == b""


def test_with_the_certificate_of_the_name_alone_nobody_is_let_in_yet(served: Served) -> None:
    served.folder.address_leaf.unlink()
    leaves = LeafContexts(served.folder, NO_OWNERS, b"")
    leaves.look()
    half = leaves.context
    served.folder.renew(b"", [ADDRESS], datetime.now(UTC))
    leaves.look()

    assert half is None
    assert leaves.context is not None


def test_what_was_made_for_another_machine_is_not_used(served: Served) -> None:
    leaves = LeafContexts(served.folder, NO_OWNERS, b"a clone")
    leaves.look()
    before = leaves.host, leaves.fingerprint, leaves.context
    served.folder.renew(b"a clone", [ADDRESS], datetime.now(UTC))
    leaves.look()

    assert before == ("", "", None)
    assert leaves.host not in {"", served.behind.leaves.host}
    assert leaves.fingerprint not in {"", served.behind.leaves.fingerprint}
    assert leaves.context is not None


def test_an_authority_that_cannot_be_read_is_still_that_of_the_phones(served: Served) -> None:
    leaves, root = served.behind.leaves, served.folder.root
    known = leaves.host, leaves.fingerprint
    root.rename(root.with_suffix(".away"))
    root.mkdir()
    unread, told = leaves.look(), leaves.trouble
    meanwhile = leaves.host, leaves.fingerprint
    is_served = leaves.context is not None
    root.rmdir()
    root.with_suffix(".away").rename(root)
    leaves.look()

    assert meanwhile == known == (leaves.host, leaves.fingerprint)
    assert not unread
    assert is_served
    assert "cannot be read (it is a folder)" in told
    assert leaves.trouble == ""


def test_an_authority_that_is_gone_is_nobodys(served: Served) -> None:
    leaves = served.behind.leaves
    served.folder.root.unlink()

    assert leaves.look()
    assert leaves.fingerprint == ""


def silent(line: socket.socket) -> None:
    """Connects and says nothing."""


def half_a_handshake(line: socket.socket) -> None:
    line.sendall(b"\x16\x03\x01")


def half_a_request(line: socket.socket) -> None:
    line.sendall(b"GET / HT")


@pytest.mark.parametrize("slow", [silent, half_a_handshake, half_a_request])
def test_two_hundred_who_say_half_a_thing_hold_nobody_up(
    served: Served, slow: Callable[[socket.socket], None]
) -> None:
    with contextlib.ExitStack() as lines:
        for _ in range(200):
            slow(lines.enter_context(served.plain()))

        assert served.answer(asking(HERE)).endswith(b"https")


def hello(host: str = HERE) -> bytes:
    """How a phone begins a handshake."""
    said = ssl.MemoryBIO()
    phone = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), said, server_hostname=host)
    with contextlib.suppress(ssl.SSLWantReadError):
        phone.do_handshake()
    return said.read()


def test_a_host_that_is_no_ascii_is_refused_and_not_quoted_in_the_log(
    served: Served, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    log_ignored_faults()
    for _ in range(3):
        with served.plain() as line, contextlib.suppress(ConnectionError):
            line.sendall(hello("qqqq-inject.example").replace(b"qqqq", b"\xff\xfe\xfd\xfc"))
            line.recv(100)
    answer = served.answer(asking(HERE))

    told = capfd.readouterr().err
    assert answer.endswith(b"https")
    assert "inject" not in told
    assert "Traceback" not in told
    assert told.count("fault_ignored") == 1


GREETINGS = {
    "nothing": b"",
    "a handshake": hello(),
    "a request": b"GET / HTTP/1.1\r\nX-Slow: " + b"x" * 500,
}


@pytest.mark.parametrize("greeting", GREETINGS)
def test_a_greeting_that_takes_too_long_is_no_greeting(
    served: Served, monkeypatch: pytest.MonkeyPatch, greeting: str
) -> None:
    monkeypatch.setattr(patience, "HEADERS_WITHIN_S", 0.1)
    monkeypatch.setattr(server, "_LOOK_EVERY_S", 0.02)
    over = threading.Event()
    with served.plain() as line:
        line.settimeout(15)  # less than it takes to say all of it
        dripping = threading.Thread(target=drip, args=(line, GREETINGS[greeting], over))
        dripping.start()
        try:
            with contextlib.suppress(ConnectionError):  # what was read and not taken is reset
                while line.recv(65536):
                    pass
        finally:
            over.set()
            dripping.join()


def drip(line: socket.socket, said: bytes, over: threading.Event) -> None:
    """A byte now and then, so that silence is no reason to let it go."""
    for each in said:
        with contextlib.suppress(OSError):
            line.send(bytes([each]))
        if over.wait(0.05):
            return


def test_beyond_the_most_visitors_the_crowd_makes_room_and_the_others_stay(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MOST_VISITORS", 6)
    with contextlib.ExitStack() as lines:
        other = lines.enter_context(
            socket.create_connection((HERE, served.port), 30, ("127.0.0.9", 0))
        )
        signed_in = lines.enter_context(served.tls())
        signed_in.sendall(asking(HERE, "/signed-in").replace(b"close", b"keep-alive"))
        signed_in.recv(1000)
        crowd = [lines.enter_context(served.plain()) for _ in range(20)]
        assert served.answer(asking(HERE)).endswith(b"https")

        assert crowd[0].recv(1) == b""
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.recv(1)
        assert answer_on(signed_in, asking(HERE)).endswith(b"https")


def test_a_renewed_certificate_is_in_use_for_who_comes_next(served: Served) -> None:
    with served.tls() as before:
        first = before.getpeercert(binary_form=True)
        served.folder.address_leaf.unlink()
        served.folder.renew(b"", [ADDRESS], datetime.now(UTC))
        assert served.behind.leaves.look()
        before.sendall(asking(HERE))
        assert before.recv(1000)
    with served.tls() as after:
        second = after.getpeercert(binary_form=True)

    assert first != second


@pytest.mark.parametrize(
    ("damage", "reason"),
    [("another key", "its key is another's"), ("nonsense", "it is no certificate with its key")],
)
def test_a_certificate_that_cannot_be_used_is_a_sentence_and_the_old_one_goes_on(
    served: Served, damage: str, reason: str
) -> None:
    leaf, other = served.folder.address_leaf, served.folder.name_leaf.read_bytes()
    chain = leaf.read_bytes()[leaf.read_bytes().index(b"-----BEGIN CERT") :]
    key = other[: other.index(b"-----BEGIN CERT")]
    leaf.write_bytes(key + chain if damage == "another key" else b"nonsense")

    assert served.behind.leaves.look()

    assert served.behind.leaves.trouble == (
        f"The certificate in {leaf} cannot be used ({reason}). "
        "Remove that file and start the page again: it is made anew."
    )
    assert served.answer(asking(HERE)).endswith(b"https")
