"""Sound that has lain on an install for days."""

import os
import random

from bench.sync.histories import ACTS
from bench.sync.installs import Install
from pipeline.store.sound_files import sound_path
from pipeline.store.views.moment_fold import MomentRow

DAY_S = 24 * 3600

Both = tuple[Install, Install, MomentRow]
"""The pendant, the laptop, and the moment of which both have the sound."""


async def kept(one: Install, chance: random.Random) -> MomentRow:
    """A moment with its sound and words, as old as its clock."""
    before = {row.id for row in await one.archive.moments()}
    while True:
        await ACTS["keep"][1](one, chance)
        rows = [each for each in await one.archive.moments() if each.id not in before]
        for row in rows:
            if row.words in {"words", "no_words"} and row.at_ms is not None:
                return row


def grow_old(one: Install, days: int = 10) -> None:
    """So many days go by; what lies there has lain there as long."""
    one.clock.advance(days * DAY_S)
    at_ns = ((one.clock.now_ms() or 0) - days * DAY_S * 1000) * 1_000_000
    for path in (one.home / "sound").glob("*/*.mp4"):
        os.utime(path, ns=(at_ns, at_ns))


def is_here(one: Install, row: MomentRow) -> bool:
    assert row.sound is not None
    return sound_path(one.home, row.sound).exists()


async def is_well(*all_: Install) -> bool:
    return not any([(await each.archive.check()).problems for each in all_])
