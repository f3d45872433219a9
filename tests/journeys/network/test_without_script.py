"""A phone whose browser runs no script: let in by the typed code, and used, from another host."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.browser.chromium import chromium
from tests.journeys.network.hosts import Wire
from tests.journeys.network.phones import H1, phone_on
from tests.journeys.network.whole import Device, line_of, pairing, whole_device
from tests.waiting import waited

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
]


@pytest.fixture
def device(wire: Wire, home: Path) -> Iterator[Device]:
    with whole_device(wire, home) as running:
        yield running


def test_it_is_let_in_and_keeps_finds_hears_and_writes(device: Device, tmp_path: Path) -> None:
    with phone_on(device.page, tmp_path / "profile", script=False) as (browser, place):
        with pairing(device) as told:
            code = line_of(told)["secret"]
            browser.go(f"{place}/pair")
            browser.type("#secret", code.lower())
            browser.tap("form.secret button")
            browser.until(f"{H1}?.includes('Now press')")
            device.press()
            assert line_of(told)["event"] == "admitted"
        browser.until("document.querySelector('#keep')")
        device.say_the_sentence()
        browser.tap("#keep")
        browser.until("location.search.startsWith('?done=taken')")
        browser.until("document.querySelector('#just .w')")  # the page looks again by itself

        browser.type("#q", "morning")
        browser.enter()
        browser.tap(".hit a")
        browser.until("location.pathname.startsWith('/moment/')")
        browser.downloads_to(tmp_path)
        browser.tap("a[download]")
        sound = waited(lambda: next(tmp_path.glob("*.m4a"), None))
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d\.\d\d\.m4a", sound.name)
        (kept,) = (device.home.sound).rglob("*.mp4")
        waited(lambda: sound.read_bytes() == kept.read_bytes())

        browser.type("#note", "ask for another box")
        browser.tap(".note button")
        browser.until("document.querySelector('.done')?.innerText.includes('Noted')")
    assert browser.errors == []
