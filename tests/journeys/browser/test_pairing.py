"""A phone is let in, in a browser, over TLS: by script from the address that was scanned, and
without script by the code that is typed.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from dashboard.sign_in.pairing import Pairing
from device.ports import Edge
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.tls import TlsPage, over_tls
from tests.journeys.browser.chromium import Phone
from tests.waiting import waited

SOUND = np.full(3 * RATE_HZ, 4000, np.int16)
SAYS = "document.querySelector('h1')?.textContent"


@pytest.fixture
def page(home: Path) -> Iterator[TlsPage]:
    with over_tls(home) as served:
        yield served


@pytest.fixture
def capture(home: Path) -> Iterator[RealCapture]:
    with RealCapture(home, SOUND).running() as running:
        yield running


def opened(page: TlsPage, capture: RealCapture) -> Pairing:
    page.app.test_client().post("/phones/open", base_url="http://localhost")
    waited(lambda: capture.subscribers)
    pairing = page.app.extensions["context"].desk.pairing
    assert isinstance(pairing, Pairing)
    return pairing


def pressed(capture: RealCapture) -> None:
    for down in (True, False):
        capture.capture.inbox.put(Edge(down, time.monotonic()))


def accepting(browser: Phone, *, script: bool) -> None:
    """A new phone, whose owner went on where the browser warned of the certificate."""
    browser.open_tab(script=script)
    browser.accept_certificates()


def test_the_scanned_address_a_press_and_the_phone_is_in_until_it_is_revoked(
    browser: Phone, page: TlsPage, capture: RealCapture
) -> None:
    accepting(browser, script=True)
    url = f"https://127.0.0.1:{page.port}"
    browser.go(url)
    assert browser.see(SAYS) == "This phone is not paired."
    pairing = opened(page, capture)

    browser.go(f"{url}/pair?scanned#{pairing.secret.link}")
    browser.until(f"{SAYS}?.includes('Now press')")
    assert browser.see("location.href") == f"{url}/pair"
    pressed(capture)
    browser.until("document.querySelector('#keep')")

    assert browser.see("location.pathname") == "/"
    assert browser.see("document.cookie") == ""
    assert capture.presses == 1
    page.sign_ins.revoke(page.sign_ins.all()[0].id)
    browser.until(f"{SAYS} === 'This phone is not paired.'")


NEVER_ANSWERED = """
const ask = window.fetch;
const looks = [];
window.fetch = (address, asked) => looks.push(address) > 1 ? ask(address, asked)
  : new Promise((_, gone) => asked.signal?.addEventListener("abort", gone));
"""
"""The first look of a page that waits goes into a network that is gone."""


def test_a_look_that_nobody_answers_is_given_up_and_the_next_one_finds_it_let_in(
    browser: Phone, page: TlsPage, capture: RealCapture
) -> None:
    accepting(browser, script=True)
    browser.bring(NEVER_ANSWERED)
    pairing = opened(page, capture)
    browser.go(f"https://127.0.0.1:{page.port}/pair?scanned#{pairing.secret.link}")
    browser.until("looks.length")
    pressed(capture)

    browser.until("document.querySelector('#keep')")


def test_without_script_the_typed_code_and_a_press_do_it(
    browser: Phone, page: TlsPage, capture: RealCapture
) -> None:
    accepting(browser, script=False)
    pairing = opened(page, capture)
    browser.go(f"https://127.0.0.1:{page.port}/pair")

    browser.see(f"document.querySelector('#secret').value = '{pairing.secret.shown.lower()}'")
    browser.see("document.querySelector('#name').value = '<script>alert(1)</script>'")
    browser.tap("form.secret button")
    browser.until(f"{SAYS}?.includes('Now press')")
    pressed(capture)

    browser.until("document.querySelector('#keep')")
    assert page.sign_ins.all()[0].name == "<script>alert(1)</script>"
    assert browser.errors == []
