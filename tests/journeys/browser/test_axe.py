"""axe-core finds nothing on any page in any state: small phone and desktop, light and dark."""

import contextlib
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask

from core.errors import UserError
from core.paths import Home
from dashboard.app import close, create_app
from dashboard.reach.reached import Reached
from dashboard.server import make_server
from device.ports import Fault
from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.running import dashboard
from tests.dashboard.sign_in.tls import over_tls
from tests.journeys.browser.chromium import Phone
from tests.waiting import waited

SOUND = (np.sin(np.arange(160_000) / 8) * 8000).astype(np.int16)
HOUR_MS = 3_600_000

SMALL_PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
DESKTOP = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
SIZES = {"phone": SMALL_PHONE, "desktop": DESKTOP}

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

FOUND = """axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}})
.then(({violations}) => violations.flatMap(({id, help, nodes}) =>
  nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`)))"""


def axe() -> str | None:
    """The library's source, out of the wheel that carries it; None where that is not installed."""
    package = find_spec("axe_playwright_python")
    if package is None or package.submodule_search_locations is None:
        return None
    return (Path(package.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module", autouse=True)
def looking(browser: Phone) -> None:
    source = axe()
    if source is None:
        pytest.skip("axe-core is not installed: `./test` installs it")
    browser.open_tab(calm=True)
    browser.bring(source)


def found(browser: Phone) -> list[str]:
    """What axe-core finds on the page that is open, in every look."""
    told = []
    for (name, size), dark in product(SIZES.items(), (False, True)):
        browser.look(dark=dark, calm=True, size=size)
        told += [f"{name}, {'dark' if dark else 'light'}: {each}" for each in browser.see(FOUND)]
    return told


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
    typed = diary.typed("a note about the pump", now_ms - 26 * HOUR_MS, about=heard)
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
        "typed": f"/moment/{typed}",
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
        "/authority": "/authority",
        "no page": "/nowhere",
        "no moment": "/moment/no-such",
    }
    with dashboard(home) as (_, url):
        yield Lived(url, named)


def test_every_page_of_a_lived_in_home(browser: Phone, lived: Lived) -> None:
    hidden = lived.addresses["hidden one"]
    browser.go(lived.url + hidden)
    browser.tap("form[action$='/hide'] button")
    browser.until("document.querySelector('.done')")

    told = {}
    for what, address in lived.addresses.items():
        browser.go(lived.url + address)
        told[what] = [*found(browser), *headings(browser)]

    assert {what: each for what, each in told.items() if each} == {}


def headings(browser: Phone) -> list[str]:
    """What is wrong with the headings: there is one h1, and no level is left out."""
    levels = browser.see(
        "[...document.querySelectorAll('h1,h2,h3,h4')].filter(h => !h.closest('[hidden]'))"
        ".map(h => Number(h.tagName[1]))"
    )
    skipped = [f"h{a} to h{b}" for a, b in pairwise(levels) if b > a + 1]
    first = [] if levels[:1] == [1] and levels.count(1) == 1 else [f"headings: {levels}"]
    return [*first, *skipped]


def test_every_page_that_the_app_has_is_looked_at(home: Path, lived: Lived) -> None:
    app = create_app(Home(home))
    try:
        pages = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    finally:
        close(app)

    assert pages - NO_PAGES - {"/pair"} == {
        each for each in lived.addresses if each.startswith("/")
    }


def test_the_page_of_a_phone_that_is_not_let_in(browser: Phone, home: Path) -> None:
    reached = Reached(frozenset({"localhost"}), "https://localhost", "an authority")
    app = create_app(Home(home), reached=lambda: reached)
    try:
        over_tls = app.test_client().get("/pair", base_url="https://localhost")
    finally:
        close(app)
    assert over_tls.status_code == 200
    content = re.search(r"<main.*?>(.*)</main>", over_tls.text, re.DOTALL)
    assert content is not None
    with dashboard(home) as (_, url):
        browser.go(f"{url}/nowhere")  # in the same frame
        browser.see(f"document.querySelector('main').innerHTML = {json.dumps(content[1])}")
        assert [*found(browser), *headings(browser)] == []


def test_the_page_of_the_phones_with_a_pairing_and_after_it(browser: Phone, home: Path) -> None:
    with over_tls(home) as served:
        served.signed_in("Ada's phone")
        served.app.test_client().post("/phones/open", base_url="http://localhost")
        with served_on_loopback(served.app) as url:
            browser.go(f"{url}/phones")
            opened = [*found(browser), *headings(browser)]
            browser.tap("form[action$='/cancel'] button")
            browser.until("document.querySelector('form[action$=\"/open\"]')")
            assert opened == []
            assert [*found(browser), *headings(browser)] == []


@contextlib.contextmanager
def served_on_loopback(app: Flask) -> Iterator[str]:
    page = make_server(app, 0)
    serving = threading.Thread(target=page.serve)
    serving.start()
    try:
        yield f"http://localhost:{page.port}"
    finally:
        page.stop()
        serving.join(20)


def test_an_empty_home_whose_device_is_stopped(browser: Phone, home: Path) -> None:
    with dashboard(home) as (_, url):
        for address in ("/", "/hidden", "/acts"):
            browser.go(url + address)
            assert [*found(browser), *headings(browser)] == []


def test_a_press_that_nobody_answers(browser: Phone, home: Path) -> None:
    with dashboard(home) as (_, url):
        browser.go(url)
        browser.tap("#keep")
        browser.until("!document.querySelector('#refusal').hidden")
        assert found(browser) == []


@pytest.fixture
def capture(home: Path) -> Iterator[RealCapture]:
    with RealCapture(home, SOUND).running() as real:
        yield real


def state(browser: Phone, code: str) -> None:
    browser.until(f"document.querySelector('#state').dataset.state === {code!r}")


def test_the_states_of_capture(browser: Phone, home: Path, capture: RealCapture) -> None:
    told: dict[str, Any] = {}
    with dashboard(home) as (_, url):
        browser.go(url)
        browser.until("document.querySelector('#memory').textContent.includes('in memory')")
        told["listening, the first minute"] = [*found(browser), *headings(browser)]
        browser.tap("#keep")
        browser.until("!document.querySelector('#undo').hidden")
        told["kept"] = found(browser)
        waited(lambda: capture.state == "listening")
        state(browser, "listening")
        browser.tap("#pause summary")
        told["the sheet is open"] = found(browser)
        browser.tap("#pause [value='900']")
        state(browser, "paused")
        told["paused"] = [*found(browser), *headings(browser)]
        browser.tap("#keep")
        browser.until("!document.querySelector('#refusal').hidden")
        told["refused in the pause"] = found(browser)
        browser.tap("#end button")
        state(browser, "listening")
        browser.tap("#pause summary")
        browser.tap("#pause [name='on']")
        state(browser, "recording")
        told["recording"] = found(browser)
        browser.tap("#end button")
        waited(lambda: capture.state == "listening")
        capture.microphone.stop()
        capture.capture.inbox.put_sound(Fault(UserError("It is gone.", advice="Plug it in.")))
        state(browser, "fault")
        told["a fault"] = found(browser)
    assert {what: each for what, each in told.items() if each} == {}


def test_every_step_of_the_demos_first_minute(browser: Phone, home: Path) -> None:
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
            told[step] = [*found(browser), *overlaps(browser)]
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
