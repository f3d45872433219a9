"""The service finds again who is away, by what is announced on the network."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from core.paths import Home
from core.settings import Settings
from pipeline.sync.address_book import known_addresses
from pipeline.sync.calling import Standing
from pipeline.sync.peers.finding import Found
from pipeline.sync.service import look_around, syncing

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
        sync.standings = {AWAY: Standing(state="away"), MET: Standing(state="met")}
        looking = asyncio.create_task(look_around(sync, find))
        await looked.wait()
        while not known_addresses(tmp_path, AWAY):
            await asyncio.sleep(0.01)
        looking.cancel()

    assert len(asked) == 1
    assert known_addresses(tmp_path, AWAY) == [("192.168.1.9", 8478)]
    assert known_addresses(tmp_path, MET) == []
