"""What is shown of other machines: who they are, where a moment's sound is, what waits."""

import random
from collections.abc import Awaitable, Callable

import pytest

from bench.sync.histories import ACTS
from bench.sync.installs import Install
from core.clock import Recorded
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.format.pages import page_lines
from pipeline.store.peers import AskedToForget, Whereabouts
from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.exchange.consent import settle_forgets
from pipeline.store.views.moment_fold import MomentRow

Installs = Callable[..., Awaitable[list[Install]]]


async def kept_with_sound(one: Install, chance: random.Random) -> MomentRow:
    before = {row.id for row in await one.archive.moments()}
    await ACTS["keep"][1](one, chance)
    (row,) = [each for each in await one.archive.moments() if each.id not in before]
    return row


async def events_alone(one: Install, other: Install) -> None:
    """As a meeting that is cut before the sound leaves it."""
    await one.copy.sign_lines()
    for origin, (seq, _) in (await one.copy.heads()).items():
        there = (await other.copy.heads()).get(origin, (0, b""))[0]
        if there < seq:
            page = await one.copy.page_after(origin, there)
            assert page is not None
            await other.copy.receive([*page_lines(page)])


async def test_peers_are_known_by_name_and_our_own_key_is_none(installs: Installs) -> None:
    one, other = await installs(2)
    assert [each.name for each in await one.archive.peers()] == ["install 1"]

    await one.meets(other)

    assert [each.name for each in await one.archive.peers()] == ["install 1"]
    assert [each.name for each in await other.archive.peers()] == ["install 0"]


async def test_a_sound_is_still_to_come_and_then_on_both(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs(2)
    row = await kept_with_sound(one, chance)
    assert (await one.archive.whereabouts(row)).sound == "here"
    await events_alone(one, other)
    where = await other.archive.whereabouts(row)
    assert (where.sound, where.bringer) == ("to_come", "install 0")

    await one.meets(other)

    assert await one.archive.whereabouts(row) == Whereabouts("here", also_on=("install 1",))
    assert (await other.archive.whereabouts(row)).also_on == ("install 0",)
    sound_path(one.home, row.sound or "").unlink()
    where = await one.archive.whereabouts(row)
    assert (where.sound, where.bringer) == ("elsewhere", "install 1")
    assert where.bringer_key == other.identity.key


async def test_whoever_fetches_tells_what_it_has(installs: Installs, chance: random.Random) -> None:
    one, other = await installs(2)
    row = await kept_with_sound(one, chance)

    await other.meets(one)

    assert (await one.archive.whereabouts(row)).also_on == ("install 1",)


async def test_a_sound_that_nobody_has_is_missing(
    installs: Installs, chance: random.Random
) -> None:
    (one,) = await installs(1)
    row = await kept_with_sound(one, chance)
    sound_path(one.home, row.sound or "").unlink()

    assert await one.archive.whereabouts(row) == Whereabouts("missing")


async def test_words_that_another_machine_makes_are_still_to_come(installs: Installs) -> None:
    one, other = await installs(2)
    kept = Kept(drafts.new_moment_id(), "press", Recorded(1_790_000_000_000), duration_ms=900)
    await one.archive.append(drafts.moment_kept(kept, author="wearer"))
    await one.meets(other)

    assert not await are_words_to_come(one, kept.id)
    assert await are_words_to_come(other, kept.id)

    transcript = Transcript("and here they are", (), "a model", -0.2)
    await one.archive.append(drafts.moment_transcribed(kept.id, transcript, revision=0))
    await one.meets(other)
    assert not await are_words_to_come(other, kept.id)


async def are_words_to_come(one: Install, named: str) -> bool:
    return (await one.archive.whereabouts(await one.archive.moment(named))).words is not None


@pytest.mark.parametrize("agreed", [True, False])
async def test_what_others_forgot_waits_and_the_wearer_decides_without_a_key(
    installs: Installs, *, agreed: bool
) -> None:
    one, other = await installs(2, most=1)
    moments = [await one.note(f"thought {each}") for each in range(3)]
    await one.meets(other)
    await one.forget(*moments)
    await one.meets(other)
    origin = await one.line()
    assert await other.archive.asked_to_forget() == [
        AskedToForget(origin, "install 0", 3, one.identity.key)
    ]
    assert await other.texts() == []

    settled = await settle_forgets(other.archive, origin, agreed=agreed)

    assert sorted(settled) == sorted(moments)
    assert await other.archive.asked_to_forget() == []
    assert len(await other.texts()) == (0 if agreed else 3)
    assert all([await other.archive.is_forgotten(each) == agreed for each in moments])


async def test_what_was_forgotten_before_it_came_is_not_to_come(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs(2)
    row = await kept_with_sound(one, chance)
    await one.forget(row.id, here=True)

    await one.meets(other)

    where = await other.archive.whereabouts(await other.archive.moment(row.id))
    assert (where.sound, where.bringer) == ("forgotten_there", "install 0")
    assert where.words is None


async def test_a_sound_that_was_forgotten_before_it_came_is_not_to_come(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs(2)
    row = await kept_with_sound(one, chance)
    await events_alone(one, other)
    await one.forget(row.id, here=True)

    await one.meets(other)

    where = await other.archive.whereabouts(await other.archive.moment(row.id))
    assert (where.sound, where.bringer) == ("forgotten_there", "install 0")
