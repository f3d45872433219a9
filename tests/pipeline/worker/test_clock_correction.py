"""A trusted visitor's clock corrects a machine that has none, and no other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import FakeClock, Recorded
from core.paths import Home
from core.settings import Settings
from core.sockets import socket_client
from core.sockets.socket_client import Told
from core.spool_port import TypedText
from pipeline.fakes import FakeModels
from pipeline.spool.spool import Spool
from pipeline.worker.clock_correction import peers_time
from pipeline.worker.service import working
from pipeline.worker.worker import Worker
from tests.waiting import PATIENCE_S

NOW_MS = 1_790_000_000_000


@contextlib.asynccontextmanager
async def worker_by(home: Path, clock: FakeClock) -> AsyncIterator[Worker]:
    async with working(Home(home), Settings(), models=FakeModels(), clock=clock) as worker:
        yield worker


async def tell(home: Path, at_ms: object, zone: object = 120) -> Told:
    request = {"do": "clock", "at_ms": at_ms, "utc_offset_min": zone}
    return await asyncio.to_thread(
        socket_client.ask, Home(home).worker_socket, request, patience_s=PATIENCE_S
    )


async def noted(worker: Worker, text: str, recorded: Recorded) -> None:
    typed = TypedText("ab" * 8 + "-0", "typed", text, recorded)
    Spool(worker.spool.folder).post_texts("batch", [typed])
    await worker.drain()


async def test_an_unset_clock_is_corrected_for_this_boot(home: Path) -> None:
    clock = FakeClock(None)
    async with worker_by(home, clock) as worker:
        await noted(worker, "the siren", clock.recorded_now())
        clock.advance(60)

        answer = await tell(home, NOW_MS)

        assert answer == {"outcome": "corrected", "off_ms": None}
        (row,) = await worker._archive.moments()
        assert (row.at_ms, row.utc_offset_min) == (NOW_MS - 60_000, 120)
        assert (await worker._archive.check()).problems == []


async def test_a_clock_that_is_far_off_is_corrected_once(home: Path) -> None:
    clock = FakeClock(NOW_MS - 3_600_000)
    async with worker_by(home, clock) as worker:
        assert await tell(home, NOW_MS) == {"outcome": "corrected", "off_ms": 3_600_000}
        clock.advance(3_600)

        again = await tell(home, NOW_MS + 3_601_000)

        assert again == {"outcome": "agrees", "off_ms": 1_000}
        (event, _) = await worker._archive.latest_events(10)
        assert (event.author, event.subject) == ("pipeline", "boot:boot")
        assert event.payload["recorded"]["from"] == "visitor"


@pytest.mark.parametrize("off_ms", [0, 120_000, -120_000])
async def test_a_clock_within_two_minutes_is_left_alone(home: Path, off_ms: int) -> None:
    async with worker_by(home, FakeClock(NOW_MS)) as worker:
        assert await tell(home, NOW_MS + off_ms) == {"outcome": "agrees", "off_ms": off_ms}
        assert await worker._archive.latest_events(10) == []


async def test_no_visitor_knows_better_than_a_time_server(home: Path) -> None:
    async with worker_by(home, FakeClock(NOW_MS, kept=True)) as worker:
        answer = await tell(home, NOW_MS + 10**9)

        assert answer == {"outcome": "kept_by_time_server", "off_ms": 10**9}
        assert await worker._archive.latest_events(10) == []


async def test_a_later_visitor_who_differs_is_believed(home: Path) -> None:
    async with worker_by(home, FakeClock(None)) as worker:
        await tell(home, NOW_MS + 10**9)

        assert await tell(home, NOW_MS, None) == {"outcome": "corrected", "off_ms": -(10**9)}

        found = await worker._archive.correction("boot")
        assert found is not None
        assert (found.offset_ms, found.utc_offset_min) == (NOW_MS - 1_000_000, None)


@pytest.mark.parametrize("at_ms", [0, -1, 10**14, 1.5, "now", None, True])
async def test_nonsense_is_no_time(home: Path, at_ms: object) -> None:
    async with worker_by(home, FakeClock(None)) as worker:
        with pytest.raises(socket_client.Declined, match="no time"):
            await tell(home, at_ms)
        assert await worker._archive.latest_events(10) == []


@pytest.mark.parametrize("zone", [841, -841, 60.5, "Europe/Berlin", False])
async def test_nonsense_is_no_zone(home: Path, zone: object) -> None:
    async with worker_by(home, FakeClock(None)):
        with pytest.raises(socket_client.Declined, match="no zone"):
            await tell(home, NOW_MS, zone)


async def test_a_peers_word_counts_where_nothing_tells_the_time_and_only_then(home: Path) -> None:
    clock = FakeClock(None)
    async with worker_by(home, clock) as worker:
        await noted(worker, "the siren", clock.recorded_now())
        assert not await peers_time(worker._archive, clock, 1_000)  # 1970: it is unset there, too

        assert await peers_time(worker._archive, clock, NOW_MS)
        assert not await peers_time(worker._archive, clock, NOW_MS + 86_400_000)

        (row,) = await worker._archive.moments()
        assert row.at_ms == NOW_MS
        (event,) = await worker._archive.latest_events(1, kind="clock_stepped")
        assert event.payload["source"] == "peer"
        clock.set(NOW_MS)
        assert not await peers_time(worker._archive, clock, NOW_MS + 400 * 86_400_000)
