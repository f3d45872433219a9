"""Sound that has left: where it is, how it comes again, and what its keeper lost."""

import os
import random
from collections.abc import Awaitable, Callable

import pytest

from bench.sync.installs import Install
from core.command_line import Arguments, Screen
from core.errors import WrongUsage
from pipeline.commands.forgetting import forget
from pipeline.store.format.peer_drafts import peer_removed
from pipeline.store.sound_files import sound_path
from pipeline.store.views.moment_fold import MomentRow
from pipeline.sync.fakes import NeighbourRemote
from pipeline.sync.leaving.rule import Leaving
from pipeline.sync.leaving.step import let_sound_leave
from pipeline.sync.met import Met
from pipeline.sync.peers.members import sounds_left_to
from tests.pipeline.sync.leaving.old_sound import Both, grow_old, is_here, is_well, kept

Installs = Callable[..., Awaitable[list[Install]]]


async def test_what_is_called_back_comes_and_stays_for_its_days(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    await pendant.meets(laptop)

    assert await pendant.archive.call_back(row)
    await pendant.meets(laptop)

    assert is_here(pendant, row)
    assert await is_well(pendant, laptop)
    assert pendant.leaving is not None
    pendant.leaving.looked.clear()
    os.utime(sound_path(pendant.home, row.sound or ""), (_now_s(pendant), _now_s(pendant)))
    await pendant.meets(laptop)
    assert is_here(pendant, row)


async def test_the_peer_brings_it_where_it_calls(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    await pendant.meets(laptop)
    await pendant.archive.call_back(row)

    await laptop.meets(pendant)

    assert is_here(pendant, row)


async def test_a_moment_says_where_its_sound_is_all_along(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    assert await place(pendant, row) == ("here", "")
    await pendant.meets(laptop)
    assert await place(pendant, row) == ("elsewhere", "install 1")
    await pendant.archive.call_back(row)
    assert await place(pendant, row) == ("called_back", "install 1")
    sound_path(laptop.home, row.sound or "").unlink()
    await pendant.meets(laptop)
    assert await place(pendant, row) == ("lost", "install 1")


async def test_what_is_simply_missing_is_wanted_of_nobody(
    installs: Installs, chance: random.Random
) -> None:
    (one,) = await installs(1)
    row = await kept(one, chance)
    sound_path(one.home, row.sound or "").unlink()

    assert not await one.archive.call_back(row)
    assert (await one.archive.check()).problems


async def place(one: Install, row: MomentRow) -> tuple[str, str]:
    where = await one.archive.whereabouts(row)
    return where.sound, where.bringer


async def test_the_last_wish_comes_first(installs: Installs, chance: random.Random) -> None:
    pendant, laptop = await installs(2)
    rows = [await kept(pendant, chance) for _ in range(3)]
    await pendant.meets(laptop)
    grow_old(pendant)
    pendant.leaving = Leaving(7)
    await pendant.meets(laptop)

    for row in rows[:2]:
        await pendant.archive.call_back(row)

    wanted = [each.sha256 for each in await pendant.copy.wanted_sounds(9)]
    assert wanted == [rows[1].sound, rows[0].sound]
    assert await pendant.copy.wishes() == 2


async def test_what_the_keeper_lost_is_named_and_comes_from_another(
    installs: Installs, chance: random.Random
) -> None:
    pendant, laptop, server = await installs(3)
    row = await kept(pendant, chance)
    await pendant.meets(laptop)
    await pendant.meets(server)
    grow_old(pendant)
    pendant.leaving = Leaving(7)
    await pendant.meets(laptop)
    sound_path(laptop.home, row.sound or "").unlink()

    pendant.leaving.looked.clear()
    await pendant.meets(laptop)
    assert any("install 1" in each for each in (await pendant.archive.check()).problems)
    pendant.leaving = None
    await pendant.meets(server)

    assert is_here(pendant, row)
    assert await is_well(pendant)


async def test_whoever_forgets_here_alone_what_it_keeps_for_others_is_told(
    pendant_and_laptop: Both, capsys: pytest.CaptureFixture[str]
) -> None:
    pendant, laptop, row = pendant_and_laptop
    await pendant.meets(laptop)
    nothing = {"since": None, "until": None, "all": False, "home": str(laptop.home)}
    asked = Arguments(ids=[row.id], here=True, yes=False, **nothing)

    with pytest.raises(WrongUsage, match="1 sound among them is kept here for another machine"):
        await forget(laptop.archive, asked, Screen(as_json=False))
    asked.here = False
    with pytest.raises(WrongUsage) as everywhere:
        await forget(laptop.archive, asked, Screen(as_json=False))

    assert "kept here" not in everywhere.value.sentence
    assert await pendant.archive.kept_for_others([row.id]) == 0
    assert capsys.readouterr().out == ""


async def test_what_is_with_a_machine_that_may_only_read_now_is_wanted_of_others(
    pendant_and_laptop: Both,
) -> None:
    pendant, laptop, row = pendant_and_laptop
    await pendant.meets(laptop)

    await pendant.archive.append(peer_removed(laptop.identity.key, {}))
    await pendant.adds(laptop, "read_only")
    await pendant.copy.sign_lines()

    assert row.sound in [each.sha256 for each in await pendant.copy.wanted_sounds(99)]
    assert await sounds_left_to(pendant.home, laptop.identity.key) >= 1


async def test_what_is_with_a_machine_that_was_removed_is_named_and_wanted_of_others(
    pendant_and_laptop: Both,
) -> None:
    pendant, laptop, row = pendant_and_laptop
    await pendant.meets(laptop)

    await pendant.archive.append(peer_removed(laptop.identity.key, {}))
    await pendant.copy.sign_lines()

    (problem,) = [p for p in (await pendant.archive.check()).problems if str(row.sound) in p]
    assert "left to install 1, which has it no more or was removed" in problem
    assert row.sound in [each.sha256 for each in await pendant.copy.wanted_sounds(99)]


async def test_a_look_is_taken_once_an_hour(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    await pendant.meets(laptop)
    await pendant.archive.call_back(row)
    await pendant.meets(laptop)
    grow_old(pendant)
    remote = NeighbourRemote(laptop.answers(pendant), laptop.identity.key)

    await let_sound_leave(pendant.answers(laptop), remote, met := Met())

    assert met.left == 0
    assert is_here(pendant, row)


def _now_s(one: Install) -> float:
    return (one.clock.now_ms() or 0) / 1000
