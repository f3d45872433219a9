"""A newcomer's first minute: `run` without a microphone, the real capture, worker and browser."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.pcm import Pcm
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.running import dashboard
from tests.journeys import newcomer
from tests.journeys.browser.chromium import Phone
from tests.journeys.command import afterthought
from tests.waiting import waited

NO_MICROPHONE = '[device]\nmicrophone = "none that there is"\n'

IDLE_MS = 40_000
"""How long the page waits for a press before it shows how."""

TAKE_PART = f"""(() => {{
  const [later, ask] = [window.setTimeout, window.fetch];
  window.setTimeout = (then, ms) =>
    ms === {IDLE_MS} ? void (window.timeIsUp = then) : later(then, ms);
  window.presses = 0;
  window.fetch = (...asked) => {{
    if (asked[0] === "/press") window.presses += 1;
    return ask(...asked);
  }};
}})()"""
"""That time passes when the test says so, and the page's presses are counted as it sends them."""


@pytest.mark.long
def test_the_first_minute_without_a_microphone(browser: Phone, home: Path) -> None:
    (home / "settings.toml").write_text(NO_MICROPHONE)
    demo = home / "demo"

    def says(*words: str) -> bool:
        listed = afterthought("list", "--json", "--home", demo).out.lower()
        return all(word in listed for word in words)

    with newcomer.running(home) as url:
        browser.open_tab()
        browser.go(url)
        newcomer.listen(browser)
        waited(lambda: says("shout", "respond"))
        newcomer.press_after_the_sentence(browser)
        browser.until("['taken', 'kept'].includes(document.querySelector('#keep').dataset.shows)")
        newcomer.hear_what_was_kept(browser)
        assert "knock" in browser.text("#just").lower()

        newcomer.see_the_opposite(browser)
        newcomer.ask_the_offered_question(browser)
        hits = "[...document.querySelectorAll('#results .hit')].slice(0, 3)"
        browser.until(f"{hits}.some((hit) => hit.innerText.includes('pill box'))")
        newcomer.dismiss(browser, url)
    assert browser.errors == []


SCENES = """
performance.getEntriesByType('resource').filter((each) => each.name.endsWith('/demo/scene')).length
"""


def spoken(seconds: float) -> Pcm:
    """A tone for a voice, and a long silence."""
    tone = np.sin(np.arange(round(seconds * RATE_HZ)) / 8) * 8000
    return np.pad(tone, (0, 60 * RATE_HZ)).astype(np.int16)


@contextlib.contextmanager
def listening(browser: Phone, home: Path) -> Iterator[RealCapture]:
    """The demo with a scene of a second, played, up to where a press is worth it."""
    with (
        RealCapture(home, spoken(1.0), replay=True).running() as capture,
        dashboard(home) as (_, url),
    ):
        browser.open_tab()
        browser.go(url)
        assert browser.see("document.querySelector('#first').dataset.idleMs") == str(IDLE_MS)
        browser.see(TAKE_PART)
        browser.see("document.querySelector('#first').dataset.worth = 0.5")
        assert browser.see(SCENES) == 0, "its sound was fetched before it was to be heard"
        browser.tap("#listen")
        newcomer.step(browser, "press")
        assert browser.see(SCENES) == 1
        yield capture


def test_who_does_not_press_is_shown_how_once(browser: Phone, home: Path) -> None:
    with listening(browser, home) as capture:
        assert browser.see("presses") == 0

        browser.see("timeIsUp()")

        newcomer.step(browser, "waiting")
        assert browser.text("#keep").lower() in {"taken", "kept"}
        browser.see("timeIsUp()")
        assert browser.see("presses") == 1
        waited(lambda: capture.presses == 1)


def test_who_presses_is_not_shown_how(browser: Phone, home: Path) -> None:
    with listening(browser, home) as capture:
        browser.tap("#keep")
        newcomer.step(browser, "waiting")
        browser.see("timeIsUp()")
        assert browser.see("presses") == 1
        waited(lambda: capture.presses == 1)


def hide(browser: Phone, *, hidden: bool) -> None:
    """Hide the page, as another app in front does: headless Chromium never does so itself."""
    browser.see(
        f"Object.defineProperty(document, 'hidden', {{value: {str(hidden).lower()},"
        " configurable: true}), document.dispatchEvent(new Event('visibilitychange'))"
    )


def test_a_hidden_page_closes_its_stream_and_gets_what_it_missed(
    browser: Phone, home: Path
) -> None:
    with (
        RealCapture(home, spoken(1.0)).running() as capture,
        dashboard(home) as (_, url),
    ):
        browser.open_tab()
        browser.go(url)
        waited(lambda: capture.subscribers == 1)
        marked = "performance.getEntriesByType('resource').filter((e) => e.name.includes('/live'))"

        hide(browser, hidden=True)
        waited(lambda: capture.subscribers == 0)
        assert afterthought("note", "while nobody looked", "--home", home).status == 0
        assert "while nobody looked" not in str(browser.see("document.body.innerText"))

        hide(browser, hidden=False)
        browser.until("document.body.innerText.includes('while nobody looked')")
        waited(lambda: capture.subscribers == 1)
        assert "after=" in str(browser.see(f"{marked}.at(-1)?.name"))
    assert browser.errors == []
