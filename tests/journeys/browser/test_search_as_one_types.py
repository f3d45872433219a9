"""The page searches at each key: by words at once, one request at a time, the newest wins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dashboard.running import dashboard
from tests.journeys.browser.chromium import Phone
from tests.journeys.network.long_diary import fill

HOLD_ANSWERS = """(() => {
  const real = window.fetch;
  window.asked = [];
  window.fetch = (address, ...more) => {
    const asked = new URL(address, location);
    if (asked.pathname !== "/search") return real(address, ...more);
    const words = asked.searchParams.has("words");
    return new Promise((done, fail) => window.asked.push({
      query: asked.searchParams.get("q"),
      words,
      answer: () => real(address, ...more).then(done, fail),
    }));
  };
  window.words = () => window.asked.filter((each) => each.words).map((each) => each.query).join();
  window.whole = () => window.asked.filter((each) => !each.words).map((each) => each.query).join();
  window.answer = (place) => window.asked[place].answer();
})()"""
"""Answers come when the test says so."""

TYPE = """(text) => {
  const box = document.querySelector("#q");
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  return window.words();
}"""

PLACE = "document.querySelector('#results .hit a').getBoundingClientRect().top"
SHOWN = "document.querySelector('#results .hit mark')?.textContent"
LOOKING = "document.querySelector('#results').innerText.includes('Looking for')"


@pytest.fixture
def page(browser: Phone, home: Path) -> Iterator[Phone]:
    fill(home, 60)
    with dashboard(home) as (_, url):
        browser.open_tab()
        browser.go(url)
        browser.see(HOLD_ANSWERS)
        yield browser
    assert browser.errors == []


def typed(page: Phone, text: str) -> object:
    """Type this; the queries that were asked by words until the key was through."""
    return page.see(f"({TYPE})({text!r})")


def test_a_key_is_asked_for_at_once_and_the_next_when_that_is_answered(page: Phone) -> None:
    assert typed(page, "ket") == "ket"
    assert typed(page, "kett") == "ket"
    assert typed(page, "kettle") == "ket"

    page.see("answer(0)")
    page.until("words() === 'ket,kettle'")
    assert page.see("document.querySelectorAll('#results .hit').length") == 0
    page.see("asked.findLast((each) => each.words).answer()")
    page.until(f"{SHOWN} === 'kettle'")

    assert page.see(LOOKING)
    page.until("whole() === 'kettle'")


def test_the_hits_stay_where_they_are_as_the_note_above_them_goes(page: Phone) -> None:
    typed(page, "kettle")
    page.see("answer(0)")
    page.until(SHOWN)
    assert page.see(LOOKING)
    before = page.see(PLACE)

    page.see("document.querySelector('#results .quiet').remove()")

    assert page.see(PLACE) == before


@pytest.mark.long
def test_a_late_answer_by_words_does_not_hide_the_whole_one(page: Phone) -> None:
    typed(page, "kettle")
    page.until("whole() === 'kettle'")
    page.see("asked.findLast((each) => !each.words).answer()")
    page.until(SHOWN)
    page.see("document.querySelector('#results ol').id = 'whole'")

    page.see("answer(0)")
    page.see("new Promise((done) => setTimeout(done, 100))")

    assert page.see("document.querySelector('#whole') !== null")


def test_an_empty_box_brings_the_page_back_at_once(page: Phone) -> None:
    typed(page, "kettle")
    page.see("answer(0)")
    page.until(SHOWN)

    typed(page, "")

    assert page.see("document.querySelector('#results').hidden")
    assert not page.see("document.querySelector('#calm').hidden")
    assert page.see("document.querySelector('#results').children.length") == 0


@pytest.mark.long
def test_who_opens_a_hit_at_once_comes_back_to_the_query(page: Phone) -> None:
    typed(page, "kettle")
    page.see("answer(0)")
    page.until(SHOWN)
    page.tap("#results .hit a")
    page.until("location.pathname.startsWith('/moment/')")

    page.see("history.back()")

    page.until("location.search === '?q=kettle'")
    page.until(SHOWN)
