"""Peers that were removed or limited: what they wrote until then counts, whoever passes it on."""

import random
from collections.abc import Awaitable, Callable

import pytest

from bench.sync.histories import ACTS
from bench.sync.installs import Install
from pipeline.store.format.pages import SIGNED_EVERY
from pipeline.store.format.peer_drafts import peer_added

Installs = Callable[..., Awaitable[list[Install]]]


async def test_what_a_removed_peer_wrote_before_reaches_who_was_away(installs: Installs) -> None:
    one, away, removed = await installs(3)
    await removed.note("before")
    await removed.meets(one)
    await one.removes(removed)

    met = await away.meets(one)

    assert met.refused == []
    assert await away.texts() == ["before"]


@pytest.mark.long
async def test_a_signature_beyond_the_end_vouches_for_what_counts(installs: Installs) -> None:
    """Whoever heard more of it has let go of the one at the end."""
    one, other, away, removed = await installs(4)
    await removed.note("before")
    await removed.meets(one)
    for number in range(5 * SIGNED_EVERY):
        await removed.note(f"after {number}")
    await removed.meets(other)
    await one.removes(removed)
    await other.meets(one)

    await away.meets(other)

    assert await away.texts() == ["before"]


async def test_who_may_only_read_from_now_on_has_written_what_it_wrote(installs: Installs) -> None:
    one, away, reader = await installs(3)
    await reader.note("before")
    await reader.meets(one)
    await one.adds(reader, "read_only")
    await reader.note("after")
    await reader.meets(one)

    await away.meets(one)

    assert await away.texts() == await one.texts() == ["before"]


async def test_a_line_of_a_removed_peer_that_nobody_named_does_not_count(
    installs: Installs,
) -> None:
    one, other, removed = await installs(3)
    await removed.note("never met")
    await removed.meets(other)
    assert await other.texts() == ["never met"]
    await one.removes(removed)

    await one.meets(other)

    assert await one.texts() == await other.texts() == []
    assert (await other.archive.check()).problems == []


async def test_a_forget_that_was_obeyed_stays_one_after_the_removal(installs: Installs) -> None:
    one, other, removed = await installs(3)
    moment = await other.note("unutterable")
    for each in (one, removed):
        await each.meets(other)
    await removed.forget(moment)
    await removed.meets(other)
    assert await other.texts() == []
    await one.removes(removed)

    await one.meets(other)

    assert await other.texts() == []
    assert (await other.archive.check()).problems == []
    assert await one.texts() == ["unutterable"]


async def test_sound_that_a_removed_peer_replaced_is_fetched_again(installs: Installs) -> None:
    """Its own revision counts no more."""

    one, other, removed = await installs(3)
    chance = random.Random(1)
    await ACTS["keep"][1](removed, chance)
    await removed.meets(one)
    await ACTS["revise"][1](removed, chance)
    await removed.meets(other)
    await one.removes(removed)

    await other.meets(one)

    sounds = [[row.sound for row in await each.archive.moments()] for each in (one, other)]
    assert sounds[0] == sounds[1] != [None]
    assert (await other.archive.check()).problems == []


async def test_who_lost_the_right_adds_nobody_any_more(installs: Installs) -> None:
    one, limited, third = await installs(3)
    await one.meets(limited)
    await one.adds(limited, "archive")
    await limited.meets(one)
    added = peer_added("ab" * 32, "", "full", name="stranger")
    await limited.archive.append(added)

    await one.meets(limited)
    await one.meets(third)

    for each in (one, third):
        assert "ab" * 32 not in (await each.copy.membership()).members


async def test_who_is_limited_adds_peers_for_itself(installs: Installs) -> None:
    one, limited, third = await installs(3)
    await one.adds(limited, "archive")
    await limited.meets(one)
    await limited.removes(third)
    assert not await limited.knows(third)

    await limited.adds(third)

    assert await limited.knows(third)


async def test_a_restored_archive_that_had_met_nobody_knows_its_peers(installs: Installs) -> None:
    """Its first line was never signed."""
    one, other = await installs()
    async with one.archive.writing():
        await one.archive.go_on_elsewhere(None)

    assert await one.knows(other)
