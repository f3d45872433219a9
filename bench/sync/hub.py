"""Many installs meet one hub at the same time: what it takes, beside one of them alone.

    python -m bench.sync.hub [--origins 20] [--moments 50] [--bytes 40000]

The hub is the sync service in a process of its own; the others are in this process, over TLS on
loopback, so that the time is that of both sides. Each has full rights, so it takes home what the
others have brought by then. Printed: the time until the hub has everything, alone and together,
what went and came by the megabyte, and the hub's memory.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from core.machine import machine_name
from pipeline.store.format.events import Draft
from pipeline.store.format.peer_drafts import peer_added
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.sync.called import CalledPeer
from pipeline.sync.calling import Peer, called
from pipeline.sync.http.errors import PeerGone
from pipeline.sync.identity import Identity, open_identity
from pipeline.sync.meeting import meet

from .installs import Install, install
from .processes import free_ports
from .sounds import keep

_TRIES_EVERY_S = 0.1


def main(argv: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="bench hub", description=__doc__)
    parser.add_argument("--origins", type=int, default=20)
    parser.add_argument("--moments", type=int, default=50, help="of each")
    parser.add_argument("--bytes", type=int, default=40_000, help="of sound in each moment")
    asked = parser.parse_args(argv)
    asyncio.run(_measure(asked.origins, asked.moments, asked.bytes))
    return 0


async def _measure(origins: int, moments: int, size: int) -> None:
    found = {}
    for number in (1, origins):
        with tempfile.TemporaryDirectory() as folder:
            found[number] = await _met(Path(folder), number, moments, size)
    alone, together = found[1], found[origins]
    print(f"{origins} origins, {moments} moments each, {size / 1000:.0f} kB of sound in each")
    for name, each in (("one alone", alone), ("all at once", together)):
        print(f"{name}: {each.took_s:.1f} s, {each.moved_mb:.0f} MB, hub {each.most_mb:.1f} MB")
    speed = (together.moved_mb / together.took_s) / (alone.moved_mb / alone.took_s)
    print(f"together at {speed:.2f} of the speed of one alone")
    print(f"{together.named} of {origins * moments} moments have a name on the hub")
    print("load", *os.getloadavg())


@dataclass(frozen=True, slots=True)
class Figures:
    """How long it took, the bytes of all meetings, the hub's greatest RSS, moments with a name."""

    took_s: float
    moved_mb: float
    most_mb: float
    named: int


async def _met(folder: Path, number: int, moments: int, size: int) -> Figures:
    home, (port,) = folder / "hub", free_ports(1)
    home.mkdir()
    (home / "settings.toml").write_text(f'[sync]\nport = {port}\nwhen = "asked"\n')
    hub = open_identity(home, machine_name())
    async with contextlib.AsyncExitStack() as stack:
        others = [
            await stack.enter_async_context(install(folder, each + 1)) for each in range(number)
        ]
        for each in others:
            await _fill(each, moments, size)
            await each.archive.append(_added(hub, "hub"))
        async with open_archive(home) as archive:
            for each in others:
                await archive.append(_added(each.identity, f"pendant {each.number}"))
        service = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "afterthought", "--home", str(home), "sync"
        )
        try:
            peer = Peer(hub.key, hub.certificate, [("127.0.0.1", port)])
            await (await _reached(others[0], peer)).close()
            began_s = time.monotonic()
            moved = await asyncio.gather(*(_meet(each, peer, hub) for each in others))
            took_s = time.monotonic() - began_s
            status = Path(f"/proc/{service.pid}/status").read_text()
        finally:
            service.terminate()
            await service.wait()
    most = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    async with open_archive_to_read(home) as archive:
        named = await archive.kept_on(await archive.moments())
    return Figures(took_s, sum(moved) / 1e6, int(most.split()[1]) / 1000, len(named))


async def _fill(each: Install, moments: int, size: int) -> None:
    await each.archive.connection.execute("PRAGMA synchronous = OFF")
    (each.home / "sound").mkdir(exist_ok=True)
    for number in range(moments):
        await keep(each.archive, number, os.urandom(size))


async def _meet(each: Install, peer: Peer, hub: Identity) -> int:
    """The bytes that went and came."""
    remote = await _reached(each, peer)
    try:
        answers = each.answers(each)
        answers.peer = hub.key
        met = await meet(answers, remote)
        assert not met.refused, met.refused
        return remote.wire_bytes
    finally:
        await remote.close()


async def _reached(each: Install, peer: Peer) -> CalledPeer:
    """A connection, once the hub listens."""
    while True:
        try:
            return await called(each.identity, peer)
        except PeerGone:
            await asyncio.sleep(_TRIES_EVERY_S)


def _added(identity: Identity, name: str) -> Draft:
    certificate = b64encode(identity.certificate).decode()
    return peer_added(identity.key, certificate, "full", name=name)


if __name__ == "__main__":
    sys.exit(main())
