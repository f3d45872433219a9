"""A seeded sample of the random histories; `python -m bench.sync.histories_soak` has them all."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bench.sync.copies import HAPPENS, Copies, happen
from bench.sync.histories import ACTS, act
from bench.sync.histories_soak import run
from bench.sync.installs import Install
from pipeline.store.format.readable import KINDS

MADE_OTHERWISE = {"origin_began", "peer_added", "peer_removed"}
"""By what happens to whole copies, not by an act of a history."""


@pytest.mark.parametrize("seed", [3, 14, 15])
async def test_copies_come_to_the_same_over_bad_ways(seed: int, tmp_path: Path) -> None:
    outcome = await run(seed, tmp_path, installs=2 + seed % 3, steps=40)

    assert outcome.wrong == []


async def test_every_kind_of_event_has_its_place_in_the_histories(
    installs: Callable[..., Awaitable[list[Install]]],
) -> None:
    (one,) = await installs(1)
    chance = random.Random(7)
    made_acts = {await act(one, chance) for _ in range(400)}

    made = {each.kind for each in await one.archive.latest_events(10_000)}
    assert made >= KINDS - MADE_OTHERWISE
    assert made_acts == ACTS.keys()


async def test_whatever_may_happen_to_a_copy_happens_in_the_histories(tmp_path: Path) -> None:
    async with Copies(tmp_path, random.Random(3)) as copies:
        one, other = await copies.begin(), await copies.begin()
        await one.adds(other)
        happened = {await happen(copies) for _ in range(60)}
        made = {
            event.kind for each in copies.all_ for event in await each.archive.latest_events(1000)
        }

    assert happened == HAPPENS.keys()
    assert made >= MADE_OTHERWISE
