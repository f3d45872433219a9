"""Somebody on the network plays the device to a phone. Past the warning he succeeds, and it is
written down here that he does; where the phone trusts the authority, its browser refuses him.
"""

import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.dashboard.sign_in.letting_in import Command
from tests.journeys.browser.chromium import Phone, chromium, phone
from tests.journeys.network.hosts import DEVICE, STRANGER, ran
from tests.journeys.network.paged import Page
from tests.journeys.network.phones import H1, NOT_PAIRED, trust
from tests.journeys.network.trust.warned import WARNING, go_past
from tests.self_signed import self_signed

HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(shutil.which("certutil") is None, reason="no certutil to trust by"),
]

SECRET_WORDS = "the spare key lies under the third pot"
COOKIE = re.compile(rb"__Host-afterthought=([\w-]+)")

STEALING = """
import http.client, ssl, sys
device, name, token = sys.argv[1:]
line = http.client.HTTPSConnection(device, 8766, context=ssl._create_unverified_context())
line.request("GET", "/", None, {"Host": name, "Cookie": f"__Host-afterthought={token}"})
print(line.getresponse().status)
"""


def test_past_the_warning_he_reads_the_words_and_comes_in_as_the_phone(
    page: Page, tmp_path: Path
) -> None:
    with posing(page, tmp_path) as read, at(STRANGER, page, tmp_path / "profile") as browser:
        browser.open_tab()
        browser.go(f"https://{page.host}:8766/")
        warned = browser.see(WARNING)
        go_past(browser)
        is_let_in(browser, page)
        writes(browser, SECRET_WORDS)

        token = COOKIE.findall(read())[-1].decode()
        stolen = ran(
            page.wire.stranger.command(
                *(sys.executable, "-c", STEALING), *(DEVICE, f"{page.host}:8766", token)
            )
        )

    assert warned
    assert SECRET_WORDS.replace(" ", "+").encode() in read()
    assert stolen.stdout.strip() == "200", stolen.stderr


def test_where_the_phone_trusts_the_authority_its_browser_refuses_him(
    page: Page, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    trust(profile, page.root)
    with at(DEVICE, page, profile) as browser:
        browser.open_tab(own=False)
        is_let_in(browser, page)
        writes(browser, SECRET_WORDS)

    with posing(page, tmp_path) as read, at(STRANGER, page, profile) as browser:
        browser.open_tab(own=False)
        browser.go(f"https://{page.host}:8766/")
        warned = browser.see(WARNING)
        told = browser.see("document.body.innerText")
        brought = browser.see("document.body.innerText.includes('third pot')")

    assert warned
    assert "ERR_CERT_AUTHORITY_INVALID" in told
    assert not brought
    assert read() == b""


@contextlib.contextmanager
def posing(page: Page, folder: Path) -> Iterator[Callable[[], bytes]]:
    """Somebody with a certificate for the device's name, which he made himself."""
    own, file = self_signed([page.host], addresses=[DEVICE]), folder / "read"
    certificate = folder / "own.pem"
    certificate.write_bytes(own.key + own.certificate)
    file.touch()
    script = [sys.executable, str(HERE / "posing.py"), str(certificate), DEVICE, str(file)]
    with subprocess.Popen(
        page.wire.stranger.command(*script), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield file.read_bytes
        finally:
            process.terminate()


@contextlib.contextmanager
def at(address: str, page: Page, profile: Path) -> Iterator[Phone]:
    """A browser for which the device's name leads there.

    By multicast DNS anybody on the wire may answer for a name, and the first answer counts.
    """
    names = f"--host-resolver-rules=MAP {page.host} {address}"
    with phone(profile, on=page.wire.phone.command(), names=names) as browser:
        yield browser


def is_let_in(browser: Phone, page: Page) -> None:
    """By Enter at the terminal, for there is no button here."""
    browser.go(f"https://{page.host}:8766/")
    assert browser.see(H1) == NOT_PAIRED
    with contextlib.closing(Command(page.home)) as command:
        browser.go(f"https://{page.host}:8766/pair?scanned#{command.secret}")
        browser.until(f"{H1}?.includes('Now press')")
        command.ask(do="admit")
        assert command.next("admitted", "ended")["event"] == "admitted"
    browser.until("document.querySelector('#note')")


def writes(browser: Phone, words: str) -> None:
    browser.type("#note", words)
    browser.tap(".note button")
    browser.until("location.search.includes('done=noted')")
