"""A note that is typed on a moment's page, with the real worker and a real browser."""

import pytest

from tests.journeys.browser.chromium import Phone
from tests.journeys.browser.test_page import Lived, lived
from tests.journeys.command import noted

__all__ = ["lived"]


@pytest.mark.long
def test_a_note_about_a_moment_joins_its_page_and_leads_back(browser: Phone, lived: Lived) -> None:
    moment = noted("the pump leaks again", lived.home)
    browser.open_tab()
    browser.go(lived.url)
    browser.until("document.body.innerText.includes('the pump leaks again')")  # it is made
    browser.go(f"{lived.url}/moment/{moment}")
    browser.until("document.querySelector('#notes').hidden")

    browser.type("#note", "the seal was changed")
    browser.tap(".note button")
    browser.until("document.querySelector('#notes .row')")
    assert "the seal was changed" in browser.text("#notes")

    browser.tap("#notes .row a")
    browser.until("document.querySelector('.about a')")
    assert "About: the pump leaks again" in browser.text(".about")
    browser.tap(".about a")
    browser.until("document.querySelector('#notes .row')")
    assert browser.errors == []
