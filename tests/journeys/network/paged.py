"""The page of the device on the wire, and those who visit it from the other host."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.clock import SystemClock
from core.page_address import PageAddress, read_page_address
from core.paths import runtime_folder, state_folder
from dashboard.certificates.places import CertificatePlaces, fingerprint_of
from dashboard.sign_in.phone_file import PhoneFile
from dashboard.sign_in.phones import hash_of, new_token
from dashboard.sign_in.sign_ins import SignIns
from tests.journeys.command import COMMAND
from tests.journeys.network.hosts import DEVICE, Host, Wire, ran

HERE = Path(__file__).parent
SCRIPTS = HERE / "scripts"
"""What is started on other hosts."""

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Page:
    """The page of the device, as it tells itself where it is."""

    home: Path
    wire: Wire
    state: Path
    """The folder outside the home, which depends on the surroundings that it was started in."""
    process: int = 0

    @property
    def address(self) -> PageAddress | None:
        return read_page_address(runtime_folder(self.home))

    @property
    def host(self) -> str:
        """The device's own name."""
        found = self.address
        assert found is not None
        return found.host

    @property
    def root(self) -> Path:
        return CertificatePlaces(self.state / "certificates").root

    def until_at(self, *ips: str) -> PageAddress:
        """Where it is reached, once that is these addresses."""
        wanted = {f"https://{each}:8766" for each in ips}
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            found = self.address
            if found is not None and {each for each in found.urls if _is_ip(each)} == wanted:
                return found
            time.sleep(0.05)
        raise AssertionError(f"never at {ips}: {self.address}")

    def let_in(self, name: str = "A phone") -> str:
        """What a phone brings that is let in from now on: the token of its cookie."""
        self.until_at(DEVICE)
        token, authority = new_token(), fingerprint_of(self.root.read_bytes())
        hashed, file = hash_of(token), PhoneFile(self.state / "phones.json")
        assert hashed is not None
        SignIns(file, lambda: authority, SystemClock()).admit(hashed, name)
        return token

    def visited(self, host: Host, how: str, to: str, port: int = 8766, **more: str) -> Any:
        """What a visitor on this host is told."""
        asked = {"how": how, "host": to, "port": port, "root": str(self.root), "name": to, **more}
        script = HERE / "visitor.py"
        done = ran(host.command(sys.executable, script, json.dumps(asked)))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def _is_ip(url: str) -> bool:
    return not any(each.isalpha() for each in url.removeprefix("https://"))


@contextlib.contextmanager
def started(wire: Wire, home: Path, inside: Sequence[str] = ()) -> Iterator[Page]:
    """The page on the device, from its first start; its command line may begin with `inside`."""
    command = wire.device.command(*inside, *COMMAND, "dashboard", "--home", str(home))
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Page(home, wire, state_folder(home), process.pid)
        finally:
            process.terminate()
            try:
                _, said = process.communicate(timeout=PATIENCE_S)
            finally:
                process.kill()
            assert "Traceback" not in said
