"""Where the network is not as it should be: what each side says, what comes back by itself."""

import contextlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from dashboard.certificates.leaves import RELEASED
from tests.journeys.browser.chromium import Phone, chromium
from tests.journeys.command import afterthought
from tests.journeys.network.attacking import answered
from tests.journeys.network.hosts import DEVICE, Host, Wire, ran
from tests.journeys.network.paged import SCRIPTS, Page, started
from tests.journeys.network.phones import H1, phone_on
from tests.journeys.network.whole import Device, line_of, pairing
from tests.waiting import waited

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
]

IN_2019 = SCRIPTS / "in_2019"
SAYS = "document.querySelector('#sentence')?.textContent"

HOTSPOTS = [("192.168.43.1", "192.168.43.7", 24), ("172.20.10.1", "172.20.10.3", 28)]
"""What phones that share their connection are, whom they give which address, and its subnet."""

CALLING = f"import socket; socket.create_connection(({DEVICE!r}, 8766), 1)"

IMPATIENT = """(() => {
  const later = window.setTimeout;
  window.setTimeout = (then, ms) => later(then, ms === 12_000 ? 2_000 : ms);
})()"""
"""A page that gives up sooner on a stream of which it hears nothing."""


@contextlib.contextmanager
def unplugged(device: Device, host: Host) -> Iterator[None]:
    device.wire.unplug(host)
    try:
        yield
    finally:
        device.wire.plug(host)


def shows_the_code(browser: Phone, place: str, opened: dict[str, str]) -> None:
    browser.go(f"{place}/pair?scanned#{opened['url'].partition('#')[2]}")
    browser.until(f"{H1}?.includes('Now press')")


def get(host: str) -> str:
    return f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"


def post(path: str, form: str) -> str:
    return (
        f"POST {path} HTTP/1.1\r\nHost: {DEVICE}\r\nConnection: close\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\n\r\n{form}"
    )


def test_a_network_that_goes_loses_neither_the_press_nor_the_page(
    standing: Device, tmp_path: Path
) -> None:
    wire = standing.wire
    with phone_on(standing.page, tmp_path) as (browser, place), pairing(standing) as told:
        browser.bring(IMPATIENT)
        shows_the_code(browser, place, line_of(told))
        with unplugged(standing, wire.phone):
            standing.press()
            assert line_of(told)["event"] == "admitted"
            assert "Now press" in browser.see(H1)
        browser.until("document.querySelector('#memory')?.textContent.includes('in memory')")

        for host in (wire.phone, wire.device):
            with unplugged(standing, host):
                browser.until(f'{SAYS} === "Can\'t reach Afterthought. Trying again…"')
            browser.until(f"{SAYS}?.includes('I hear you')")


def test_two_phones_that_show_the_code_are_both_told_and_neither_is_in(
    standing: Device, tmp_path: Path
) -> None:
    with phone_on(standing.page, tmp_path) as (browser, place), pairing(standing) as told:
        opened = line_of(told)
        shows_the_code(browser, place, opened)
        proof = f"secret={opened['secret']}&visit=another"
        (answer,) = answered(standing.wire.stranger, [post("/pair", proof)])
        ended = line_of(told)
        browser.until("document.querySelector('.notice')?.innerText.includes('neither is let in')")

    assert "409" in answer
    assert "Set-Cookie" not in answer
    assert (ended["event"], ended["reason"]) == ("ended", "two_phones")


@pytest.mark.parametrize(("router", "device", "prefix"), HOTSPOTS, ids=["Android", "iPhone"])
def test_the_phones_own_hotspot_is_a_network_like_another(
    standing: Device, router: str, device: str, prefix: int
) -> None:
    wire = standing.wire
    wire.phone.has(router, prefix)
    wire.device.has(device, prefix)
    try:
        wire.device.routes_everything_to(router)
        standing.page.until_at(device, DEVICE)
        (answer,) = answered(wire.phone, [get(device)], at=device)
    finally:
        wire.phone.has_not(router, prefix)
        wire.device.has_not(device, prefix)

    standing.page.until_at(DEVICE)
    assert answer.startswith("HTTP/1.1 401")


def test_with_a_vpn_on_the_phone_the_number_works(standing: Device) -> None:
    wire = standing.wire
    with wire.phone.with_a_vpn():
        (answer,) = answered(wire.phone, [get(DEVICE)])

    assert answer.startswith("HTTP/1.1 401")


def answer_to(page: Page, host: Host) -> dict[str, Any] | None:
    """What a visitor on this host is answered; None where it is not reached."""
    told: dict[str, Any] = page.visited(host, "tls", DEVICE)
    return None if "error" in told else told


def test_clients_that_are_kept_apart_find_nothing_and_status_says_how_that_looks(
    page: Page,
) -> None:
    wire = page.wire
    with wire.kept_apart(wire.device, wire.phone):
        apart = ran(wire.phone.command(sys.executable, "-c", CALLING))
        told = afterthought("status", "--home", page.home).out
    # The neighbour that was not found is remembered for a while.
    together = waited(lambda: answer_to(page, wire.phone))

    assert apart.returncode == 1
    assert "No phone has reached the page yet" in told
    assert "guest network" in told
    assert together["status"] == 401
    assert (
        "No phone has reached the page yet" not in afterthought("status", "--home", page.home).out
    )


def test_a_clock_of_2019_on_the_device_is_told_and_on_a_phone_the_browser_tells(
    wire: Wire, home: Path
) -> None:
    released_s = datetime.combine(RELEASED, time(12), UTC).timestamp()
    with started(wire, home, ["env", f"PYTHONPATH={IN_2019}"]) as page:
        page.until_at(DEVICE)
        found = page.address
        on_that_day = verified(page, wire.phone, released_s)
        in_2019 = verified(page, wire.phone, datetime(2019, 5, 1, tzinfo=UTC).timestamp())

    assert found is not None
    assert "The clock of this device is not set" in found.troubles[0]
    assert "Verification: OK" in on_that_day
    assert "certificate is not yet valid" in in_2019


def verified(page: Page, host: Host, at_s: float) -> str:
    """What OpenSSL there makes of the page's certificate, with a clock that says this."""
    trusting = ["-CAfile", str(page.root), "-attime", str(round(at_s)), "-verify_return_error"]
    done = ran(
        host.command("openssl", "s_client", "-brief", "-connect", f"{DEVICE}:8766", *trusting)
    )
    return done.stdout + done.stderr
