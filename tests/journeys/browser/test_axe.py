"""axe-core finds nothing on any page in any state: small phone and desktop, light and dark."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import UserError
from core.moment import VoiceTurn
from core.paths import Home
from dashboard.app import close, create_app
from device.ports import Edge, Fault
from pipeline.store.format.voice_drafts import Turns
from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.running import dashboard
from tests.journeys.browser.axe import SIZES, Looks, found, headings, ready
from tests.journeys.browser.chromium import Phone
from tests.waiting import waited

SOUND = (np.sin(np.arange(160_000) / 8) * 8000).astype(np.int16)
HOUR_MS = 3_600_000

NO_PAGES = {
    "/live",
    "/now",
    "/sound/<named>",
    "/demo/scene",
    "/authority/certificate",
    "/demo/opposite/<named>",
    "/static/<version>/<path:file>",
}
"""Answers that are no page: events, parts, sound, files."""


@pytest.fixture(scope="module", autouse=True)
def looking(browser: Phone) -> None:
    ready(browser)


@dataclass(frozen=True)
class Lived:
    """A home with a moment of every kind, by what it is."""

    url: str
    addresses: dict[str, str]


@pytest.fixture
def lived(home: Path) -> Iterator[Lived]:
    diary = Diary(home)
    now_ms = round(time.time() * 1000)
    heard = diary.heard("the pump leaks again, i think", now_ms, doubtful="leaks think")
    hidden = diary.heard("a private thing", now_ms - HOUR_MS)
    awaited = diary.awaited(now_ms - HOUR_MS // 2)
    failed = diary.without_words(now_ms - HOUR_MS // 3)
    typed = diary.typed("a note about the pump", now_ms - 26 * HOUR_MS, about=heard)
    selected = diary.selected("we should go on Friday", now_ms - HOUR_MS // 4, "decision", "date")
    turns = Turns((VoiceTurn(0, 900, "A"), VoiceTurn(1000, 1400, "wearer")), "a model")
    talk = diary.heard("shall we? yes.", now_ms - HOUR_MS // 5, how="recording", turns=turns)
    talk_ms = [(minute * 60_000, 20_000) for minute in range(40)]
    diary.passed_over(now_ms - HOUR_MS, {"no_words": 12, "too_short": 28}, talk_ms)
    diary.heard("the clock was unset", None)
    for days in range(2, 7):
        for n in range(5):
            diary.heard(f"thought {n} of that day", now_ms - days * 24 * HOUR_MS - n * 600_000)
    diary.gap(now_ms - 2 * HOUR_MS, 420_000)
    diary.pause(now_ms - 3 * HOUR_MS, 900_000)
    day, month = time.strftime("%Y-%m-%d"), time.strftime("%Y-%m")
    named = {
        "/moment/<named>": f"/moment/{heard}",
        "awaited": f"/moment/{awaited}",
        "failed": f"/moment/{failed}",
        "typed": f"/moment/{typed}",
        "selected": f"/moment/{selected}",
        "several voices": f"/moment/{talk}",
        "hidden one": f"/moment/{hidden}",
        "/moment/<named>/forget": f"/moment/{heard}/forget",
        "/day/<named>": f"/day/{day}",
        "an empty day": "/day/2020-02-02",
        "/past/<month>": f"/past/{month}",
        "an empty month": "/past/2020-02",
        "/": "/",
        "done": "/?done=hidden&act=a:1",
        "/search": "/search?q=pump",
        "no search yet": "/search",
        "nothing found": "/search?q=zzzqqq",
        "asked at home": "/?q=pump",
        "/hidden": "/hidden",
        "/acts": "/acts",
        "/phones": "/phones",
        "/listening": "/listening",
        "/machines": "/machines",
        "/forget": "/forget",
        "/authority": "/authority",
        "no page": "/nowhere",
        "no moment": "/moment/no-such",
    }
    with dashboard(home) as (_, url):
        yield Lived(url, named)


def test_every_page_of_a_lived_in_home(browser: Phone, looks: Looks, lived: Lived) -> None:
    hidden = lived.addresses["hidden one"]
    browser.go(lived.url + hidden)
    browser.tap("form[action$='/hide'] button")
    browser.until("document.querySelector('.done')")

    told = {}
    for what, address in lived.addresses.items():
        browser.go(lived.url + address)
        browser.see(
            "document.querySelectorAll('details.voices').forEach((each) => each.open = true)"
        )
        told[what] = [*found(browser, looks), *headings(browser)]

    assert {what: each for what, each in told.items() if each} == {}


def test_every_page_that_the_app_has_is_looked_at(home: Path, lived: Lived) -> None:
    app = create_app(Home(home))
    try:
        pages = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    finally:
        close(app)

    assert pages - NO_PAGES - {"/pair"} == {
        each for each in lived.addresses if each.startswith("/")
    }


@pytest.mark.long
def test_an_empty_home_whose_device_is_stopped(browser: Phone, looks: Looks, home: Path) -> None:
    with dashboard(home) as (_, url):
        for address in ("/", "/hidden", "/acts"):
            browser.go(url + address)
            assert [*found(browser, looks), *headings(browser)] == []


@pytest.mark.long
def test_a_press_that_nobody_answers(browser: Phone, looks: Looks, home: Path) -> None:
    with dashboard(home) as (_, url):
        browser.go(url)
        browser.tap("#keep")
        browser.until("!document.querySelector('#refusal').hidden")
        assert found(browser, looks) == []


@pytest.fixture
def capture(home: Path) -> Iterator[RealCapture]:
    with RealCapture(home, SOUND).running() as real:
        yield real


def state(browser: Phone, code: str) -> None:
    browser.until(f"document.querySelector('#state').dataset.state === {code!r}")


@pytest.mark.long
def test_the_states_of_capture(
    browser: Phone, looks: Looks, home: Path, capture: RealCapture
) -> None:
    told: dict[str, Any] = {}
    with dashboard(home) as (_, url):
        browser.go(url)
        browser.until("document.querySelector('#memory').textContent.includes('in memory')")
        told["listening, the first minute"] = [*found(browser, looks), *headings(browser)]
        browser.tap("#keep")
        browser.until("!document.querySelector('#undo').hidden")
        told["kept"] = found(browser, looks)
        waited(lambda: capture.state == "listening")
        state(browser, "listening")
        browser.tap("#pause summary")
        told["the sheet is open"] = found(browser, looks)
        browser.tap("#pause [value='900']")
        state(browser, "paused")
        told["paused"] = [*found(browser, looks), *headings(browser)]
        browser.tap("#keep")
        browser.until("!document.querySelector('#refusal').hidden")
        told["refused in the pause"] = found(browser, looks)
        browser.tap("#end button")
        state(browser, "listening")
        browser.tap("#pause summary")
        browser.tap("#pause [name='on']")
        state(browser, "recording")
        told["recording"] = found(browser, looks)
        browser.tap("#end button")
        waited(lambda: capture.state == "listening")
        capture.microphone.stop()
        capture.capture.inbox.put_sound(Fault(UserError("It is gone.", advice="Plug it in.")))
        state(browser, "fault")
        told["a fault"] = found(browser, looks)
    assert {what: each for what, each in told.items() if each} == {}


@pytest.mark.long
def test_a_keep_that_a_pause_set_aside(
    browser: Phone, looks: Looks, home: Path, capture: RealCapture
) -> None:
    with dashboard(home) as (_, url):
        browser.go(url)
        browser.until("document.querySelector('#memory').textContent.includes('in memory')")
        now_s = time.monotonic()
        for down, at_s in ((True, -2.6), (False, -2.5), (True, -2.3)):
            capture.capture.inbox.put(Edge(down, now_s + at_s))
        browser.until("document.querySelector('.set-aside')")
        assert [*found(browser, looks), *headings(browser)] == []


@pytest.mark.long
def test_every_step_of_the_demos_first_minute(browser: Phone, looks: Looks, home: Path) -> None:
    told: dict[str, Any] = {}
    with RealCapture(home, SOUND, replay=True).running(), dashboard(home) as (_, url):
        browser.go(url)
        steps = ("offer", "listening", "press", "waiting", "heard", "opposite", "ask", "yours")
        for step in steps:
            parts = json.dumps(step)
            browser.see(
                "document.querySelectorAll('#first [data-at]').forEach((part) => {"
                f"part.hidden = !part.dataset.at.split(' ').includes({parts}) }})"
            )
            told[step] = [*found(browser, looks), *overlaps(browser)]
    assert {what: each for what, each in told.items() if each} == {}


def overlaps(browser: Phone) -> list[str]:
    """The texts of the first minute over which its cross lies, on either size."""
    told = []
    for name, size in SIZES.items():
        browser.look(size=size, calm=True)
        told += [f"{name}: {each}" for each in browser.see(OVERLAPS)]
    return told


OVERLAPS = """(() => {
const cross = document.querySelector('#first .dismiss').getBoundingClientRect();
const texts = document.createTreeWalker(document.querySelector('#first'), NodeFilter.SHOW_TEXT);
const told = [];
while (texts.nextNode()) {
  const text = texts.currentNode;
  if (!text.textContent.trim() || text.parentElement.closest('.dismiss')) continue;
  const range = document.createRange();
  range.selectNodeContents(text);
  for (const line of range.getClientRects())
    if (line.width && line.right > cross.left && line.left < cross.right
        && line.bottom > cross.top && line.top < cross.bottom) told.push(text.textContent.trim());
}
return told })()"""
