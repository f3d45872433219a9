"""A pendant from which old sound may leave, and a laptop that would keep it."""

import random
from collections.abc import Awaitable, Callable

import pytest

from bench.sync.installs import Install
from pipeline.sync.leaving.rule import Leaving
from tests.pipeline.sync.leaving.old_sound import Both, grow_old, kept

Installs = Callable[..., Awaitable[list[Install]]]


@pytest.fixture
async def pendant_and_laptop(installs: Installs, chance: random.Random) -> Both:
    """Both hold the sound of one moment, which is ten days old; on the pendant it may leave."""
    pendant, laptop = await installs(2)
    row = await kept(pendant, chance)
    await pendant.meets(laptop)
    grow_old(pendant)
    pendant.leaving = Leaving(7)
    return pendant, laptop, row
