"""What happens in one tab, or in no tab, stands in the other without a reload."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.running import dashboard
from tests.journeys.browser.chromium import Phone

SOUND = (np.sin(np.arange(160_000) / 8) * 8000).astype(np.int16)


def now_ms() -> int:
    return round(time.time() * 1000)


@pytest.fixture
def diary(home: Path) -> Diary:
    return Diary(home)


@pytest.fixture
def url(home: Path) -> Iterator[str]:
    with dashboard(home) as (_, address):
        yield address


def open_both(browser: Phone, first: str, second: str) -> None:
    """Both tabs, live; the first is at hand. Neither is loaded again in what follows."""
    browser.open_tab()
    browser.go(first)
    browser.see("window.same = true")
    browser.open_beside()
    browser.go(second)
    browser.see("window.same = true")
    browser.turn()


def in_both(browser: Phone, expression: str) -> None:
    for _ in range(2):
        browser.turn()
        browser.until(expression)
        assert browser.see("window.same")


def reads(text: str) -> str:
    return f"document.querySelector('main').innerText.includes({text!r})"


def test_new_moments_their_words_and_what_is_hidden(browser: Phone, diary: Diary, url: str) -> None:
    day = time.strftime("%Y-%m-%d")
    open_both(browser, url, f"{url}/day/{day}")

    awaited = diary.awaited(now_ms())
    in_both(browser, reads("Writing it down…"))
    in_both(
        browser, "document.querySelector('.strip').getAttribute('aria-label').includes('1 moment')"
    )
    diary.words_arrive(awaited, "the pump leaks again")
    in_both(browser, reads("the pump leaks again"))
    diary.heard("long ago", now_ms() - 3 * 86_400_000)
    browser.until(reads("long ago"))

    hide(browser, url, awaited)
    browser.turn()
    browser.until(f"!({reads('the pump leaks again')})")
    assert browser.see("window.same")


def hide(browser: Phone, url: str, moment: str) -> None:
    """From another program, as far as the tabs know."""
    browser.see(f"fetch({url!r} + '/moment/{moment}/hide', {{method: 'POST'}}).then(() => true)")


def test_a_moments_page_its_words_and_that_it_is_hidden_or_forgotten(
    browser: Phone, diary: Diary, url: str
) -> None:
    moment = diary.awaited(now_ms())
    page = f"{url}/moment/{moment}"
    open_both(browser, page, page)

    diary.words_arrive(moment, "the pump leaks again")
    in_both(browser, reads("the pump leaks again"))
    hide(browser, url, moment)
    in_both(browser, reads("Bring it back"))
    browser.see(f"fetch('/moment/{moment}/forget', {{method: 'POST'}}).then(() => true)")
    browser.until(reads("was forgotten"))


@pytest.mark.long
def test_the_lists_of_what_is_hidden_and_of_what_changed(
    browser: Phone, diary: Diary, url: str
) -> None:
    moment = diary.heard("a private thing", now_ms())
    open_both(browser, f"{url}/hidden", f"{url}/acts")

    hide(browser, url, moment)
    browser.until(reads("a private thing"))
    browser.turn()
    browser.until(reads("You hid a moment."))
    assert browser.see("window.same")

    browser.tap(".did:first-child button")
    browser.until(reads("Shown again."))
    browser.turn()
    browser.until(reads("Nothing is hidden."))
    assert browser.see("window.same")


def test_a_press_a_pause_and_the_first_minute(browser: Phone, home: Path, url: str) -> None:
    with RealCapture(home, SOUND).running():
        open_both(browser, url, url)
        in_both(browser, "document.querySelector('#memory').textContent.includes('in memory')")

        browser.tap("#keep")
        in_both(
            browser, "['taken', 'kept'].includes(document.querySelector('#keep').dataset.shows)"
        )
        in_both(browser, "document.querySelector('#first').dataset.step === 'waiting'")
        browser.tap("#pause summary")
        browser.tap("#pause [value='900']")
        in_both(browser, "document.querySelector('#state').dataset.state === 'paused'")
        browser.tap("#end button")
        in_both(browser, "document.querySelector('#state').dataset.state === 'listening'")
        browser.tap("#first .dismiss button")
        in_both(browser, "!document.querySelector('#first')")


def test_what_another_tab_took_back_is_not_offered_here(
    browser: Phone, home: Path, diary: Diary, url: str
) -> None:
    with RealCapture(home, SOUND).running() as capture:
        open_both(browser, url, url)
        in_both(browser, "document.querySelector('#memory').textContent.includes('in memory')")
        browser.tap("#keep")
        in_both(browser, "!document.querySelector('#undo').hidden")
        keep = f"{capture.capture.engine.stream}-{browser.see(KEPT_AT)}"
        diary.kept_as(keep, now_ms())
        in_both(browser, "!!document.querySelector('#just [data-moment]')")

        browser.tap("#undo button")

        browser.turn()
        browser.until("!document.querySelector('#just [data-moment]')")
        browser.until("document.querySelector('#undo').hidden")
        assert browser.text("#keep").lower() == "keep that"


KEPT_AT = "document.querySelector('#undo').getAttribute('action').split('/')[2].split('-')[1]"
"""The position in the stream, out of the id of what was kept."""
