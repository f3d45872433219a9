"""Forgetting everything from a phone, by presses: in a browser, with script and without."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from dashboard.sign_in.cookie import COOKIE
from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.letting_in import press_often
from tests.dashboard.sign_in.tls import TlsPage, over_tls
from tests.journeys.browser.axe import Looks, found, headings, ready
from tests.journeys.browser.chromium import Phone
from tests.waiting import waited

SAYS = "document.querySelector('h1')?.textContent"


@pytest.fixture
def page(home: Path) -> Iterator[TlsPage]:
    Diary(home).heard("the pump leaks again", round(time.time() * 1000) - 3_600_000)
    with over_tls(home) as served:
        yield served


@pytest.fixture
def capture(home: Path) -> Iterator[RealCapture]:
    with RealCapture(home, np.zeros(RATE_HZ, np.int16)).running() as running:
        yield running


@pytest.mark.long
def test_axe_finds_nothing_while_it_waits_and_on_another_phone(
    browser: Phone, looks: Looks, page: TlsPage
) -> None:
    ready(browser)
    browser.accept_certificates()
    url = f"https://127.0.0.1:{page.port}"
    other = page.signed_in("Other")
    browser.bring_cookie(url, COOKIE, page.signed_in())
    browser.go(f"{url}/forget")
    told = {"asks": [*found(browser, looks), *headings(browser)]}
    browser.tap("form[action='/forget'] button")
    browser.until(f"{SAYS}?.includes('Now press')")
    browser.until("document.querySelector('.notice')?.textContent.includes('cannot feel a press')")
    told["waits"] = [*found(browser, looks), *headings(browser)]
    ready(browser)  # a tab of its own: the one before may load its page anew at any time
    browser.accept_certificates()
    browser.bring_cookie(url, COOKIE, other)
    browser.go(url)
    told["told at home"] = [*found(browser, looks), *headings(browser)]
    browser.tap("#news a[href='/forget']")
    browser.until(f"{SAYS}?.includes('for good')")
    told["told there"] = [*found(browser, looks), *headings(browser)]

    assert {what: each for what, each in told.items() if each} == {}


@pytest.mark.parametrize("script", [True, False])
def test_it_is_asked_for_and_cancelled_and_asked_for_again_and_pressed(
    browser: Phone, page: TlsPage, capture: RealCapture, *, script: bool
) -> None:
    browser.open_tab(script=script)
    browser.accept_certificates()
    url = f"https://127.0.0.1:{page.port}"
    browser.bring_cookie(url, COOKIE, page.signed_in())
    browser.go(f"{url}/hidden")
    browser.tap("a[href='/forget']")
    browser.until(f"{SAYS}?.includes('for good')")
    browser.tap("form[action='/forget'] button")
    browser.until(f"{SAYS}?.includes('Now press')")
    browser.tap("form[action='/forget/cancel'] button")
    browser.until("document.querySelector('[role=alert]')?.textContent.includes('Nothing was')")

    browser.tap("form[action='/forget'] button")
    browser.until(f"{SAYS}?.includes('Now press')")
    waited(lambda: capture.capture.parts.pairing.is_on)
    press_often(capture)

    browser.until(
        "document.querySelector('.done')?.textContent.includes('Everything is forgotten')"
    )
    assert browser.see("location.pathname") == "/"
    assert "the pump" not in browser.see("document.body.innerText")
    assert browser.errors == []
