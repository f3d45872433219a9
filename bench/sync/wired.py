"""Two installs as two hosts: each in a network namespace of its own, with its own service.

For root alone.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from core.machine import machine_name
from pipeline.store.format.peer_drafts import peer_added
from pipeline.store.sqlite.archive import open_archive
from pipeline.sync.address_book import note_address
from pipeline.sync.identity import Identity, open_identity
from tests.journeys.network.hosts import DEVICE, PHONE, Host, Wire, one_wire

PORT = 8444


@dataclass(slots=True)
class Wired:
    """An install with its own network. `service` is its process of `sync`, while it runs."""

    home: Path
    host: Host
    address: str
    identity: Identity
    service: "subprocess.Popen[bytes] | None" = None
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, home: Path, host: Host, address: str, profile: str = "full") -> Self:
        """The install of this home, which is made if need be."""
        home.mkdir(exist_ok=True, parents=True)
        settings = f'[machine]\nprofile = "{profile}"\n[sync]\nport = {PORT}\nwhen = "always"\n'
        (home / "settings.toml").write_text(settings)
        return cls(home, host, address, open_identity(home, machine_name()))

    def knows(self, other: "Wired") -> None:
        """As an introduction leaves it."""
        asyncio.run(self._add(other))
        note_address(self.home, other.identity.key, (other.address, PORT))

    async def _add(self, other: "Wired") -> None:
        certificate = b64encode(other.identity.certificate).decode()
        draft = peer_added(other.identity.key, certificate, "full", name=other.host.name)
        async with open_archive(self.home) as archive:
            await archive.append(draft)

    def line(self, *arguments: str) -> list[str]:
        """A command of this install, on its host."""
        own = (sys.executable, "-m", "afterthought", "--home", self.home)
        return self.host.command(*own, *arguments)

    def start(self) -> None:
        """Start its service, with what it says left in `sync.log` beside its home."""
        with self.home.with_suffix(".log").open("ab") as log:
            self.service = subprocess.Popen(
                self.line("sync"), stderr=log, env={**os.environ, **self.environment}
            )

    def stop(self, *, kill: bool = False) -> None:
        """End its service, or kill it as a lost current does."""
        if self.service is not None:
            (self.service.kill if kill else self.service.terminate)()
            self.service.wait()
            self.service = None

    def once(self) -> list[dict[str, Any]]:
        """One meeting with each peer, as `sync --once --json` tells it."""
        line = self.line("sync", "--once", "--json")
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        return [json.loads(each) for each in done.stdout.splitlines()]

    def standing(self) -> dict[str, Any]:
        """How its service says that things stand with its one peer; empty before it does."""
        try:
            told = json.loads((self.home / "sync" / "state.json").read_text())
        except (OSError, ValueError):
            return {}
        return next(iter(told.values()), {})

    def memory_mb(self) -> dict[str, float]:
        """RSS, its greatest so far, and PSS of the service, in MB."""
        assert self.service is not None
        folder = Path(f"/proc/{self.service.pid}")
        lines = (folder / "status").read_text() + (folder / "smaps_rollup").read_text()
        found = dict(line.split(":", 1) for line in lines.splitlines() if "kB" in line)
        named = {"rss": "VmRSS", "most": "VmHWM", "pss": "Pss"}
        return {name: int(found[line].split()[0]) / 1000 for name, line in named.items()}


@contextlib.contextmanager
def wired(folder: Path, profile: str = "full") -> Iterator[tuple[Wired, Wired, Wire]]:
    """The pendant and the laptop in this folder, on one wire. Their services end with the block."""
    with one_wire() as wire:
        pendant = Wired.at(folder / "pendant", wire.device, DEVICE, profile)
        laptop = Wired.at(folder / "laptop", wire.phone, PHONE)
        try:
            yield pendant, laptop, wire
        finally:
            for each in (pendant, laptop):
                each.stop(kill=True)


def shape(host: Host, mbit: int) -> None:
    """What this host sends goes at so many Mbit/s from now on."""
    shaped = ["tbf", "rate", f"{mbit}mbit", "burst", "256kb", "latency", "50ms"]
    line = host.command("tc", "qdisc", "replace", "dev", host.interface, "root", *shaped)
    subprocess.run(line, check=True)
