"""What systemd is told: over a real datagram socket, named or abstract."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.machine.systemd import Service, Watchdog
from tests.waiting import PATIENCE_S


@pytest.fixture(params=["named", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    name = f"@afterthought-{os.getpid()}" if request.param == "abstract" else f"{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0"))
        listening.settimeout(PATIENCE_S)
        yield listening, name


def test_the_manager_hears_each_word(manager: tuple[socket.socket, str]) -> None:
    listening, name = manager
    service = Service({"NOTIFY_SOCKET": name})

    service.ready()
    service.status("I hear you.\nSecond line.")
    service.alive()
    service.stopping()

    heard = [listening.recv(100) for _ in range(4)]
    assert heard == [b"READY=1", b"STATUS=I hear you.", b"WATCHDOG=1", b"STOPPING=1"]


def test_the_watchdog_is_fed_once_a_second_at_most(manager: tuple[socket.socket, str]) -> None:
    listening, name = manager
    service = Service({"NOTIFY_SOCKET": name})
    watchdog = Watchdog(service)

    for tenth in range(25):
        watchdog.feed(500.0 + tenth / 10)
    service.stopping()

    heard = [listening.recv(100) for _ in range(4)]
    assert heard == [b"WATCHDOG=1"] * 3 + [b"STOPPING=1"]


@pytest.mark.parametrize("named", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}])
def test_without_a_manager_nothing_happens(
    named: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(socket.socket, "sendto", lambda _, *told: sent.append(told))
    service = Service(named)

    service.ready()
    Watchdog(service).feed(1.0)

    assert sent == []


def test_a_manager_that_is_gone_or_does_not_read_is_no_trouble(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"{tmp_path}/notify")
        service = Service({"NOTIFY_SOCKET": f"{tmp_path}/notify"})
        for _ in range(2000):  # more than its queue holds
            service.alive()
    service.alive()
