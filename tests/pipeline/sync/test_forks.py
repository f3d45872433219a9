"""An image that was put back, a cloned card: two versions of one line, and nothing lost."""

import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bench.sync.histories import ACTS
from bench.sync.installs import Install, install
from pipeline.store import acts
from pipeline.store.format.chain import superseded_sounds
from pipeline.store.format.events import Event
from pipeline.store.format.pages import EarlyForget, forget_line
from pipeline.store.sqlite.journal import events_of

Installs = Callable[..., Awaitable[list[Install]]]


def turns(count: int) -> list[object]:
    """The same so often, for chance decides whose hash is the lower; twice in the everyday run."""
    return [
        pytest.param(each, marks=[pytest.mark.long] if each > 1 else []) for each in range(count)
    ]


@pytest.fixture
async def put_back(
    installs: Installs, tmp_path: Path
) -> AsyncIterator[Callable[[Install], Awaitable[Install]]]:
    """The home of an install as it is now, to be opened later as the same machine."""
    async with AsyncExitStack() as stack:

        async def image(one: Install) -> Install:
            name = f"image {len(list(tmp_path.iterdir()))} of {one.home.name}"
            async with one.archive.undisturbed():
                shutil.copytree(one.home, tmp_path / name)
            return await stack.enter_async_context(install(tmp_path, one.number, name=name))

        yield image


Image = Callable[[Install], Awaitable[Install]]


async def test_an_image_that_wrote_nothing_since_gets_all_of_it_back(
    installs: Installs, put_back: Image
) -> None:
    one, other = await installs()
    await one.note("before")
    await one.meets(other)
    image = await put_back(one)
    await one.note("after")
    await one.meets(other)

    await image.meets(other)
    await image.note("since")
    await image.meets(other)

    assert await image.line() != await one.line()
    for each in (image, other):
        assert await each.texts() == ["after", "before", "since"]
        assert (await each.archive.check()).problems == []


@pytest.mark.parametrize("turn", turns(4))
async def test_what_both_versions_wrote_is_kept(
    installs: Installs, put_back: Image, turn: int
) -> None:
    one, other, third = await installs(3)
    await one.note("before")
    await one.meets(other)
    await one.meets(third)
    image = await put_back(one)
    await one.note("after")
    hidden = await one.note("taken back")
    await acts.undo_keep(one.archive, await one.archive.moment(hidden))
    await one.meets(other)
    for number in range(turn + 1):
        await image.note(f"since {number}")
    await image.meets(third)

    for _ in range(3):
        await third.meets(other)
        await image.meets(other)
        await image.meets(third)

    wanted = sorted(["after", "before", *(f"since {number}" for number in range(turn + 1))])
    lines = {tuple(sorted(await each.copy.heads())) for each in (image, other, third)}
    assert len(lines) == 1
    for each in (image, other, third):
        assert await each.texts() == wanted
        assert (await each.archive.check()).problems == []
        before = await each.views()
        await each.archive.rebuild()
        assert await each.views() == before
    await image.note("and on")
    await image.meets(other)
    assert "and on" in await other.texts()


@pytest.mark.parametrize("more", [0, 1, 2])
async def test_of_two_revisions_of_one_clip_every_copy_has_the_sound_of_the_same(
    installs: Installs, put_back: Image, chance: random.Random, more: int
) -> None:
    one, other, third = await installs(3)
    await ACTS["keep"][1](one, chance)
    await one.meets(other)
    image = await put_back(one)
    await ACTS["revise"][1](one, chance)
    await one.meets(other)
    for _ in range(1 + more):
        await ACTS["revise"][1](image, chance)
    await image.meets(third)

    for _ in range(3):
        await third.meets(other)
        await image.meets(other)

    rows = [await each.archive.moments() for each in (image, other, third)]
    assert len({row.sound for (row,) in rows}) == 1
    for each in (image, other, third):
        assert (await each.archive.check()).problems == []
        assert (await each.archive.check()).to_come == 0


@pytest.mark.parametrize("turn", turns(6))
async def test_an_undo_by_another_of_what_has_moved_goes_with_it(
    installs: Installs, put_back: Image, turn: int
) -> None:
    one, other = await installs()
    await one.meets(other)
    image = await put_back(one)
    moment = await one.note(f"taken back {turn}")
    await one.meets(other)
    await acts.undo_keep(other.archive, await other.archive.moment(moment))
    await image.note("since")

    for _ in range(3):
        await image.meets(other)

    for each in (image, other):
        assert await each.texts() == ["since"]
        assert (await each.archive.moment(moment)).state == "hidden"
        assert (await each.archive.check()).problems == []


@pytest.mark.parametrize("turn", turns(6))
async def test_an_image_that_is_put_back_twice_loses_nothing_that_others_have(
    installs: Installs, put_back: Image, turn: int
) -> None:
    one, other, third = await installs(3)
    for each in (other, third):
        await one.meets(each)
    first = await put_back(one)
    await one.note(f"once {turn}")
    await one.meets(other)
    await first.note("twice")
    second = await put_back(first)
    await first.note("and on")
    await first.meets(third)
    await second.note("thrice")

    for _ in range(3):
        await second.meets(other)
        await second.meets(third)
        await other.meets(third)

    wanted = sorted([f"once {turn}", "twice", "and on", "thrice"])
    for each in (second, other, third):
        assert await each.texts() == wanted
        assert (await each.archive.check()).problems == []


@pytest.mark.parametrize("turn", turns(4))
async def test_two_cards_of_one_image_write_two_lines_by_one_key(
    installs: Installs, put_back: Image, turn: int
) -> None:
    one, other = await installs()
    await one.meets(other)
    clone = await put_back(one)
    await one.note(f"one {turn}")
    await clone.note("the clone")

    for each in (one, clone, one, clone):
        await each.meets(other)
    await one.note("one, later")
    await clone.note("the clone, later")
    for each in (one, clone, one, clone):
        await each.meets(other)

    assert one.identity.key == clone.identity.key
    assert await one.line() != await clone.line()
    wanted = sorted([f"one {turn}", "the clone", "one, later", "the clone, later"])
    for each in (one, clone, other):
        assert await each.texts() == wanted
        assert (await each.archive.check()).problems == []


async def test_a_forget_that_came_early_and_whose_line_gave_way_stays_obeyed(
    installs: Installs, put_back: Image
) -> None:
    one, other = await installs()
    moment = await one.note("unutterable")
    await one.meets(other)
    image = await put_back(one)
    await one.forget(moment)
    lines = [*map(forget_line, await _forgets(one))]
    await other.copy.receive_forgets(lines)
    await image.note("since")
    await image.note("and on")

    for _ in range(3):
        await image.meets(other)

    for each in (image, other):
        assert await each.texts() == ["and on", "since"]
        assert (await each.archive.check()).problems == []


async def test_a_forget_in_our_own_line_that_we_do_not_know_ends_it(
    installs: Installs, put_back: Image
) -> None:
    one, other = await installs()
    moment = await one.note("unutterable")
    await one.meets(other)
    image = await put_back(one)
    await one.forget(moment)
    line = await image.line()

    await image.copy.receive_forgets([*map(forget_line, await _forgets(one))])

    assert await image.line() != line
    assert await image.texts() == []


async def _forgets(one: Install) -> list[EarlyForget]:
    await one.copy.sign_lines()
    return await one.copy.forgets_after({})


async def test_a_sound_that_two_places_of_one_event_name_is_not_superseded(
    installs: Installs, chance: random.Random
) -> None:
    (one,) = await installs(1)
    await ACTS["keep"][1](one, chance)
    (row,) = await one.archive.moments()
    events = await events_of(one.archive.connection, row.id)
    kept = next(each for each in events if each.kind == "moment_kept")

    assert superseded_sounds([kept, replace(kept, origin="f" * 16)]) == set()


async def test_what_stands_in_two_lines_since_its_peer_was_removed_is_well(
    installs: Installs, put_back: Image
) -> None:
    """The line parted, and whoever had the version that gave way heard of the removal first."""
    one, other, third = await installs(3)
    await one.note("before")
    await one.meets(other)
    await one.meets(third)
    image = await put_back(one)
    stays, gives_way, moved = await _parted(one, image)
    await stays.meets(other)
    await gives_way.meets(third)
    await gives_way.meets(other)
    await third.removes(one)

    for _ in range(2):
        await third.meets(other)

    rows = await third.archive.connection.execute_fetchall(
        "SELECT origin, seq FROM event WHERE subject = ? AND kind = 'moment_kept'",
        (moved.subject,),
    )
    assert len({row[0] for row in rows}) == 2
    assert await third.texts() == ["after", "before"]
    for place in rows:  # what belongs to it may hang off either
        query = "UPDATE belonging SET origin = ?, seq = ? WHERE subject = ?"
        await third.archive.connection.execute(query, (*place, moved.subject))
        assert (await third.archive.check()).problems == []


@pytest.mark.parametrize("_turn", turns(4))
async def test_what_only_a_reader_vouches_for_gives_way(
    installs: Installs, put_back: Image, _turn: int
) -> None:
    """It moved the version that gave way while it might write, and others know it otherwise.

    Which hash is the lower one is chance.
    """
    one, reader, other = await installs(3)
    await one.note("before")
    await one.meets(other)
    await one.meets(reader)
    stays, gives_way, _ = await _parted(one, await put_back(one))
    set_back = await put_back(gives_way)
    await gives_way.note("went on")
    await gives_way.meets(reader)
    await set_back.note("went on otherwise")
    await set_back.meets(other)
    for each in (other, reader):
        await each.meets(stays)
    await other.adds(reader, "read_only")

    for _ in range(2):
        await reader.meets(other)

    there, here = await other.copy.heads(), await reader.copy.heads()
    assert {origin: here.get(origin) for origin in there} == there
    assert {*await other.texts()} < {*await reader.texts()}
    assert (await reader.archive.check()).problems == []


async def _parted(one: Install, image: Install) -> tuple[Install, Install, Event]:
    """Both with one more note: whose version stays, whose gives way, and the event that moves."""
    ours, theirs = [await _noted(each) for each in (one, image)]
    return (one, image, theirs) if ours.hash < theirs.hash else (image, one, ours)


async def _noted(one: Install) -> Event:
    return (await events_of(one.archive.connection, await one.note("after")))[0]
