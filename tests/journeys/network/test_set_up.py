"""A device without a screen: a first phone by the installer's code, a second by the second button.

Then a phone forgets everything by seven presses, and is revoked by a command that finds no page.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from device.ports import Edge, SecondEdge
from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.letting_in import press, press_often
from tests.journeys.browser.chromium import Phone, chromium
from tests.journeys.command import COMMAND
from tests.journeys.network.paged import Page
from tests.journeys.network.phones import H1, NOT_PAIRED, phone_on
from tests.waiting import waited

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
]

NOW_PRESS = f"{H1}?.includes('Now press')"


@pytest.fixture
def capture(home: Path) -> Iterator[RealCapture]:
    """Its second button is for pairings, which the page knows from its start."""
    (home / "settings.toml").write_text('[device]\nsecond_button = "pair"\n', encoding="utf-8")
    Diary(home).heard("the pump leaks again", round(time.time() * 1000) - 3_600_000)
    with RealCapture(home, np.zeros(RATE_HZ, np.int16)).running() as running:
        yield running


def told(page: Page, *arguments: str, **environment: str) -> dict[str, str]:
    """What a command prints as JSON."""
    command = [*COMMAND, *arguments, "--json", "--home", str(page.home)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    value: dict[str, str] = json.loads(done.stdout)
    return value


def held(capture: RealCapture) -> None:
    """The second button, for a second."""
    for down, before_s in ((True, 1.0), (False, 0.0)):
        capture.capture.inbox.put(SecondEdge(Edge(down, time.monotonic() - before_s)))


def scans(browser: Phone, place: str, secret: str) -> None:
    browser.go(f"{place}/pair?scanned#{secret}")


def is_in(browser: Phone) -> None:
    browser.until("document.querySelector('#keep')")


def test_without_a_screen_phones_come_forget_and_are_revoked(
    capture: RealCapture, page: Page, tmp_path: Path
) -> None:
    waited(lambda: capture.subscribers)  # the page follows the second button
    url = told(page, "pair", "--set-up")["url"]
    assert url.startswith(f"https://{page.host}:8766/pair#")
    secret = url.partition("#")[2]
    with (
        phone_on(page, tmp_path / "first") as (first, place),
        phone_on(page, tmp_path / "second") as (second, _),
    ):
        scans(first, place, secret)
        first.until(NOW_PRESS)
        waited(lambda: capture.capture.parts.pairing.is_on)
        press(capture)
        is_in(first)

        scans(second, place, secret)
        second.until("document.body.innerText.includes('This code is used up')")
        another = told(page, "pair", "--set-up")["url"].partition("#")[2]
        held(capture)
        waited(lambda: capture.capture.parts.pairing.is_on)
        scans(second, place, another)
        second.until(NOW_PRESS)
        press(capture)
        is_in(second)
        first.until("document.querySelector('#news')?.innerText.includes('A new phone')")

        second.go(f"{place}/forget")
        second.tap("form[action='/forget'] button")
        second.until(NOW_PRESS)
        first.until("document.querySelector('#news')?.innerText.includes('to forget everything')")
        waited(lambda: capture.capture.parts.pairing.is_on)
        press_often(capture)
        second.until(
            "document.querySelector('.done')?.innerText.includes('Everything is forgotten')"
        )
        first.until("!document.body.innerText.includes('the pump')")

        gone = told(page, "phones")[1]["id"]  # type: ignore[index]
        with tempfile.TemporaryDirectory() as nowhere:  # a short name: a socket's has 107 bytes
            told(page, "phones", "revoke", gone, XDG_RUNTIME_DIR=nowhere)
        second.until(f"{H1} === {NOT_PAIRED!r}")
        assert first.see("location.pathname") == "/"
        is_in(first)
