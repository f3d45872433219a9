"""Whoever is revoked is out, and every page is there, though the disk takes nothing more."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.paths import Home
from core.sockets import socket_client
from core.sockets.socket_client import Declined
from dashboard.sign_in.sign_ins import WRITE_AGAIN_S, NotForGood
from tests.dashboard.sign_in.test_phone_commands import afterthought
from tests.dashboard.sign_in.test_phones import Device
from tests.dashboard.sign_in.tls import TlsPage
from tests.waiting import PATIENCE_S

WRITE = "dashboard.sign_in.phone_file.write_durably"


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(WRITE, full)


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path)


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WRITE, full)
        yield


def test_every_page_of_the_phones_is_there(page: TlsPage, fill: Callable[[], None]) -> None:
    token = page.signed_in("First")
    page.signed_in("Second")
    fill()

    assert page.ask("/phones", token=token).status == 200
    assert page.ask("/authority", token=token).status == 200


def test_a_page_revokes_at_once_and_says_what_is_to_be_done(
    page: TlsPage, fill: Callable[[], None]
) -> None:
    token, lost = page.signed_in("First"), page.signed_in("Second")
    fill()

    told = page.ask(f"/phones/{page.sign_ins.all()[1].id}/revoke", "POST", token=token, body="")

    assert told.status == 507
    assert "Second is out until Afterthought restarts" in told.text
    assert "Free some space" in told.text
    assert page.ask("/", token=lost).status == 401
    assert "Second" not in page.ask("/phones", token=token).text


def test_the_command_revokes_at_once_and_ends_with_1(
    page: TlsPage, home: Path, fill: Callable[[], None]
) -> None:
    lost = page.signed_in("Lost")
    asked = {"do": "revoke", "id": page.sign_ins.all()[0].id}
    fill()

    with pytest.raises(Declined, match="until Afterthought restarts"):
        socket_client.ask(Home(home).page_socket, asked, patience_s=PATIENCE_S)

    assert page.ask("/", token=lost).status == 401
    with afterthought(home, "phones", "revoke", asked["id"]) as again:
        again.communicate()
        assert again.returncode == 1


def test_once_there_is_space_it_is_written_down_by_itself(device: Device) -> None:
    lost, kept = device.admit("Lost"), device.admit("Kept")
    with full_disk(), pytest.raises(NotForGood):
        device.sign_ins.revoke(device.sign_ins.all()[0].id)
    with full_disk():
        device.sign_ins.look()
    assert device.opened().phone_of(lost) is not None  # as after a restart

    device.clock.advance(WRITE_AGAIN_S)
    device.sign_ins.look()

    assert device.opened().phone_of(lost) is None
    assert device.opened().phone_of(kept) is not None


def test_what_is_open_is_closed_before_the_disk_is_asked(device: Device) -> None:
    device.admit("Lost")
    told: list[str] = []
    device.sign_ins.on_revoked.append(told.append)
    named = device.sign_ins.all()[0].id

    with full_disk(), pytest.raises(NotForGood):
        device.sign_ins.revoke(named)

    assert told == [named]
