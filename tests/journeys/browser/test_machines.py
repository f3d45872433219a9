"""The page of other machines in a browser: readable by everybody, and whole on a small phone."""

import asyncio
from pathlib import Path

import pytest

from core.sync.status import only_service
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.exchange.away import is_here_again
from tests.dashboard.pages.two_copies import Copies, tell, two_copies
from tests.dashboard.running import dashboard
from tests.journeys.browser.axe import SMALL_PHONE, Looks, found, headings, ready
from tests.journeys.browser.chromium import Phone

WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def note_that_it_came(copies: Copies) -> None:
    """As the sync service does."""
    async with open_archive(copies.home) as archive:
        await is_here_again(archive.connection, copies.sound.stem)


@pytest.mark.long
def test_what_waits_for_a_word_is_answered_on_a_small_phone(
    browser: Phone, looks: Looks, tmp_path: Path
) -> None:
    ready(browser)
    copies = two_copies(tmp_path)
    why = "No Afterthought answers at 192.168.1.7, which may be asleep."
    tell(copies, state="away", sentence=why, met_ms=1_790_000_000_000, next_try_ms=None)
    with only_service(copies.home), dashboard(copies.home) as (_, url):
        browser.go(f"{url}/machines")
        assert [*found(browser, looks), *headings(browser)] == []
        browser.look(size=SMALL_PHONE, calm=True)
        assert not browser.see(WIDE)
        browser.tap("form[action$='/keep'] button")
        browser.until("document.querySelector('.done')")
        assert "are kept" in browser.see("document.querySelector('.done').textContent")
        assert [*found(browser, looks), *headings(browser)] == []

        sound = copies.sound.read_bytes()
        copies.sound.unlink()
        browser.go(f"{url}/moment/{copies.with_sound}")
        assert [*found(browser, looks), *headings(browser)] == []

        browser.tap("form[action$='/fetch'] button")
        browser.until("document.body.innerText.includes('being fetched from install 0')")
        assert [*found(browser, looks), *headings(browser)] == []
        copies.sound.write_bytes(sound)
        asyncio.run(note_that_it_came(copies))
        browser.until("document.querySelector('.player')")  # without a reload
