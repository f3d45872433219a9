"""What two machines that meet send over the network, and to whom."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.sync.large import note
from bench.sync.sounds import keep_sounds
from bench.sync.wired import PORT, Wired, wired
from pipeline.store.sqlite.archive import open_archive
from tests.journeys.network.hosts import DEVICE, PHONE, STRANGER, Wire
from tests.journeys.network.recorded import PLANTED, ask_beyond, beyond, recorded
from tests.waiting import waited

pytestmark = pytest.mark.long


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Wired, Wired, Wire]]:
    if os.getuid() != 0:
        pytest.skip("only root can make another host")
    with wired(tmp_path) as (pendant, laptop, wire):
        for one, other in ((pendant, laptop), (laptop, pendant)):
            one.knows(other)
            one.host.routes_everything_to(STRANGER)
            one.host.asks_for_names_at(STRANGER)
        yield pendant, laptop, wire


def texts(machine: Wired) -> list[str]:
    async def read() -> list[str]:
        async with open_archive(machine.home) as archive:
            return sorted(row.text for row in await archive.moments())

    return asyncio.run(read())


def test_two_that_meet_send_nothing_but_to_one_another(
    machines: tuple[Wired, Wired, Wire],
) -> None:
    pendant, laptop, wire = machines
    with recorded(pendant.host) as sent, recorded(laptop.host) as answered:
        for each in (pendant, laptop):
            ask_beyond(each.host)
        keep_sounds(pendant.home, 3, 100_000)
        pendant.start()
        laptop.start()
        asyncio.run(note(pendant.home, "from the pendant"))
        waited(lambda: "from the pendant" in texts(laptop))
        wire.unplug(laptop.host)
        asyncio.run(note(laptop.home, "from the laptop"))
        wire.plug(laptop.host)
        laptop.stop(kill=True)
        laptop.start()
        waited(lambda: texts(pendant) == texts(laptop))
        for each in (pendant, laptop):
            assert each.once()[0]["state"] == "met"

    assert any(each == f"tcp {PHONE}:{PORT}" for each in sent)
    assert set(beyond(sent, to(PHONE))) == PLANTED
    assert set(beyond(answered, to(DEVICE))) == PLANTED


def to(peer: str) -> list[str]:
    """What may go to the other one: the meeting, and answers of multicast DNS sent to it alone."""
    return [f"tcp {peer}:", f"udp {peer}:5353"]
