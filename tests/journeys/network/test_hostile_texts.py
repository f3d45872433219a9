"""Whatever a text holds that a page shows, it is shown as it is, and nothing else comes of it."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.errors import UserError
from device.ports import Fault
from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.letting_in import Command
from tests.journeys.browser.chromium import Phone, chromium
from tests.journeys.command import afterthought
from tests.journeys.network.paged import Page
from tests.journeys.network.phones import H1, phone_on

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
]

SOUND = np.full(3 * RATE_HZ, 4000, np.int16)

SCRIPT = "<script>alert(1)</script>"
ELEMENT = "<img src=x onerror=alert(2)>"
HOSTILE = f"{SCRIPT} {ELEMENT} \"'><a href=javascript:alert(3)>so</a> {{{{7*7}}}} & `{ELEMENT}`"
"""For a text of any length; a phone's name holds the first alone."""

MADE = """[...document.querySelectorAll(
  "img, script:not([src]):not([type='application/json']), [onerror], a[href^='javascript'], "
  + "a[href='/x'], iframe, object, embed"
)].map((each) => each.outerHTML)"""
"""What came of it, where something did."""


@pytest.fixture
def capture(home: Path) -> Iterator[RealCapture]:
    with RealCapture(home, SOUND).running() as running:
        yield running


@pytest.fixture
def moments(home: Path, tmp_path: Path) -> dict[str, str]:
    """Moments of every kind, whose every text is hostile; their ids."""
    diary, now_ms = Diary(home), round(time.time() * 1000)
    heard = diary.heard(HOSTILE, now_ms - 60_000, doubtful=ELEMENT)
    note = diary.typed(HOSTILE, now_ms - 50_000, about=heard)
    line = {"text": HOSTILE, "speaker": HOSTILE, "ref": HOSTILE, "at": "2026-11-01T09:00:00Z"}
    file = tmp_path / f"{ELEMENT}.jsonl"
    file.write_text(json.dumps(line))
    assert afterthought("import", file).status == 0
    assert afterthought("import", "--source", HOSTILE, file).status == 0
    assert afterthought("process", "--once").status == 0
    imported = next(each["id"] for each in afterthought("list", "--json").value if each["speaker"])
    return {"heard": heard, "note": note, "imported": imported}


def test_every_page_shows_it_as_it_is(
    page: Page, capture: RealCapture, moments: dict[str, str], tmp_path: Path
) -> None:
    asked = quote(HOSTILE, safe="")
    showing = [
        *(f"/moment/{each}" for each in moments.values()),
        f"/moment/{moments['heard']}/forget",
        f"/search?q={asked}",
        f"/?q={asked}",
        f"/day/{time.strftime('%Y-%m-%d')}",
        "/past/2026-11",
        "/acts",
        "/phones",
    ]
    others = [
        *(f"/{each}/{asked}" for each in ("moment", "day", "past", "sound", "demo/opposite")),
        f"/?done={asked}&act={asked}",
        f"/{asked}",
        "/hidden",
    ]
    with phone_on(page, tmp_path / "profile") as (browser, place):
        is_let_in(browser, place, page)
        for address in showing:
            browser.go(place + address)
            browser.until(f"document.body.innerText.includes({SCRIPT!r})")
            is_text(browser, address)
        for address in others:
            browser.go(place + address)
            is_text(browser, address)
        comes_by_itself(browser, place, page, capture)

    assert [each for each in browser.errors if not each.startswith("Failed to load resource")] == []


def is_text(browser: Phone, what: str) -> None:
    assert browser.see(MADE) == [], what


def is_let_in(browser: Phone, place: str, page: Page) -> None:
    """By a name that is hostile, after a wrong code."""
    with contextlib.closing(Command(page.home)) as command:
        browser.go(f"{place}/pair")
        for code in (HOSTILE, command.opened["secret"]):
            browser.see("document.querySelector('#name').value = ''")
            browser.type("#name", SCRIPT)
            browser.type("#secret", code)
            browser.tap("form.secret button")
            browser.until(f"document.querySelector('.notice') || {H1}?.includes('Now press')")
            is_text(browser, "the pairing page")
        assert command.next("waiting")["name"] == SCRIPT
        command.ask(do="admit")
        command.next("admitted")
    browser.until("document.querySelector('#keep')")


def comes_by_itself(browser: Phone, place: str, page: Page, capture: RealCapture) -> None:
    """What script puts into a page that is open: a hit, a moment, what is wrong with capture."""
    page.let_in(SCRIPT)
    browser.go(place)
    assert SCRIPT in browser.text("#news")
    browser.type("#q", SCRIPT)
    browser.until(f"document.querySelector('#results').innerText.includes({SCRIPT!r})")
    browser.until("document.querySelector('#results mark')")
    is_text(browser, "hits")

    browser.go(place)
    browser.until("document.querySelector('#memory').textContent.includes('in memory')")
    Diary(page.home).heard(f"new: {HOSTILE}", round(time.time() * 1000))
    browser.until("document.querySelector('#just').innerText.includes('new:')")
    is_text(browser, "a new moment")

    capture.microphone.stop()
    capture.capture.inbox.put_sound(Fault(UserError(HOSTILE, advice=HOSTILE)))
    browser.until(f"document.querySelector('#state').innerText.includes({SCRIPT!r})")
    is_text(browser, "a fault")
