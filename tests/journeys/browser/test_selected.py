"""What nobody pressed for, in a real browser: its reason, an answer, and its undo."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.moment import VoiceTurn
from pipeline.store.format.voice_drafts import Turns
from tests.dashboard.conftest import Diary
from tests.dashboard.running import dashboard
from tests.journeys.browser.chromium import Phone

WHY = "Kept because it is a decision and it names a day or a time."
IS_SHOWN = "document.body.innerText.includes('we should go on Friday')"

pytestmark = pytest.mark.long


@pytest.fixture
def url(home: Path) -> Iterator[str]:
    diary, now_ms = Diary(home), round(time.time() * 1000)
    diary.selected("we should go on Friday", now_ms, "decision", "date")
    with dashboard(home) as (_, url):
        yield url


def test_a_selected_moment_says_why_and_is_dismissed_and_undone(browser: Phone, url: str) -> None:
    browser.open_tab()
    browser.go(url)
    assert WHY in browser.text("#just")

    browser.tap("#just form[action$='/dismiss'] button")
    browser.until("document.querySelector('.done')")
    assert "Hidden, and less like it will be kept." in browser.text(".done")
    assert not browser.see(IS_SHOWN)

    browser.tap(".done button")
    browser.until("document.querySelector('.done')?.innerText.includes('Shown again.')")
    assert WHY in browser.text("#moment")
    browser.go(url)
    assert browser.see(IS_SHOWN)
    assert browser.errors == []


def test_more_like_it_is_answered_on_its_own_page(browser: Phone, url: str) -> None:
    browser.open_tab()
    browser.go(url)
    browser.tap("#just .act[href^='/moment/']")
    browser.until("document.querySelector('#moment')")

    browser.tap("form[action$='/more'] button")
    browser.until("document.querySelector('.done')")
    assert "More like this will be kept." in browser.text(".done")
    browser.tap(".done button")
    browser.until("document.querySelector('.done')?.innerText.includes('counts no more')")
    assert browser.errors == []


def test_a_voice_is_named_on_its_page(browser: Phone, home: Path) -> None:
    turns = Turns((VoiceTurn(0, 900, "A"), VoiceTurn(1000, 1400, "wearer")), "a model")
    talk = Diary(home).heard("shall we? yes.", round(time.time() * 1000), turns=turns)
    with dashboard(home) as (_, url):
        browser.open_tab()
        browser.go(f"{url}/moment/{talk}")
        browser.tap("details.voices summary")
        browser.until("document.querySelector('details.voices').open")
        browser.type("#voice-A", "Ilse")
        browser.tap("details.voices form button")
        browser.until("document.querySelector('.done')")

        assert browser.text(".words .voice") == "Ilse"
        assert browser.errors == []


def test_the_page_for_others_says_when_it_cannot_know(browser: Phone, home: Path) -> None:
    with dashboard(home) as (process, url):
        browser.open_tab()
        browser.go(f"{url}/listening")
        assert "It is not listening" in browser.text("#told")
        process.kill()
        process.wait()

        browser.until("!document.querySelector('#lost').hidden")
        assert "does not know what the device does now" in browser.text("#lost")
