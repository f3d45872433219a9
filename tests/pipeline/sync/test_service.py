"""The service: finds again who is away, follows who is a member, and ends without any."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.machine import machine_name
from core.paths import Home
from core.settings import Settings, SyncSettings
from core.sync.status import has_peers, read_peer_statuses
from pipeline.sync import service
from pipeline.sync.address_book import known_addresses
from pipeline.sync.calling import Standing
from pipeline.sync.identity import new_identity, open_identity
from pipeline.sync.introduction.steps import Introduced
from pipeline.sync.messages import Hello
from pipeline.sync.peers.finding import Found
from pipeline.sync.peers.members import add, remove
from pipeline.sync.service import look_around, run, syncing
from tests.ports import free_port
from tests.waiting import PATIENCE_S

AWAY, MET = "ab" * 32, "cd" * 32


async def test_whoever_is_away_is_looked_for_on_the_network(tmp_path: Path) -> None:
    asked: list[Sequence[str]] = []
    looked = asyncio.Event()

    async def find(hosts: Sequence[str]) -> list[Found]:
        asked.append(hosts)
        looked.set()
        return [
            Found(AWAY[:16], ("192.168.1.9", 8478)),
            Found(MET[:16], ("192.168.1.10", 8478)),
            Found("0" * 16, ("192.168.1.11", 8478)),
        ]

    async with syncing(Home(tmp_path), Settings(), lambda _: []) as sync:
        sync.standings.by_key = {AWAY: Standing(state="away"), MET: Standing(state="met")}
        looking = asyncio.create_task(look_around(sync, find))
        await looked.wait()
        while not known_addresses(tmp_path, AWAY):
            await asyncio.sleep(0.01)
        looking.cancel()

    assert len(asked) == 1
    assert known_addresses(tmp_path, AWAY) == [("192.168.1.9", 8478)]
    assert known_addresses(tmp_path, MET) == []


async def test_the_service_ends_once_the_last_other_machine_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_LOOKS_AT_MEMBERS_S", 0.01)
    other = new_identity()
    introduced = Introduced(other.certificate, "laptop", None, 8478)
    own = open_identity(tmp_path, machine_name())
    await add(tmp_path, own.key, introduced, "full", ("127.0.0.1", 1))
    port = free_port()
    settings = Settings(sync=SyncSettings(port=port, when="asked"))
    running = asyncio.create_task(run(Home(tmp_path), settings, lambda _: []))
    while not (told := read_peer_statuses(tmp_path)) or not told[other.key].name:
        assert not running.done()
        await asyncio.sleep(0.01)
    assert (told[other.key].name, told[other.key].state) == ("laptop", "waiting")

    await remove(tmp_path, own, other.key)

    await asyncio.wait_for(running, PATIENCE_S)
    assert not has_peers(tmp_path)
    assert not (tmp_path / "sync" / "peers.json").exists()


async def test_a_machine_without_a_clock_takes_a_peers_word_and_one_that_has_one_compares(
    tmp_path: Path,
) -> None:
    now_ms = SystemClock().now_ms()
    assert now_ms is not None
    async with syncing(Home(tmp_path), Settings(), lambda _: []) as sync:
        await sync.heard(AWAY, Hello(None, {}, {}, at_ms=now_ms + 400 * 86_400_000))
        assert sync.standings.clocks[AWAY].startswith("Its clock is 1 year ahead")
        await sync.heard(AWAY, Hello(None, {}, {}, at_ms=None))
        assert sync.standings.clocks[AWAY] == ""
        assert await sync.archive.latest_events(9) == []
