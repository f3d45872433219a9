"""Sound leaves once a peer has promised to keep it."""

import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bench.sync.installs import Install
from core.errors import UserError
from core.paths import Home
from pipeline.exchange.backup import back_up
from pipeline.exchange.manifest import Manifest
from pipeline.exchange.restore import restore
from pipeline.store.exchange_port import FIRST_PLACE
from pipeline.store.sound_files import sound_path
from pipeline.sync.http.errors import PeerGone, PeerRefused
from pipeline.sync.leaving.rule import LOOKS_SOON_S, Leaving
from tests.pipeline.sync.leaving.old_sound import Both, grow_old, is_here, is_well, kept

Installs = Callable[..., Awaitable[list[Install]]]


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


async def test_what_the_peer_was_only_just_to_get_leaves_soon_after(
    pendant_and_laptop: Both,
) -> None:
    pendant, laptop, row = pendant_and_laptop
    path, later = sound_path(laptop.home, row.sound or ""), pendant.home / "later.mp4"
    path.rename(later)
    await pendant.meets(laptop)
    assert is_here(pendant, row)
    assert pendant.leaving is not None
    assert pendant.leaving.in_s(laptop.identity.key) <= LOOKS_SOON_S

    later.rename(path)
    pendant.leaving.looked[laptop.identity.key].next_s = time.monotonic()
    await pendant.meets(laptop)

    assert not is_here(pendant, row)


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


async def test_a_peer_that_refuses_is_asked_again_soon(pendant_and_laptop: Both) -> None:
    pendant, laptop, row = pendant_and_laptop

    async def before(request: str) -> int:
        if request == "promise":
            raise PeerRefused("The disk is full there.", advice="")
        return 1

    met = await pendant.meets(laptop, before)

    assert met.refused == ["The disk is full there."]
    assert is_here(pendant, row)
    assert pendant.leaving is not None
    assert pendant.leaving.in_s(laptop.identity.key) <= LOOKS_SOON_S


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
