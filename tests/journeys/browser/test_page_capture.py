"""Pause, record, bring back, gaps and zones on a phone's page, with the real capture."""

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from core.errors import UserError
from device.ports import Edge, Fault, Switched
from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.running import dashboard
from tests.journeys.browser.chromium import Phone
from tests.waiting import waited

SOUND = (np.sin(np.arange(160_000) / 8) * 8000).astype(np.int16)


@pytest.fixture
def capture(home: Path) -> Iterator[RealCapture]:
    with RealCapture(home, SOUND).running() as real:
        yield real


@pytest.fixture
def url(home: Path) -> Iterator[str]:
    with dashboard(home) as (_, address):
        yield address


def state(browser: Phone, code: str) -> None:
    browser.until(f"document.querySelector('#state').dataset.state === {code!r}")


def opened(browser: Phone, url: str) -> None:
    """The page, and its live events."""
    browser.open_tab()
    browser.go(url)
    browser.until("document.querySelector('#memory').textContent.includes('in memory')")


def test_pause_for_a_quarter_of_an_hour_a_press_in_it_and_resume(
    browser: Phone, capture: RealCapture, url: str
) -> None:
    opened(browser, url)

    browser.tap("#pause summary")
    browser.tap("#pause [value='900']")
    state(browser, "paused")
    assert "Listening again in 15 min" in browser.text("#state")
    assert browser.see("document.querySelector('#memory').textContent") == ""
    assert browser.see("document.querySelector('#first').hidden")
    assert browser.text("#keep").lower() == "paused"
    assert browser.see("document.querySelector('#pause details').open") is False

    browser.tap("#keep")
    assert "Paused, so there was nothing to keep" in browser.text("#refusal")
    assert browser.see("document.querySelector('#announce').textContent").startswith("Paused, so")
    assert capture.presses == 0

    browser.tap("#end button")
    state(browser, "listening")
    browser.until("document.querySelector('#refusal').hidden")
    assert browser.text("#keep").lower() == "keep that"
    assert browser.errors == []


@pytest.mark.long
def test_a_recording_shows_its_length_and_ends_where_the_thumb_is(
    browser: Phone, capture: RealCapture, url: str
) -> None:
    opened(browser, url)

    browser.tap("#pause summary")
    browser.tap("#pause [name=on]")
    state(browser, "recording")
    browser.until("document.querySelector('#end .counts').innerText === '0:02'")
    assert browser.see("document.querySelector('#undo').hidden")
    browser.tap("#keep")
    browser.until("document.querySelector('#keep').innerText.includes('being recorded')")

    browser.tap("#end button")
    state(browser, "listening")
    waited(lambda: capture.state == "listening")
    assert browser.errors == []


def test_what_happens_at_the_device_the_page_follows(
    browser: Phone, capture: RealCapture, url: str
) -> None:
    opened(browser, url)

    capture.capture.inbox.put(Switched(paused=True))
    state(browser, "paused")
    assert "The slide switch says pause." in browser.text("#state")
    assert browser.see("document.querySelector('#end').hidden")
    assert browser.see("document.querySelector('#pause').hidden")

    capture.capture.inbox.put(Switched(paused=False))
    state(browser, "listening")
    capture.microphone.stop()
    capture.capture.inbox.put_sound(Fault(UserError("It is gone.", advice="Plug it in.")))
    state(browser, "fault")
    assert "Plug it in." in browser.text("#state")


@pytest.mark.long
def test_what_a_pause_took_back_is_offered_for_ten_minutes(
    browser: Phone, capture: RealCapture, url: str
) -> None:
    opened(browser, url)
    now_s = time.monotonic()
    for down, at_s in ((True, -2.6), (False, -2.5), (True, -2.3)):
        capture.capture.inbox.put(Edge(down, now_s + at_s))

    assert "erased in 10 min" in browser.text(".set-aside")
    assert browser.see("document.querySelector('#undo').hidden")
    browser.tap(".set-aside button")

    browser.until("!document.querySelector('.set-aside')")
    assert capture.ask(do="status")["taken_back"] == []
    assert browser.errors == []


@pytest.mark.long
def test_every_act_without_script(browser: Phone, capture: RealCapture, url: str) -> None:
    browser.open_tab(script=False)
    browser.go(url)

    browser.tap("#pause summary")
    browser.tap("#pause [value='3600']")
    browser.until("document.querySelector('#state').innerText.includes('1 h')")
    browser.tap("#keep")
    browser.until("document.querySelector('#refusal').innerText.includes('nothing to keep')")
    browser.tap("#end button")
    waited(lambda: capture.state == "listening")
    browser.go(url)
    browser.tap("#pause summary")
    browser.tap("#pause [name=on]")
    waited(lambda: capture.state == "recording")
    browser.go(url)
    browser.tap("#end button")
    browser.until("document.querySelector('.done')?.innerText.includes('recording has ended')")


def test_the_sheet_is_for_the_keyboard_too(browser: Phone, capture: RealCapture, url: str) -> None:
    opened(browser, url)

    browser.tap("#pause summary")
    browser.see("document.querySelector('.sheet button').focus()")
    browser.see("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")

    assert browser.see("document.querySelector('.modes').open") is False
    assert browser.see("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.long
def test_everything_to_be_touched_is_as_large_as_a_thumb(
    browser: Phone, capture: RealCapture, url: str
) -> None:
    capture.ask(do="pause")
    browser.open_tab()
    browser.go(url)
    browser.tap("#pause summary")

    sizes = browser.see(
        "[...document.querySelectorAll('.hand button, .hand summary, .hand input')]"
        ".map((e) => e.getBoundingClientRect()).filter((r) => r.width)"
        ".map((r) => Math.min(r.width, r.height))"
    )

    assert len(sizes) >= 7
    assert min(sizes) >= 44


def in_zone(browser: Phone, zone: str) -> None:
    browser.open_tab()
    browser._do("Emulation.setTimezoneOverride", timezoneId=zone)


def zones(browser: Phone) -> list[str]:
    """The zone that each time of the page names, newest first."""
    return list(
        browser.see(
            "[...document.querySelectorAll('.row .zone')].map((e) => e.hidden ? '' : e.innerText)"
        )
    )


def test_the_page_names_the_zone_where_the_phones_is_another(
    browser: Phone, home: Path, url: str
) -> None:
    diary = Diary(home)
    noon = datetime(2026, 5, 5, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    diary.heard("in the spring", round(noon.timestamp() * 1000), utc_offset_min=120)
    shown = {}

    for zone in ("Europe/Berlin", "Africa/Johannesburg", "Asia/Kolkata"):
        in_zone(browser, zone)
        browser.go(f"{url}/day/2026-05-05")
        assert browser.text(".row time").startswith("12:00")
        shown[zone] = zones(browser)

    assert shown == {
        "Europe/Berlin": [""],
        "Africa/Johannesburg": [""],
        "Asia/Kolkata": ["UTC+2"],
    }


def test_the_doubled_hour_names_its_zones_on_a_phone(browser: Phone, home: Path, url: str) -> None:
    diary = Diary(home)
    for fold, offset in ((0, 120), (1, 60)):
        at = datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=ZoneInfo("Europe/Berlin"))
        diary.heard("half past two", round(at.timestamp() * 1000), utc_offset_min=offset)
    at = datetime(2026, 10, 25, 4, tzinfo=ZoneInfo("Europe/Berlin"))
    diary.heard("four", round(at.timestamp() * 1000), utc_offset_min=60)

    in_zone(browser, "Europe/Berlin")
    browser.go(f"{url}/day/2026-10-25")

    assert zones(browser) == ["", "UTC+1", "UTC+2"]
