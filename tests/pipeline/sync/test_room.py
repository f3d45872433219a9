"""A sound that is said to be larger than the disk, and one that would leave no room for a press."""

import hashlib
import random
from collections.abc import Awaitable, Callable

from bench.sync.histories import ACTS
from bench.sync.installs import Install
from core.clock import Recorded
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, Sound
from pipeline.store.sound_files import MadeSound, coming_files, sound_folder
from pipeline.sync.fakes import NeighbourRemote
from pipeline.sync.meeting import meet

Installs = Callable[..., Awaitable[list[Install]]]


async def test_a_sound_of_four_gigabytes_that_are_not_there_takes_no_room(
    installs: Installs,
) -> None:
    one, liar = await installs()
    await one.note("mine")
    content = b"x" * 40
    sha256 = hashlib.sha256(content).hexdigest()
    sound_folder(liar.home).mkdir(exist_ok=True)
    part = sound_folder(liar.home) / "made.part"
    part.write_bytes(content)
    told = Sound(sha256, sha256, 2**32, 16_000)
    kept = Kept(drafts.new_moment_id(), "press", Recorded(1_790_000_000_000), sound=told)
    draft = drafts.moment_kept(kept, author="wearer")
    await liar.archive.append(draft, sound=MadeSound(part, sha256))

    await one.meets(liar)

    assert sum(each.stat().st_size for each in coming_files(one.home)) <= len(content)
    report = await one.archive.check()
    assert (report.problems, report.to_come) == ([], 1)
    assert "mine" in await one.texts()


async def test_a_sound_leaves_room_for_what_is_kept_here(installs: Installs) -> None:
    one, other = await installs()
    await ACTS["keep"][1](other, random.Random(1))
    here = one.answers(other)
    here.reserve_bytes = 2**62

    met = await meet(here, NeighbourRemote(other.answers(one), other.identity.key))

    (sentence,) = met.refused
    assert sentence.startswith("There is no room for a sound of ")
    assert [*coming_files(one.home)] == []
    assert await one.texts() == await other.texts()


async def test_clocks_of_1970_and_2190_order_nothing(installs: Installs) -> None:
    one, other = await installs()
    for number, at_ms in enumerate((0, 6_940_000_000_000, None)):
        other.clock.set(at_ms)
        await other.note(f"{number}")

    met = await one.meets(other)

    assert met.refused == []
    rows = sorted(await one.archive.moments(), key=lambda each: each.kept_lamport)
    assert [row.text for row in rows] == ["0", "1", "2"]
    assert (await one.archive.check()).problems == []
