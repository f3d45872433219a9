"""What a paired phone fetches when it opens the page for the first time, past the warning."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.sign_in.cookie import COOKIE
from tests.journeys.browser.chromium import Phone, chromium, phone
from tests.journeys.network.hosts import DEVICE, Wire
from tests.journeys.network.long_diary import A_DAY, fill
from tests.journeys.network.paged import Page, started

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")

MOMENTS = 1_000
MOST_BYTES = 60_000
A_WHILE = "new Promise((done) => setTimeout(done, 1500))"
"""For what the page might fetch once it is there; on a slow machine less of that is seen."""

PLACE = f"https://{DEVICE}:8766"

FETCHED = """
[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
  (each) => ({
    address: new URL(each.name).pathname,
    by: each.initiatorType,
    sent: each.encodedBodySize,
    text: each.decodedBodySize,
  }))
"""
"""All that the page has fetched, in order, but for its stream of events, which does not end."""


@pytest.fixture
def page(wire: Wire, home: Path) -> Iterator[Page]:
    fill(home, MOMENTS)
    with started(wire, home) as found:
        yield found


@pytest.fixture
def browser(page: Page, tmp_path: Path) -> Iterator[Phone]:
    here = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {DEVICE}"
    with phone(tmp_path, on=page.wire.phone.command(), names=here) as driven:
        driven.open_tab()
        driven.accept_certificates()
        driven.bring_cookie(PLACE, COOKIE, page.let_in())
        yield driven


def fetched(browser: Phone) -> list[dict[str, Any]]:
    found = browser.see(FETCHED)
    assert isinstance(found, list)
    return found


@pytest.mark.long
def test_the_first_load_is_three_requests_and_few_bytes(page: Page, browser: Phone) -> None:
    before = page.wire.phone.carried_bytes()

    browser.go(PLACE)
    browser.until(f"document.querySelectorAll('.row[data-moment]').length >= {A_DAY // 2}")
    browser.see(A_WHILE)
    carried = page.wire.phone.carried_bytes() - before

    found = fetched(browser)
    kinds = [each["address"].rpartition("/")[2] for each in found]
    assert kinds == ["", "app.css", "page.js", "icon.svg"]
    assert [each["by"] for each in found[:3]] == ["navigation", "link", "script"]
    assert all(each["sent"] < each["text"] / 2 for each in found[:3])
    assert 10_000 < carried < MOST_BYTES
    assert browser.errors == []


@pytest.mark.long
def test_as_one_types_only_what_was_found_is_fetched_and_compressed(browser: Phone) -> None:
    browser.go(PLACE)
    browser.type("#q", "kettle")
    browser.until("document.querySelector('#results .hit')")

    asked = [each for each in fetched(browser) if each["address"] == "/search"]
    assert asked
    assert all(0 < each["sent"] < each["text"] / 2 for each in asked if each["text"])
