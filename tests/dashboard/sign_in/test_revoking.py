"""A phone that is let in no more loses at once what it has open. Real connections over TLS."""

import http.client
import json
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from core.paths import state_folder
from dashboard.sign_in.cookie import COOKIE
from dashboard.sign_in.phone_file import PhoneFile
from tests.dashboard.reach.doors import HERE
from tests.dashboard.sign_in.tls import TlsPage
from tests.waiting import PATIENCE_S, waited

BYE = b'event: bye\ndata: {"event": "bye"}\n\n'


def watching(page: TlsPage, token: str) -> http.client.HTTPResponse:
    """A page of this phone's that gets live events."""
    line = page.connect()
    line.request("GET", "/live", headers={"Host": page.host, "Cookie": f"{COOKIE}={token}"})
    answer = line.getresponse()
    assert answer.status == 200
    return answer


def listening(page: TlsPage, token: str) -> ssl.SSLSocket:
    """A player of this phone's that reads slowly, in the middle of a sound."""
    raw = socket.socket()
    raw.settimeout(PATIENCE_S)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    raw.connect((HERE, page.port))
    trusting = ssl.create_default_context(cafile=str(page.door.folder.root))
    line = trusting.wrap_socket(raw, server_hostname=page.host)
    asked = f"GET /demo/scene HTTP/1.1\r\nHost: {page.host}\r\nCookie: {COOKIE}={token}\r\n\r\n"
    line.sendall(asked.encode())
    assert line.recv(100).startswith(b"HTTP/1.1 200")
    return line


def rest_of(line: ssl.SSLSocket) -> int:
    """How many bytes more come, up to the end."""
    told = 0
    try:
        while chunk := line.recv(65536):
            told += len(chunk)
    except (ssl.SSLEOFError, ConnectionError):  # hung up, without a word
        pass
    return told


def by_another_process(page: TlsPage, home: Path) -> None:
    """The first phone is revoked by a command that finds no dashboard."""
    first = page.sign_ins.all()[0].id
    PhoneFile(state_folder(home) / "phones.json").change(lambda phones: phones.revoked(first))


def by_the_page(page: TlsPage, _: Path) -> None:
    page.sign_ins.revoke(page.sign_ins.all()[0].id)


HOW = [by_the_page, by_another_process]
Revoke = Callable[[TlsPage, Path], None]


@pytest.mark.parametrize("revoke", HOW)
def test_its_streams_end_and_those_of_others_go_on(
    page: TlsPage, home: Path, revoke: Revoke
) -> None:
    lost = watching(page, page.signed_in("Lost"))
    kept = watching(page, page.signed_in("Kept"))

    revoke(page, home)

    assert lost.read().endswith(BYE)
    assert page.app.extensions["context"].live.count == 1
    kept.close()


@pytest.mark.parametrize("revoke", HOW)
def test_sound_that_is_being_sent_ends(page: TlsPage, home: Path, revoke: Revoke) -> None:
    whole = len(page.ask("/demo/scene", token=page.signed_in()).body)
    page.sign_ins.revoke(page.sign_ins.all()[0].id)
    page.sign_ins.look()
    line = listening(page, page.signed_in("Lost"))

    revoke(page, home)
    waited(lambda: not page.sign_ins._met)  # within a second, where another process did it
    waited(lambda: len(page.door.page.active_channels) == 0)

    assert rest_of(line) < whole / 2
    line.close()


def test_under_another_authority_all_that_is_open_ends(
    page: TlsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = watching(page, page.signed_in())

    monkeypatch.setattr(page.sign_ins, "_authority", lambda: "of another device")

    assert answer.read().endswith(BYE)


def test_a_list_that_cannot_be_read_any_more_leaves_nothing_open(page: TlsPage, home: Path) -> None:
    answer = watching(page, page.signed_in())

    (state_folder(home) / "phones.json").write_text(json.dumps({"version": 2}))

    assert answer.read().endswith(BYE)


def test_who_is_let_in_stays_so_whatever_is_written_into_the_list(
    page: TlsPage, home: Path
) -> None:
    token = page.signed_in()
    answer = watching(page, token)

    PhoneFile(state_folder(home) / "phones.json").change(
        lambda phones: phones.changed(phones.phones[0].id, name="Called otherwise")
    )
    page.sign_ins.look()

    assert page.ask("/", token=token).status == 200
    assert page.app.extensions["context"].live.count == 1
    answer.close()
