"""Who is at the other end: the kernel's table, and what counts as one of us."""

import os
import socket
import subprocess
import sys

import pytest

from core.access import peers
from core.access.peers import Row, is_trusted_caller, is_trusted_visitor, may_enter
from tests.waiting import killed_on_failure

OURS = os.getuid()
ANOTHER = 65534


@pytest.mark.parametrize(
    ("rows", "may"),
    [
        ([Row(1, OURS, 7)], True),
        ([Row(1, 0, 7)], True),
        ([Row(1, ANOTHER, 7)], False),
        ([Row(1, 0, 0)], False),  # posted and closed at once: the row is nobody's
        ([Row(1, OURS, 0)], False),
        ([Row(5, OURS, 7)], False),
        ([Row(6, 0, 0)], False),
        ([], False),
    ],
)
def test_only_a_living_connection_of_ours_or_roots_may_enter(rows: list[Row], *, may: bool) -> None:
    assert may_enter(rows) is may


@pytest.fixture(params=["asked", "listed"])
def by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to learn of it, where the kernel may be asked."""
    if request.param == "listed":

        def refuse(*_: object) -> list[Row]:
            raise PermissionError

        monkeypatch.setattr(peers, "_asked_rows", refuse)


@pytest.mark.usefixtures("by")
@pytest.mark.parametrize(
    ("family", "host"),
    [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::ffff:127.0.0.1")],
    ids=["IPv4", "IPv4 by a socket of IPv6"],
)
def test_our_own_connection_is_found_until_it_is_closed(
    family: socket.AddressFamily, host: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller = socket.socket(family)
        caller.connect((host, server.getsockname()[1]))
        accepted, visitor = server.accept()
        with accepted, caller:
            assert is_trusted_visitor(visitor, accepted.getsockname())
            assert not is_trusted_visitor((visitor[0], visitor[1] ^ 1), accepted.getsockname())

            caller.close()
            assert not is_trusted_visitor(visitor, accepted.getsockname())


@pytest.mark.usefixtures("by")
@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_a_connection_over_ipv6_is_found() -> None:
    with (
        socket.create_server(("::1", 0), family=socket.AF_INET6) as server,
        socket.create_connection(server.getsockname()[:2]),
    ):
        accepted, visitor = server.accept()
        with accepted:
            assert is_trusted_visitor(visitor[:2], accepted.getsockname()[:2])


@pytest.mark.usefixtures("by")
@pytest.mark.skipif(OURS != 0, reason="only root can connect as another user")
def test_another_users_connection_is_no_trusted_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with killed_on_failure(
            subprocess.Popen([sys.executable, "-c", CONNECT, str(port)], stdin=subprocess.PIPE)
        ) as other:
            accepted, visitor = server.accept()
            with accepted:
                assert not is_trusted_visitor(visitor, accepted.getsockname())
            other.communicate(b"\n")


CONNECT = """
import os, socket, sys
os.setgid(65534); os.setuid(65534)
line = socket.socket()
line.connect(("127.0.0.1", int(sys.argv[1])))
sys.stdin.read()
"""


def test_a_callers_user_is_asked_of_the_kernel() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert is_trusted_caller(ours)
