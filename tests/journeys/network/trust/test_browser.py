"""A real browser on another host, with a fresh profile: what it thinks of our certificates."""

import shutil
from pathlib import Path

import pytest

from tests.journeys.browser.chromium import chromium, phone
from tests.journeys.network.hosts import DEVICE, Wire
from tests.journeys.network.paged import Page, started
from tests.journeys.network.phones import NOT_PAIRED, names, trust
from tests.journeys.network.trust.warned import WARNING, go_past
from tests.self_signed import self_signed

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
]


def test_it_warns_and_past_the_warning_there_is_the_pairing_page(
    page: Page, tmp_path: Path
) -> None:
    with phone(tmp_path, on=page.wire.phone.command(), names=names(page.host)) as browser:
        browser.open_tab()
        browser.go(f"https://{DEVICE}:8766/")
        warned = browser.see(WARNING)
        go_past(browser)
        told = browser.text("main")

    assert warned
    assert NOT_PAIRED in told


@pytest.mark.skipif(shutil.which("certutil") is None, reason="no certutil to trust an authority")
def test_who_trusts_the_authority_meets_no_warning_by_name_or_by_address(
    page: Page, tmp_path: Path
) -> None:
    host = page.host
    trust(tmp_path, page.root)
    with phone(tmp_path, on=page.wire.phone.command(), names=names(host)) as browser:
        browser.open_tab(own=False)
        for place in (host, DEVICE):
            browser.go(f"https://{place}:8766/")
            assert NOT_PAIRED in browser.text("main")
        browser.go(f"http://{DEVICE}:8766/pair")
        sent_on = browser.see("location.href")
        title = browser.see("document.title")

    assert sent_on == f"https://{DEVICE}:8766/pair"
    assert title.endswith(host.removesuffix(".local"))


@pytest.mark.skipif(shutil.which("certutil") is None, reason="no certutil to trust an authority")
def test_by_a_name_in_the_owners_own_certificate_there_is_no_warning_either(
    wire: Wire, home: Path, tmp_path: Path
) -> None:
    own, file, name = self_signed(["memory.example.com"]), home / "own.pem", "memory.example.com"
    file.write_bytes(own.key + own.certificate)
    (home / "settings.toml").write_text('[dashboard]\ncertificate = "own.pem"\n')
    (tmp_path / "root.pem").write_bytes(own.certificate)
    trust(tmp_path, tmp_path / "root.pem")
    with (
        started(wire, home) as page,
        phone(tmp_path, on=wire.phone.command(), names=names(name)) as browser,
    ):
        told = page.until_at(DEVICE)
        browser.open_tab(own=False)
        browser.go(told.urls[0])
        seen, title = browser.text("main"), browser.see("document.title")
        browser.go(f"https://{DEVICE}:8766/")
        by_address = browser.see(WARNING)

    assert told.urls[:2] == (f"https://{name}:8766", f"https://{told.host}:8766")
    assert NOT_PAIRED in seen
    assert title.endswith(told.host.removesuffix(".local"))
    assert by_address  # there it is the device's own, which this browser does not trust
