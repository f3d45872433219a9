"""Sound leaves once a peer has promised to keep it, and comes again when it is wanted."""

import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bench.sync.histories import ACTS
from bench.sync.installs import Install
from core.errors import UserError
from core.paths import Home
from pipeline.exchange.backup import back_up
from pipeline.exchange.manifest import Manifest
from pipeline.exchange.restore import restore
from pipeline.store.exchange_port import FIRST_PLACE
from pipeline.store.format.peer_drafts import peer_removed
from pipeline.store.sound_files import sound_path
from pipeline.store.views.moment_fold import MomentRow
from pipeline.sync.fakes import NeighbourRemote
from pipeline.sync.http.errors import PeerGone
from pipeline.sync.leaving.rule import Leaving
from pipeline.sync.leaving.step import let_sound_leave
from pipeline.sync.met import Met

Installs = Callable[..., Awaitable[list[Install]]]

DAY_S = 24 * 3600


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


@pytest.fixture
async def pendant_and_laptop(
    installs: Installs, chance: random.Random
) -> tuple[Install, Install, MomentRow]:
    """Both hold the sound of one moment, which is ten days old; on the pendant it may leave."""
    pendant, laptop = await installs(2)
    row = await kept(pendant, chance)
    await pendant.meets(laptop)
    grow_old(pendant)
    pendant.leaving = Leaving(7)
    return pendant, laptop, row


Both = tuple[Install, Install, MomentRow]


async def test_old_sound_leaves_once_a_peer_has_promised_to_keep_it(
    pendant_and_laptop: Both,
) -> None:
    pendant, laptop, row = pendant_and_laptop

    met = await pendant.meets(laptop)

    assert met.left >= 1
    assert not is_here(pendant, row)
    assert is_here(laptop, row)
    assert await is_well(pendant, laptop)


async def test_nothing_leaves_unless_that_was_set(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    pendant.leaving = None

    await pendant.meets(laptop)

    assert is_here(pendant, row)


async def test_what_is_younger_stays(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    pendant.leaving = Leaving(30)

    await pendant.meets(laptop)

    assert is_here(pendant, row)


async def test_without_a_clock_nothing_leaves(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    pendant.clock.set(None)

    await pendant.meets(laptop)

    assert is_here(pendant, row)


@pytest.mark.parametrize("role", ["archive", "read_only"])
async def test_only_a_peer_that_may_do_everything_is_asked(
    installs: Installs, chance: random.Random, role: str
) -> None:
    pendant, laptop = await installs(2, role=role)
    row = await kept(pendant, chance)
    await pendant.meets(laptop)
    grow_old(pendant)
    pendant.leaving = Leaving(7)

    await pendant.meets(laptop)

    assert is_here(pendant, row)


@pytest.mark.parametrize("fault", ["altered", "missing"])
async def test_what_the_peer_has_damaged_or_not_at_all_stays(
    pendant_and_laptop: Both, fault: str
) -> None:
    pendant, laptop, row = pendant_and_laptop
    path = sound_path(laptop.home, row.sound or "")
    path.unlink() if fault == "missing" else path.write_bytes(b"otherwise")

    await pendant.meets(laptop)

    assert is_here(pendant, row)


@pytest.mark.parametrize("cut", ["promise", "promised"])
async def test_a_connection_that_is_cut_takes_nothing(pendant_and_laptop: Both, cut: str) -> None:
    pendant, laptop, row = pendant_and_laptop

    async def before(request: str) -> int:
        if request == cut:
            raise PeerGone("Cut.", advice="")
        return 1

    with pytest.raises(PeerGone):
        await pendant.meets(laptop, before)

    assert is_here(pendant, row)
    assert is_here(laptop, row)
    assert await is_well(pendant, laptop)


async def test_what_was_promised_never_leaves(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    await pendant.meets(laptop)
    grow_old(laptop, 1000)
    laptop.leaving = Leaving(1)

    await laptop.meets(pendant)

    assert is_here(laptop, row)


async def test_of_two_that_would_let_it_go_at_once_one_keeps_it(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    assert row.sound is not None
    names = [row.sound]
    promised_there = await laptop.answers(pendant).promise(names)
    promised_here = await pendant.answers(laptop).promise(names)

    gone = [
        await pendant.copy.let_go(promised_there, laptop.identity.key),
        await laptop.copy.let_go(promised_here, pendant.identity.key),
    ]

    assert gone == [[], []]


async def test_what_has_left_is_promised_to_nobody(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    await pendant.meets(laptop)

    assert await pendant.answers(laptop).promise([row.sound or ""]) == []


async def test_what_is_forgotten_before_it_goes_is_no_more_than_forgotten(
    pendant_and_laptop: Both,
) -> None:
    pendant, laptop, row = pendant_and_laptop
    promised = await laptop.answers(pendant).promise([row.sound or ""])
    await pendant.forget(row.id)

    assert await pendant.copy.let_go(promised, laptop.identity.key) == []
    assert await pendant.copy.away_to(laptop.identity.key, "", 9) == []


async def test_a_forget_reaches_the_keeper_and_nothing_of_it_is_noted_any_more(
    pendant_and_laptop: Both,
) -> None:
    pendant, laptop, row = pendant_and_laptop
    await pendant.meets(laptop)

    await pendant.forget(row.id)
    await pendant.meets(laptop)

    assert not is_here(laptop, row)
    for one in (pendant, laptop):
        for table in ("sound_away", "sound_promised", "sound_copy", "wanted_sound"):
            query = f"SELECT 1 FROM {table} WHERE sha256 = ?"
            assert not list(await one.archive.connection.execute_fetchall(query, (row.sound,)))


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


async def test_a_backup_says_what_is_not_in_it_and_replaces_none_that_has_it(
    pendant_and_laptop: Both, tmp_path: Path
) -> None:
    pendant, laptop, row = pendant_and_laptop
    home, before, after = Home(pendant.home), tmp_path / "before.tar", tmp_path / "after.tar"
    await back_up(home, before, lambda *_: None)
    await pendant.meets(laptop)

    told = (await back_up(home, after, lambda *_: None)).manifest

    assert (told.away[row.sound or ""], told.missing, told.problems) == ("install 1", (), ())
    assert row.sound not in (await restored(after, tmp_path / "new")).missing
    with pytest.raises(UserError, match="may have sound that has left"):
        await back_up(home, before, lambda *_: None)


async def restored(file: Path, to: Path) -> Manifest:
    done = await restore(Home(to), file, lambda *_: None, yes=False)
    assert done.problems == ()
    return done.manifest


async def test_check_counts_what_is_away_by_who_keeps_it(pendant_and_laptop: Both) -> None:
    pendant, laptop, _ = pendant_and_laptop
    met = await pendant.meets(laptop)

    report = await pendant.archive.check()

    assert (report.away, report.problems, report.to_come) == ({"install 1": met.left}, [], 0)


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


async def test_more_than_a_meeting_takes_is_gone_on_with(
    installs: Installs, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.sync.leaving.step.MOST_AT_ONCE", 2)
    pendant, laptop = await installs(2)
    rows = [await kept(pendant, chance) for _ in range(5)]
    await pendant.meets(laptop)
    grow_old(pendant)
    pendant.leaving = Leaving(7)

    first = await pendant.meets(laptop)
    assert first.has_more_to_leave
    while (await pendant.meets(laptop)).has_more_to_leave:
        pass

    assert [is_here(pendant, row) for row in rows] == [False] * 5


async def test_a_kill_before_the_file_goes_leaves_it_here(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop
    path = sound_path(pendant.home, row.sound or "")
    content = path.read_bytes()
    await pendant.meets(laptop)
    path.write_bytes(content)  # as it lay there before

    await pendant.archive.erase_remains()

    assert await pendant.copy.away_to(laptop.identity.key, "", 9) == []
    assert await is_well(pendant)


async def test_what_waits_for_its_words_is_needed_here(
    installs: Installs, chance: random.Random
) -> None:
    (one,) = await installs(1)
    row = await kept(one, chance)
    assert row.at_ms is not None
    later_ms = row.at_ms + 1

    due = [each.sha256 for each in await one.copy.due_to_leave(later_ms, FIRST_PLACE, 9)]
    await one.archive.connection.execute("UPDATE moment SET words = 'awaited'")

    assert row.sound in due
    assert await one.copy.due_to_leave(later_ms, FIRST_PLACE, 9) == []


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
