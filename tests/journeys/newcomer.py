"""A newcomer on the page of the demo: the steps of the first minute, each checked."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.journeys.browser.chromium import Phone
from tests.journeys.command import COMMAND
from tests.ports import free_port
from tests.waiting import PATIENCE_S


@contextlib.contextmanager
def running(home: Path, *options: str) -> Iterator[str]:
    """`run` on this home, as a newcomer starts it; and the address of its page."""
    port = free_port()
    command = [*COMMAND, "run", "--home", str(home), "--port", str(port), *options]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as started:
        try:
            assert started.stdout is not None
            while b"The page: " not in (line := started.stdout.readline()):
                assert line, "run ended"
            yield f"http://localhost:{port}"
        finally:
            started.terminate()
            started.wait(PATIENCE_S)


_WHOLE_SEARCHES = """
performance.getEntriesByType('resource')
  .filter(({name}) => name.includes('/search?') && !name.includes('words=1')).length
"""
"""By words alone the page asks too, where the whole answer takes long, as on a busy machine."""


def step(browser: Phone, name: str) -> None:
    """Wait until the first minute has come to this step."""
    browser.until(f"document.querySelector('#first').dataset.step === {name!r}")


def listen(browser: Phone) -> None:
    assert "thinking aloud" in browser.text("#first")
    browser.tap("#listen")
    step(browser, "listening")


def press_after_the_sentence(browser: Phone) -> None:
    step(browser, "press")
    assert "already said" in browser.text("#first")
    browser.tap("#keep")


def hear_what_was_kept(browser: Phone) -> None:
    step(browser, "heard")
    browser.until("document.querySelector('#just .w.lit')")


def see_the_opposite(browser: Phone) -> None:
    browser.tap("[data-message=next]")
    step(browser, "opposite")
    assert "12 days ago she said the opposite" in browser.text("#opposite")
    assert browser.see("document.querySelectorAll('#opposite .play').length") == 2
    browser.tap("#opposite .play")
    browser.until("document.querySelector('#opposite .w.lit')")


def ask_the_offered_question(browser: Phone) -> None:
    browser.tap("[data-message=next]")
    browser.tap("[data-query]")
    step(browser, "yours")
    browser.until("document.querySelector('#results .hit')")
    assert browser.see(_WHOLE_SEARCHES) == 1, (
        "the first answer was not whole: no model was to be waited for"
    )
    assert "Now you." in browser.text("#first")


def come_back_to_a_page_without_it(browser: Phone, url: str) -> None:
    browser.go(url)
    assert browser.see("document.querySelector('#first')") is None


def dismiss(browser: Phone, url: str) -> None:
    browser.tap(".dismiss button")
    browser.until("!document.querySelector('#first')")
    browser.go(url)
    assert browser.see("document.querySelector('#first')") is None
