"""What one of two writes while they meet comes to the other without any further news."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bench.sync.installs import Install
from pipeline.sync.calling import Caller, Manners, Peer, Standing
from tests.waiting import PATIENCE_S

Installs = Callable[..., Awaitable[list[Install]]]


@pytest.mark.parametrize("writer", [0, 1])
async def test_it_is_brought_by_a_meeting_of_its_own(installs: Installs, writer: int) -> None:
    both = await installs(2)
    pendant, laptop = both
    for each in both:
        await each.note("before")
    meetings = list[Standing]()

    async def write_once(standing: Standing) -> None:
        if not meetings:
            await both[writer].note("meanwhile")
        meetings.append(standing)

    async with laptop.listening_to(pendant) as port:
        peer = Peer(laptop.identity.key, laptop.identity.certificate, [("127.0.0.1", port)])
        manners = Manners(lambda: None, lambda: None, lambda: False, write_once)
        caller = Caller(pendant.identity, pendant.answers(laptop), Standing(), manners)
        calling = asyncio.create_task(caller.keep_calling(lambda: peer))

        async def have_both() -> bool:
            texts = [[row.text for row in await each.archive.moments()] for each in both]
            return all("meanwhile" in each for each in texts)

        async with asyncio.timeout(PATIENCE_S):
            while not await have_both():
                await asyncio.sleep(0.02)
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
