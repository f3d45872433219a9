"""What a phone has of either way, as Chromium has it: the table of docs/network.md."""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import request

from dashboard.sentences import say
from dashboard.sign_in.cookie import COOKIE
from tests.dashboard.sign_in.tls import TlsPage, over_tls
from tests.journeys.browser.chromium import chromium, phone
from tests.journeys.network.phones import H1, NOT_PAIRED, trust
from tests.journeys.network.trust.warned import WARNING, go_past
from tests.waiting import waited

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(shutil.which("certutil") is None, reason="no certutil to trust by"),
]

HERE = "--host-resolver-rules=MAP * 127.0.0.1"
REGISTERED = (
    "navigator.serviceWorker.register(document.querySelector('script[src]').src)"
    ".then(() => 'registered', String)"
)


@pytest.fixture
def page(home: Path) -> Iterator[TlsPage]:
    with over_tls(home) as served:
        yield served


@pytest.fixture
def asked(page: TlsPage) -> Counter[str]:
    """How often each file was asked for."""
    found: Counter[str] = Counter()

    def count() -> None:
        found.update([Path(request.path).name])

    page.app.before_request_funcs.setdefault(None, []).insert(0, count)
    return found


@pytest.mark.parametrize("trusts", [False, True], ids=["past the warning", "by the authority"])
def test_only_where_it_trusts_the_authority_a_browser_keeps_files_and_takes_a_worker(
    page: TlsPage, asked: Counter[str], tmp_path: Path, *, trusts: bool
) -> None:
    if trusts:
        trust(tmp_path, page.door.folder.root)
    warned = []
    for _ in range(2):
        with phone(tmp_path, names=HERE) as browser:
            browser.open_tab(own=False)
            browser.go(f"https://{page.host}:{page.port}/pair")
            warned.append(browser.see(WARNING))
            if warned[-1]:
                go_past(browser)
            assert browser.see(H1) == NOT_PAIRED
            browser.until("document.readyState === 'complete'")
            loaded = asked["app.css"]
            worker = browser.see(REGISTERED)

    assert warned == [not trusts, False]  # it is remembered, for a week
    assert loaded == (1 if trusts else 2)
    assert ("An SSL certificate error" in worker) is not trusts


def test_what_the_phone_downloads_is_the_authority_and_then_there_is_no_warning(
    page: TlsPage, tmp_path: Path
) -> None:
    downloads, profile = tmp_path / "downloads", tmp_path / "profile"
    place = f"https://{page.host}:{page.port}"
    with phone(profile, names=HERE) as browser:
        browser.open_tab(own=False)
        browser.downloads_to(downloads)
        browser.go(place)
        go_past(browser)
        browser.bring_cookie(place, COOKIE, page.signed_in())
        browser.go(f"{place}/authority")
        browser.tap("a[href='/authority/certificate']")
        saved = waited(lambda: [*downloads.glob("*.crt")])
    trust(profile, saved[0])
    with phone(profile, names=HERE) as browser:
        browser.open_tab(own=False)
        browser.go(f"{place}/authority")
        warned, told = browser.see(WARNING), browser.text("h1")

    assert saved[0].name == f"{page.host.removesuffix('.local')}.crt"
    assert saved[0].read_bytes() == page.door.folder.root.read_bytes()
    assert (warned, told) == (False, say("authority.title"))  # and it is still signed in
