"""A phone is refused, let in, used and revoked, while a stranger on the network does his worst.

The device is three real processes, with its button on a mock pin; the phone is Chromium on another
host, with touch and a fresh profile.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from device.capture.control_socket import ask
from tests.journeys.browser.chromium import Phone, chromium
from tests.journeys.command import afterthought
from tests.journeys.network.attacking import at_work
from tests.journeys.network.hosts import DEVICE, PHONE, STRANGER, Wire
from tests.journeys.network.phones import H1, NOT_PAIRED, phone_on
from tests.journeys.network.recorded import PLANTED, ask_beyond, beyond, recorded
from tests.journeys.network.whole import Device, line_of, pairing, whole_device

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(shutil.which("certutil") is None, reason="no certutil to trust by"),
]

PLAYS = "document.querySelector('audio').currentTime > 0.2"


@pytest.fixture
def device(wire: Wire, home: Path) -> Iterator[Device]:
    """Both it and the phone could reach the internet, by way of somebody who writes it down."""
    for host in (wire.device, wire.phone):
        host.routes_everything_to(STRANGER)
        host.asks_for_names_at(STRANGER)
    with whole_device(wire, home) as running:
        yield running


@pytest.mark.parametrize(
    "trusts",
    [pytest.param(False, id="past the warning"), pytest.param(True, id="by the authority")],
)
def test_a_phone_is_refused_let_in_by_a_press_used_and_revoked(
    device: Device, tmp_path: Path, *, trusts: bool
) -> None:
    wire, before = device.wire, status(device)
    with (
        recorded(wire.device) as sent,
        recorded(wire.phone) as asked,
        at_work(wire.stranger, "everything") as stranger,
        phone_on(device.page, tmp_path, trusts=trusts) as (browser, place),
    ):
        for host in (wire.device, wire.phone):
            ask_beyond(host)
        is_refused(browser, place)
        admitted = is_let_in_by_a_press(browser, place, device)
        sees_what_is_kept_meanwhile(browser, device)
        finds_and_hears_it(browser)
        writes_what_comes_to_mind(browser)
        assert stranger.is_at_work  # through all of it, and no press waited for his end
        assert [each["id"] for each in phones(device)] == [admitted["phone"]]
        is_revoked(browser, admitted["phone"], device)

    assert [each for each in browser.errors if "401 (UNAUTHORIZED)" not in each] == []
    assert stranger.told["opened"] > 0
    assert stranger.told["403"] > 0
    assert stranger.told.keys() <= {"401", "403", "409", "429", "200", "opened", "no answer"}
    assert status(device)["gaps"] == before["gaps"]
    tells_nobody_else(sent, asked)


def is_refused(browser: Phone, place: str) -> None:
    browser.go(place)
    assert browser.see(H1) == NOT_PAIRED
    assert browser.cookies() == []


def is_let_in_by_a_press(browser: Phone, place: str, device: Device) -> dict[str, str]:
    """What is told of it. The page comes by itself."""
    with pairing(device) as told:
        secret = line_of(told)["url"].partition("#")[2]
        browser.go(f"{place}/pair?scanned#{secret}")
        browser.until(f"{H1}?.includes('Now press')")
        device.say_the_sentence()
        device.press()
        admitted = line_of(told)
    assert admitted["event"] == "admitted"
    browser.until("document.querySelector('#memory')?.textContent.includes('in memory')")
    assert browser.see("location.pathname") == "/"
    return admitted


def sees_what_is_kept_meanwhile(browser: Phone, device: Device) -> None:
    device.say_the_sentence()
    press = device.press()
    browser.until(f"document.querySelector('#just [data-moment=\"{press.keep}\"] .w')")
    assert "morning" in browser.text("#just")


def finds_and_hears_it(browser: Phone) -> None:
    browser.see("void document.addEventListener('search-answered', () => window.all = true)")
    browser.type("#q", "morning")
    browser.enter()
    browser.until("window.all")  # by meaning, too: the hits stay where they are
    browser.tap("#results .hit a")
    browser.until("location.pathname.startsWith('/moment/')")
    browser.tap(".play")
    browser.until(PLAYS)
    assert browser.see("document.querySelector('audio').src").startswith("blob:https://")


def writes_what_comes_to_mind(browser: Phone) -> None:
    browser.type("#note", "ask for another box")
    browser.tap(".note button")
    browser.until("document.querySelector('#notes')?.innerText.includes('another box')")


def is_revoked(browser: Phone, phone: str, device: Device) -> None:
    revoked = afterthought("phones", "revoke", phone, "--home", device.home.path)
    assert revoked.status == 0, revoked.err
    browser.until(f"{H1} === {NOT_PAIRED!r}")
    assert browser.cookies() == []


def tells_nobody_else(sent: list[str], asked: list[str]) -> None:
    """What was planted was seen, on either host; besides, there is nothing."""
    answers = [f"tcp {each} from 8766" for each in (PHONE, STRANGER)]
    assert set(beyond(sent, answers)) == PLANTED
    assert set(beyond(asked, [f"tcp {DEVICE}:8766"])) == PLANTED


def phones(device: Device) -> list[dict[str, str]]:
    found: list[dict[str, str]] = afterthought("phones", "--json", "--home", device.home.path).value
    return found


def status(device: Device) -> dict[str, Any]:
    return ask(device.home.capture_socket, {"do": "status"})
