"""axe-core finds nothing on the pages by which a phone is let in, in any of their states.

Over TLS, as the phone sees them that comes, and as one does that was let in before.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import RATE_HZ
from dashboard.sentences import say
from dashboard.sign_in.secrets_of_pairing import Secret
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.letting_in import show
from tests.dashboard.sign_in.tls import TlsPage, over_tls
from tests.journeys.browser.axe import Looks, found, headings, ready
from tests.journeys.browser.chromium import Phone
from tests.waiting import waited

SOUND = np.full(3 * RATE_HZ, 4000, np.int16)
H1 = "document.querySelector('h1')?.textContent"


@pytest.fixture(scope="module", autouse=True)
def looking(browser: Phone) -> None:
    ready(browser)
    browser.accept_certificates()


@pytest.fixture
def page(home: Path) -> Iterator[TlsPage]:
    with over_tls(home) as served:
        yield served


def at_the_device(page: TlsPage, act: str) -> None:
    """What somebody does who sits at the device, on its own page."""
    answer = page.app.test_client().post(f"/phones/{act}", base_url="http://localhost")
    assert answer.status_code == 303


def secret(page: TlsPage) -> Secret:
    found: Secret = page.app.extensions["context"].desk.pairing.secret
    return found


@pytest.mark.long
def test_a_phone_that_is_to_be_let_in(
    browser: Phone, looks: Looks, page: TlsPage, home: Path
) -> None:
    told: dict[str, Any] = {}

    def look(what: str) -> None:
        told[what] = [*found(browser, looks), *headings(browser)]

    place = f"https://127.0.0.1:{page.port}/pair"
    browser.go(place)
    look("nobody opened it")
    at_the_device(page, "open")
    shows(browser, "0000000000")
    notices(browser, "proof.wrong")
    look("refused")
    shows(browser, secret(page).shown)
    browser.until(f"{H1} === {say('pairing.press_now')!r}")
    notices(browser, "presses.down")
    look("it waits, and no press can come")
    at_the_device(page, "cancel")
    notices(browser, "pairing_ended.cancelled")
    look("ended")
    with RealCapture(home, SOUND).running() as capture:
        at_the_device(page, "open")
        browser.go(f"{place}?scanned#{secret(page).link}")
        browser.until(f"{H1} === {say('pairing.press_now')!r}")
        browser.until("!document.querySelector('.notice')")
        look("it waits")
        capture.ask(do="pause")
        notices(browser, "presses.paused")
        look("it waits, in a pause")

    assert {what: each for what, each in told.items() if each} == {}


@pytest.mark.long
def test_a_phone_that_was_let_in_and_lets_in_another(
    browser: Phone, looks: Looks, page: TlsPage
) -> None:
    told: dict[str, Any] = {}

    def look(what: str) -> None:
        told[what] = [*found(browser, looks), *headings(browser)]

    place = f"https://127.0.0.1:{page.port}"
    at_the_device(page, "open")
    browser.go(f"{place}/pair?scanned#{secret(page).link}")
    browser.until(f"{H1} === {say('pairing.press_now')!r}")
    at_the_device(page, "admit")
    browser.until("document.querySelector('#keep')")
    browser.go(f"{place}/phones")
    look("the phones")
    browser.tap("form[action$='/open'] button")
    browser.until("document.querySelector('.code')")
    look("a code to scan")
    show(page, secret(page).link, name="Ada%27s+phone")
    browser.until("document.querySelector('h2')?.innerText.includes('Ada')")
    look("another phone waits")
    browser.go(place)
    # What is announced comes to the pages that are there: this one, once it listens for news.
    waited(lambda: page.app.extensions["context"].live.count)
    at_the_device(page, "admit")
    browser.until("document.querySelector('#news')?.innerText.includes('Ada')")
    look("it is announced")
    browser.go(f"{place}/phones")
    look("it is among the phones")

    assert {what: each for what, each in told.items() if each} == {}


def notices(browser: Phone, named: str) -> None:
    """Wait until the page says this, as far as its first command."""
    beginning = say(named).partition("`")[0]
    browser.until(f"document.querySelector('.notice')?.innerText.includes({beginning!r})")


def shows(browser: Phone, code: str) -> None:
    browser.see("document.querySelector('#secret').value = ''")
    browser.type("#secret", code)
    browser.tap("form.secret button")
