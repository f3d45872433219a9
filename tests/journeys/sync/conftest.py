"""Two homes on this machine that know each other, and the processes of both."""

import asyncio
import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.machine import machine_name
from pipeline.store.format.peer_drafts import peer_added
from pipeline.store.sqlite.archive import open_archive
from pipeline.sync.address_book import note_address
from pipeline.sync.identity import Identity, open_identity
from tests import doubled
from tests.ports import free_port


@dataclass(frozen=True, slots=True)
class Machine:
    """A home with its port, its key, and the command there."""

    home: Path
    port: int
    identity: Identity

    def command(self, *arguments: str, status: int = 0) -> list[Any]:
        """The lines of JSON that a command prints."""
        done = doubled.run([*arguments, "--json", "--home", str(self.home)])
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return self.lines(done.stdout)

    def lines(self, told: str) -> list[Any]:
        """What it has told, a value for each line."""
        return [json.loads(line) for line in told.splitlines()]

    def line(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "afterthought", "--home", str(self.home), *arguments]

    def texts(self) -> list[str]:
        return sorted(each["text"] for each in self.command("list")[0])

    def knows(self, other: "Machine") -> None:
        """As an introduction leaves it."""

        async def add() -> None:
            certificate = b64encode(other.identity.certificate).decode()
            draft = peer_added(other.identity.key, certificate, "full", name="other")
            async with open_archive(self.home) as archive:
                await archive.append(draft)

        asyncio.run(add())
        note_address(self.home, other.identity.key, ("127.0.0.1", other.port))


def machine_at(home: Path) -> Machine:
    """A new install, at a port of its own."""
    home.mkdir()
    port = free_port()
    (home / "settings.toml").write_text(f'[sync]\nport = {port}\nwhen = "always"\n')
    return Machine(home, port, open_identity(home, machine_name()))


@pytest.fixture
def machines(tmp_path: Path) -> list[Machine]:
    found = [machine_at(tmp_path / name) for name in ("pendant", "laptop")]
    for one, other in (found, found[::-1]):
        one.knows(other)
    return found


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a command that runs until the test ends."""
    running: list[subprocess.Popen[bytes]] = []

    def started(line: list[str]) -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen(line, stderr=subprocess.DEVNULL))
        return running[-1]

    yield started
    for process in running:
        process.terminate()
    for process in running:
        process.wait()
