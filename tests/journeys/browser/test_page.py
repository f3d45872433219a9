"""The page on a phone, with the real worker and a real browser: the act from press to forget."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.paths import runtime_folder
from core.pcm import Pcm
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere
from dashboard.demo import FOLDER as DEMO
from pipeline import media
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.running import TREE, dashboard
from tests.journeys import newcomer
from tests.journeys.browser.chromium import Phone
from tests.journeys.command import noted
from tests.waiting import PATIENCE_S, waited

COMMAND = [str(Path(sys.executable).with_name("afterthought"))]


@dataclass(frozen=True)
class Lived:
    """A home in which everything runs, and the address of its page."""

    home: Path
    url: str
    capture: RealCapture


@contextlib.contextmanager
def living(home: Path, sound: Pcm, **capture: Any) -> Iterator[Lived]:
    worker = subprocess.Popen([*COMMAND, "process", "--home", str(home)], cwd=TREE)
    try:
        waited(lambda: works(home))  # else a command could be the worker first, and this one leave
        with RealCapture(home, sound, **capture).running() as real, dashboard(home) as (_, url):
            yield Lived(home, url, real)
    finally:
        worker.terminate()
        worker.wait(PATIENCE_S)


def works(home: Path) -> bool:
    """Whether the worker answers by now."""
    try:
        socket_client.ask(runtime_folder(home) / "worker.sock", {"do": "status"}, patience_s=1)
    except NobodyThere:
        return False
    return True


PLAN = json.loads((DEMO / "planted.json").read_text("utf-8"))["scene_plan"]
WORTH = PLAN["sentences"][PLAN["worth_keeping"]]
"""`A warning isn't a shout. It's one knock, on one door, and somebody has to answer it.`"""


def worth(after_s: float) -> Pcm:
    """The sound of that sentence of the demo's last scene, and of what follows it."""
    whole = np.concatenate(list(media.decode(DEMO / "sounds" / "scene.m4a")))
    begin, end = (
        round((WORTH["start_s"] - 0.5) * RATE_HZ),
        round((WORTH["end_s"] + after_s) * RATE_HZ),
    )
    return whole[begin:end]


@pytest.fixture
def lived(home: Path) -> Iterator[Lived]:
    with living(home, worth(0.6)) as everything:
        yield everything


def test_press_arrive_search_play_light_up_forget(browser: Phone, lived: Lived) -> None:
    browser.open_tab()
    browser.go(lived.url)
    browser.until("document.querySelector('#memory').textContent.includes('in memory')")

    browser.tap("#keep")
    said = browser.until(
        "['taken', 'kept'].includes(document.querySelector('#keep').dataset.shows)"
    )
    assert said
    browser.until("document.querySelector('#keep').dataset.shows === 'words'")
    assert "door" in browser.text("#just").lower()
    assert browser.see("document.querySelector('#undo').hidden") is False

    browser.type("#q", "door")
    browser.until("document.querySelector('#results .hit')")
    assert "has the word" in browser.text("#results .why")
    browser.tap("#results .hit a")
    browser.until("location.pathname.startsWith('/moment/')")

    browser.tap(".play")
    browser.until("document.querySelector('.w.lit')")
    assert browser.see("document.querySelector('audio').src").startswith("blob:")
    browser.tap(".w:nth-child(6)")
    browser.until("document.querySelectorAll('.w.past').length >= 6")

    browser.tap("a.grave")
    browser.until("location.pathname.endsWith('/forget')")
    browser.tap("button.grave")
    assert "Forgotten" in browser.text(".done")
    browser.type("#q", "door")
    browser.until("document.querySelector('#results').innerText.includes('Nothing found')")
    assert browser.errors == []


def test_undo_beside_the_button_takes_the_keep_back(browser: Phone, lived: Lived) -> None:
    browser.open_tab()
    browser.go(lived.url)
    browser.until("document.querySelector('#memory').textContent.includes('in memory')")
    browser.tap("#keep")
    browser.until("document.querySelector('#just [data-moment]')")

    browser.tap("#undo button")

    browser.until("!document.querySelector('#just [data-moment]')")
    assert browser.text("#keep").lower() == "keep that"
    browser.until("document.querySelector('#undo button').innerText === 'Redo'")
    browser.tap("#undo button")
    browser.until("document.querySelector('#just [data-moment]')")


@pytest.mark.long
def test_a_held_button_holds_and_does_not_press_as_well(browser: Phone, lived: Lived) -> None:
    browser.open_tab()
    browser.go(lived.url)

    browser.tap("#keep", hold_s=1.9)
    browser.until("['taken', 'kept'].includes(document.querySelector('#keep').dataset.shows)")

    assert lived.capture.presses == 1
    waited(lambda: lived.capture.state == "listening")
    browser.until("document.querySelector('#state').dataset.state === 'listening'")


@pytest.mark.long
def test_every_act_without_script(browser: Phone, lived: Lived) -> None:
    waited(lambda: works(lived.home))
    browser.open_tab(script=False)
    browser.go(lived.url)

    browser.tap("#keep")
    browser.until("location.search.startsWith('?done=taken')")
    browser.until("document.querySelector('#just .w')")  # the page looks again by itself
    assert "door" in browser.text("#just").lower()

    browser.type("#q", "door")
    browser.enter()
    browser.until("location.pathname === '/search'")
    browser.tap(".hit a")
    browser.until("location.pathname.startsWith('/moment/')")
    assert browser.see("document.querySelector('audio').controls")
    assert browser.see("document.querySelector('audio').getAttribute('src')").startswith("/sound/")

    browser.tap("form[action$='/hide'] button")
    assert "Hidden" in browser.text(".done")
    browser.tap(".act.main")
    browser.until("document.querySelector('.done')?.innerText.includes('Shown again')")
    browser.tap("a.grave")
    browser.until("location.pathname.endsWith('/forget')")
    browser.tap("button.grave")
    browser.until("document.querySelector('.done')?.innerText.includes('Forgotten')")

    browser.type("#note", "typed without script")
    browser.tap(".note button")
    browser.until("document.querySelector('.done')?.innerText.includes('Noted')")


@pytest.mark.long
def test_what_another_process_keeps_arrives_without_a_reload(browser: Phone, lived: Lived) -> None:
    browser.open_tab()
    browser.go(lived.url)
    browser.see("window.same = true")

    note = [*COMMAND, "note", "out of another window", "--home", str(lived.home)]
    subprocess.run(note, check=True, capture_output=True)

    browser.until("document.body.innerText.includes('out of another window')")
    assert browser.see("window.same")


def test_a_page_that_loses_its_machine_says_so(browser: Phone, home: Path) -> None:
    browser.open_tab()
    with dashboard(home) as (_, url):
        browser.go(url)
    browser.until("document.body.innerText.includes('reach Afterthought. Trying again')")


@pytest.mark.long
def test_the_first_minute_on_the_demo_from_beginning_to_end(browser: Phone, home: Path) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=12)).isoformat()
    then = DEMO / "sounds" / "a-shout.m4a"
    keep = [*COMMAND, "keep", str(then), "--at", long_ago, "--home", str(home)]
    subprocess.run(keep, check=True, capture_output=True)

    with living(home, worth(8.0), replay=True) as lived:
        browser.open_tab()
        browser.go(lived.url)
        browser.see("document.querySelector('#first').dataset.worth = 4.5")  # the sound is shorter

        newcomer.listen(browser)
        assert lived.capture.presses == 0
        newcomer.press_after_the_sentence(browser)
        newcomer.hear_what_was_kept(browser)
        newcomer.see_the_opposite(browser)
        newcomer.ask_the_offered_question(browser)
        newcomer.come_back_to_a_page_without_it(browser, lived.url)
    assert browser.errors == []


def test_the_first_minute_with_a_microphone(browser: Phone, lived: Lived) -> None:
    browser.open_tab()
    browser.go(lived.url)

    lived.capture.microphone.say_again()
    newcomer.step(browser, "talk")
    assert "Press nothing" in browser.text("#first")
    browser.tap("#keep")
    newcomer.step(browser, "heard")

    assert "before you pressed" in browser.text("#first")


@pytest.mark.long
def test_a_press_that_gets_no_answer_says_so_within_seconds(browser: Phone, lived: Lived) -> None:
    with dashboard(lived.home) as (process, url):
        browser.open_tab()
        browser.go(url)
        browser.until("document.querySelector('#memory').textContent.includes('in memory')")
        process.send_signal(signal.SIGSTOP)
        try:
            browser.tap("#keep")
            assert browser.text("#keep").lower() == "sending…"
            browser.until("!document.querySelector('#refusal').hidden")
        finally:
            process.send_signal(signal.SIGCONT)
        assert "Can't reach Afterthought." in browser.text("#refusal")


@pytest.mark.long
def test_back_from_what_was_found_brings_the_query_and_its_hits_back(
    browser: Phone, lived: Lived
) -> None:
    noted("the pump leaks again", lived.home)
    browser.open_tab()
    browser.go(lived.url)

    browser.type("#q", "pump")
    browser.until("document.querySelector('#results .hit')")
    browser.tap("#results .hit a")
    browser.until("location.pathname.startsWith('/moment/')")
    browser.see("history.back()")

    browser.until("document.querySelector('#results .hit')")
    assert browser.see("document.querySelector('#q').value") == "pump"
    assert browser.see("document.querySelector('#calm').hidden")


HOLD_WHOLE_ANSWERS = """(() => {
  const real = window.fetch;
  window.fetch = (address, ...more) =>
    String(address).startsWith("/search") && !String(address).includes("&words=")
      ? new Promise((done, fail) => {
          window.release = () => real(address, ...more).then(done, fail);
          window.lose = () => fail(new TypeError("nobody answers"));
        })
      : real(address, ...more);
})()"""


def test_what_has_the_words_is_shown_first_and_what_means_the_same_joins(
    browser: Phone, lived: Lived
) -> None:
    noted("the pump leaks again", lived.home)
    browser.open_tab()
    browser.go(lived.url)
    browser.see(HOLD_WHOLE_ANSWERS)

    browser.type("#q", "pump")
    browser.until("document.querySelector('#results .hit mark')")
    assert "Looking for" in browser.text("#results")

    browser.until("typeof release === 'function'")
    browser.see("release()")
    browser.until("!document.querySelector('#results').innerText.includes('Looking for')")
    assert browser.text("#results .hit mark") == "pump"


def test_a_search_that_nobody_answers_says_so(browser: Phone, lived: Lived) -> None:
    browser.open_tab()
    browser.go(lived.url)
    browser.see(HOLD_WHOLE_ANSWERS)

    browser.type("#q", "pump")
    browser.until("document.querySelector('#results').innerText.includes('Looking for')")
    browser.until("typeof lose === 'function'")
    browser.see("lose()")

    browser.until("document.querySelector('#results').innerText.includes('reach Afterthought')")
