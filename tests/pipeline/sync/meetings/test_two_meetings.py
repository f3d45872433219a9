"""Both have called each other: one of the two meetings does for both."""

import random
from collections.abc import Awaitable, Callable

from bench.sync.histories import ACTS
from bench.sync.installs import Install
from pipeline.sync.fakes import NeighbourRemote
from pipeline.sync.meeting import meet

Installs = Callable[..., Awaitable[list[Install]]]


async def test_the_one_that_gives_way_moves_events_and_leaves_sound_to_the_other(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs(2)
    await ACTS["keep"][1](one, chance)
    there = NeighbourRemote(other.answers(one), other.identity.key)

    met = await meet(one.answers(other), there, lambda: True)

    assert met.sent > 0
    assert met.sound_bytes == 0
    assert len(await other.copy.wanted_sounds(9)) == 1

    met = await other.meets(one)

    assert met.sound_bytes > 0
    assert await other.copy.wanted_sounds(9) == []
