"""A phone on the wire: Chromium on its host, and what its owner does there."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.journeys.browser.chromium import Phone, phone
from tests.journeys.network.hosts import DEVICE
from tests.journeys.network.paged import Page

H1 = "document.querySelector('h1')?.textContent"
NOT_PAIRED = "This phone is not paired."


@contextlib.contextmanager
def phone_on(
    page: Page, profile: Path, *, trusts: bool = False, script: bool = True
) -> Iterator[tuple[Phone, str]]:
    """A browser with a fresh profile, and the address at which it finds the page.

    One that `trusts` the authority comes by the device's name; another goes past the warning.
    """
    host = page.host
    if trusts:
        trust(profile, page.root)
    with phone(profile, on=page.wire.phone.command(), names=names(host)) as driven:
        driven.open_tab(own=not trusts, script=script)
        if not trusts:
            driven.accept_certificates()
        yield driven, f"https://{host if trusts else DEVICE}:8766"


def names(host: str) -> str:
    """What multicast DNS would tell a phone; Chromium without a screen does not ask it."""
    return f"--host-resolver-rules=MAP {host} {DEVICE}"


def trust(profile: Path, root: Path) -> None:
    """Put an authority among those that a browser with this profile trusts."""
    store = profile / ".pki" / "nssdb"
    store.mkdir(parents=True)
    database = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*database, "-N", "--empty-password"], check=True, capture_output=True)
    added = [*database, "-A", "-n", "afterthought", "-t", "C,,", "-i", str(root)]
    subprocess.run(added, check=True, capture_output=True)
