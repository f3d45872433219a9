"""A phone on another host is let in by a press, while a stranger on the same network guesses."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from device.ports import Edge
from tests.dashboard.real_capture import RealCapture
from tests.journeys.browser.chromium import Phone, chromium, phone
from tests.journeys.command import COMMAND
from tests.journeys.network.hosts import DEVICE
from tests.journeys.network.paged import Page
from tests.waiting import waited

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")

SOUND = np.full(3 * RATE_HZ, 4000, np.int16)
SAYS = "document.querySelector('h1')?.textContent"
PLACE = f"https://{DEVICE}:8766"

GUESSING = """
import http.client, json, ssl, sys
anybody = ssl._create_unverified_context()
told = []
for n in range(60):
    line = http.client.HTTPSConnection(sys.argv[1], 8766, timeout=30, context=anybody)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST", "/pair", f"secret={n:010}&visit={n}", form)
    told.append(line.getresponse().status)
    line.request("GET", "/")
    line.close()
print(json.dumps(sorted(set(told))))
"""


@pytest.fixture
def capture(home: Path) -> Iterator[RealCapture]:
    with RealCapture(home, SOUND).running() as running:
        yield running


@contextlib.contextmanager
def afterthought(home: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [*COMMAND, *arguments, "--json", "--home", str(home)]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **streams) as running:  # type: ignore[call-overload]
        yield running


def line_of(running: "subprocess.Popen[str]") -> dict[str, str]:
    assert running.stdout is not None
    told = json.loads(running.stdout.readline())
    assert isinstance(told, dict)
    return told


def pressed(capture: RealCapture) -> None:
    for down in (True, False):
        capture.capture.inbox.put(Edge(down, time.monotonic()))


@pytest.fixture
def browser(page: Page, tmp_path: Path) -> Iterator[Phone]:
    here = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {DEVICE}"
    with phone(tmp_path, on=page.wire.phone.command(), names=here) as driven:
        driven.open_tab()
        driven.accept_certificates()
        yield driven


def test_the_scanned_address_and_a_press_let_it_in_until_it_is_revoked(
    page: Page, capture: RealCapture, browser: Phone
) -> None:
    browser.go(PLACE)
    assert browser.see(SAYS) == "This phone is not paired yet."

    with afterthought(page.home, "pair") as pairing:
        secret = line_of(pairing)["url"].partition("#")[2]
        waited(lambda: capture.subscribers)
        guessing = page.wire.phone.command(sys.executable, "-c", GUESSING, DEVICE)
        with subprocess.Popen(guessing, stdout=subprocess.PIPE, text=True) as stranger:
            browser.go(f"{PLACE}/pair?scanned#{secret}")
            browser.until(f"{SAYS}?.includes('Now press')")
            before = capture.presses
            pressed(capture)
            admitted = line_of(pairing)
            guessed, _ = stranger.communicate(timeout=120)

    assert admitted["event"] == "admitted"
    assert capture.presses == before + 1  # kept, and let in
    assert set(json.loads(guessed)) <= {403, 409, 429}
    browser.until("document.querySelector('#memory')?.textContent.includes('in memory')")
    assert browser.see("location.pathname") == "/"

    with afterthought(page.home, "phones", "revoke", admitted["phone"]) as revoking:
        assert line_of(revoking)["id"] == admitted["phone"]
    browser.until(f"{SAYS} === 'This phone is not paired yet.'")
