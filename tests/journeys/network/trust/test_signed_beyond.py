"""Chromium on a phone that trusts an authority of ours refuses what that one must not sign."""

import contextlib
import ipaddress
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from dashboard.certificates.authority import make_authority
from dashboard.certificates.leaves import make_leaf
from tests.journeys.browser.chromium import chromium, phone
from tests.journeys.network.hosts import DEVICE, Wire
from tests.journeys.network.phones import trust
from tests.waiting import killed_on_failure

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(shutil.which("certutil") is None, reason="no certutil to trust by"),
]

HOST, BEYOND, FAR, NEIGHBOUR = "afterthought-wxyz.local", "example.com", "8.8.8.8", "8.8.8.9"
NAMES = f"--host-resolver-rules=MAP {HOST} {DEVICE}, MAP {BEYOND} {DEVICE}"
CODE = "document.body.innerText.match(/ERR_CERT_\\w+/)?.[0]"


def test_names_and_addresses_of_the_internet_are_refused_and_local_ones_are_not(
    wire: Wire, tmp_path: Path
) -> None:
    authority = make_authority("afterthought-wxyz")
    root = tmp_path / "root.pem"
    root.write_bytes(authority.root.public_bytes(serialization.Encoding.PEM))
    trust(tmp_path, root)
    wire.device.has(FAR)
    wire.phone.has(NEIGHBOUR)
    named: dict[str, x509.GeneralName] = {
        **{name: x509.DNSName(name) for name in (HOST, BEYOND)},
        **{each: x509.IPAddress(ipaddress.ip_address(each)) for each in (DEVICE, FAR)},
    }

    told = {}
    with contextlib.ExitStack() as servers:
        for port, (name, as_signed) in enumerate(named.items(), 4430):
            leaf = make_leaf(authority, [as_signed], datetime.now(UTC))
            signed = tmp_path / f"{name}.pem"
            signed.write_bytes(leaf.key + leaf.chain)
            servers.enter_context(served(wire, signed, port))
        browser = servers.enter_context(phone(tmp_path, on=wire.phone.command(), names=NAMES))
        browser.open_tab(own=False)
        for port, name in enumerate(named, 4430):
            browser.go(f"https://{name}:{port}/")
            told[name] = browser.see(CODE) or browser.text("body")[:9]

    assert told[HOST] == told[DEVICE] == "\ns_server"
    assert told[BEYOND] == told[FAR] == "ERR_CERT_INVALID"


@contextlib.contextmanager
def served(wire: Wire, signed: Path, port: int) -> Iterator[None]:
    """A server on the device, with this certificate and its chain."""
    command = ["openssl", "s_server", "-www", "-accept", str(port), "-cert", str(signed)]
    with killed_on_failure(
        subprocess.Popen(
            wire.device.command(*command, "-cert_chain", str(signed)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    ) as process:
        assert process.stdout is not None
        assert "ACCEPT\n" in iter(process.stdout.readline, "")
        yield
        process.terminate()
