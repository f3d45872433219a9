import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bench.sync.histories import ACTS, told
from bench.sync.installs import Install
from pipeline.store.format import drafts
from pipeline.store.format.pages import PageRefused, page_lines
from pipeline.store.format.peer_drafts import peer_removed
from pipeline.store.sound_files import coming_path, sound_path
from pipeline.store.tombstones import read_tombstones
from pipeline.sync.http.errors import PeerGone

Installs = Callable[..., Awaitable[list[Install]]]


async def keep(one: Install, chance: random.Random) -> str:
    """A moment with sound; its hash."""
    before = {row.sound for row in await one.archive.moments()}
    await ACTS["keep"][1](one, chance)
    after = {row.sound for row in await one.archive.moments()}
    (sha256,) = after - before
    assert sha256 is not None
    return sha256


def all_bytes(one: Install) -> bytes:
    return b"".join(each.read_bytes() for each in one.home.rglob("*") if each.is_file())


async def test_after_a_meeting_both_hold_the_same(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs()
    await one.note("from one")
    await other.note("from the other")
    sha256 = await keep(one, chance)

    met = await one.meets(other)

    assert told(await one.views()) == told(await other.views())
    assert met.refused == []
    assert met.sound_bytes > 0
    assert sound_path(other.home, sha256).read_bytes() == sound_path(one.home, sha256).read_bytes()
    for each in (one, other):
        assert (await each.archive.check()).problems == []


async def test_a_second_meeting_has_nothing_to_do(installs: Installs) -> None:
    one, other = await installs()
    await one.note()
    await one.meets(other)

    met = await other.meets(one)

    assert (met.sent, met.received, met.sound_bytes) == (0, 0, 0)


async def test_what_a_third_one_wrote_is_passed_on(installs: Installs) -> None:
    one, between, other = await installs(3)
    await one.note("from far")

    await one.meets(between)
    await between.meets(other)

    assert await other.texts() == ["from far"]


async def test_a_sound_that_was_cut_goes_on_where_it_was(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs()
    await one.meets(other)
    sha256 = await keep(one, chance)
    size = sound_path(one.home, sha256).stat().st_size

    async def cut(request: str) -> int:
        if request == "give_sound_chunk":
            coming_path(other.home, sha256).write_bytes(
                sound_path(one.home, sha256).read_bytes()[: size // 2]
            )
            raise PeerGone("The way was cut.", advice="")
        return 1

    with pytest.raises(PeerGone):
        await one.meets(other, cut)
    met = await one.meets(other)

    assert met.sound_bytes == size - size // 2
    assert sound_path(other.home, sha256).exists()
    assert not coming_path(other.home, sha256).exists()


async def test_what_is_forgotten_here_while_its_sound_is_to_come_leaves_no_part(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs()
    sha256 = await keep(one, chance)

    async def cut(request: str) -> int:
        if request == "give_sound_chunk":
            raise PeerGone("The way was cut.", advice="")
        return 1

    with pytest.raises(PeerGone):
        await one.meets(other, cut)
    coming_path(other.home, sha256).write_bytes(sound_path(one.home, sha256).read_bytes()[:20])
    (moment,) = [row.id for row in await other.archive.moments()]

    await other.forget(moment)

    assert await other.copy.wanted_sounds(9) == []
    assert not coming_path(other.home, sha256).exists()


async def test_a_sound_whose_moment_goes_while_it_comes_leaves_no_part(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs()
    sha256 = await keep(one, chance)

    async def forget_there(request: str) -> int:
        if request == "give_sound_chunk":
            await other.forget(*[row.id for row in await other.archive.moments()])
        return 1

    await one.meets(other, forget_there)

    assert not coming_path(other.home, sha256).exists()
    assert not sound_path(other.home, sha256).exists()


@pytest.mark.parametrize("when", ["give_sound", "give_sound_chunk"])
async def test_a_sound_that_goes_here_while_it_is_brought_ends_no_meeting(
    installs: Installs, chance: random.Random, when: str
) -> None:
    one, other = await installs()
    sha256 = await keep(one, chance)

    async def forget_here(request: str) -> int:
        if request == when:
            await one.forget(*[row.id for row in await one.archive.moments()])
        return 1

    met = await one.meets(other, forget_here)

    assert met.refused == []
    await one.meets(other)
    assert not sound_path(other.home, sha256).exists()


async def test_all_that_one_lacks_comes_in_one_meeting(installs: Installs) -> None:
    one, other = await installs()
    texts = [f"{number} " + "word " * 15_000 for number in range(40)]
    for text in texts:
        await one.note(text)

    await other.meets(one)

    assert await other.texts() == sorted(texts)


async def test_a_belonging_that_was_forgotten_here_is_asked_for_no_more(
    installs: Installs,
) -> None:
    one, other = await installs()
    moment = await one.note("unutterable")
    await one.archive.connection.execute("DELETE FROM belonging WHERE subject = ?", (moment,))
    await one.archive.connection.commit()
    await one.meets(other)
    assert len(await other.copy.wanted_belongings(9)) == 1

    await other.forget(moment)

    assert await other.copy.wanted_belongings(9) == []


async def test_a_sound_of_other_bytes_never_counts(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs()
    sha256 = await keep(one, chance)
    path = sound_path(one.home, sha256)
    path.write_bytes(bytes(path.stat().st_size))

    met = await other.meets(one)

    assert met.refused == ["A sound that came is not the one that was asked for."]
    assert not sound_path(other.home, sha256).exists()
    assert (await other.archive.check()).to_come == 1


async def test_a_forget_goes_ahead_of_everything(installs: Installs) -> None:
    one, other = await installs()
    moment = await one.note("unutterable")
    await one.meets(other)
    await one.note()
    await one.forget(moment)

    async def cut(request: str) -> int:
        if request == "give_page":
            raise PeerGone("The way was cut.", advice="")
        return 1

    with pytest.raises(PeerGone):
        await one.meets(other, cut)
    await other.archive.erase_remains()

    assert await other.texts() == []
    assert moment in read_tombstones(other.home)
    assert b"unutterable" not in all_bytes(other)
    assert (await other.archive.check()).problems == []
    await one.meets(other)
    assert told(await one.views()) == told(await other.views())


async def test_what_was_forgotten_does_not_come_back_from_a_copy_that_was_away(
    installs: Installs,
) -> None:
    one, other, away = await installs(3)
    moment = await one.note("unutterable")
    await one.meets(away)
    await one.meets(other)
    await one.forget(moment)
    await one.meets(other)

    await away.meets(other)

    assert await other.texts() == []
    assert await away.texts() == []


async def test_no_event_takes_a_forget_back(installs: Installs) -> None:
    one, other = await installs()
    moment = await one.note("unutterable")
    await one.meets(other)
    await one.forget(moment)
    forgotten = (await one.archive.latest_events(1, kind="moment_forgotten"))[0]
    undo = drafts.act_undone("elsewhere-0", *forgotten.place, author="wearer")
    await other.archive.append(replace(undo, subject=moment))

    await one.meets(other)

    assert await one.texts() == await other.texts() == []
    await one.archive.rebuild()
    assert await one.texts() == []


async def test_a_forget_for_here_counts_nowhere_else(installs: Installs) -> None:
    one, other = await installs()
    moment = await one.note("of both")
    await one.meets(other)
    await one.forget(moment, here=True)

    await one.meets(other)

    assert await one.texts() == []
    assert await other.texts() == ["of both"]
    assert (await other.archive.check()).problems == []


async def test_who_has_no_right_to_forget_forgets_for_itself(installs: Installs) -> None:
    one, other = await installs(role="archive")
    moment = await one.note("mine")
    await one.meets(other)
    await other.forget(moment)

    await other.meets(one)

    assert await one.texts() == ["mine"]
    assert (await one.archive.check()).problems == []


async def test_what_a_reader_writes_stays_with_it(installs: Installs) -> None:
    one, other = await installs(role="read_only")
    await one.note("mine")
    await other.note("its own")

    met = await other.meets(one)

    assert await other.texts() == ["its own", "mine"]
    assert await one.texts() == ["mine"]
    refused = f"{other.identity.key[:16]} may read this archive, and not write to it."
    assert met.refused == [refused]


@pytest.mark.parametrize("agreed", [True, False])
async def test_many_forgets_at_once_wait_for_the_wearer(
    installs: Installs, *, agreed: bool
) -> None:
    one, other = await installs(most=2)
    moments = [await one.note(f"thought {number}") for number in range(3)]
    await one.meets(other)
    await one.forget(*moments)

    await one.meets(other)

    assert await other.texts() == []
    (waiting,) = await other.copy.waiting_forgets()
    assert set(waiting.moments) == set(moments)
    assert (await other.archive.check()).problems == []
    if agreed:
        await other.copy.agree(waiting.origin)
        await other.archive.erase_remains()
        assert b"thought 1" not in all_bytes(other)
    else:
        await other.copy.disagree(waiting.origin)
        assert len(await other.texts()) == 3
    await one.meets(other)
    assert await other.copy.waiting_forgets() == []
    assert len(await other.texts()) == (0 if agreed else 3)
    assert (await other.archive.check()).problems == []


async def test_after_a_removal_nothing_beyond_it_counts(installs: Installs) -> None:
    one, other, stolen = await installs(3)
    await stolen.note("before")
    await stolen.meets(one)
    await stolen.note("after")
    await stolen.meets(other)
    assert await other.texts() == ["after", "before"]
    line = await stolen.line()
    last, _ = (await one.copy.heads())[line]
    await one.archive.append(peer_removed(stolen.identity.key, {line: last}))

    await one.meets(other)

    assert await other.texts() == ["before"]
    assert await one.texts() == ["before"]
    page = await stolen.copy.page_after(line, last)
    assert page is not None
    with pytest.raises(PageRefused, match=f"ended at {last}"):
        await one.copy.receive([*page_lines(page)])
    whole = await stolen.copy.page_after(line, 0)
    assert whole is not None
    assert (await one.copy.receive([*page_lines(whole)])).events == 0
    assert (await other.archive.check()).problems == []


async def test_who_is_removed_keeps_its_own_archive(installs: Installs) -> None:
    one, other = await installs()
    await other.note("before")
    await other.meets(one)
    removed = peer_removed(other.identity.key, {await other.line(): 1})
    await one.archive.append(removed)
    await one.copy.sign_lines()
    page = await one.copy.page_after(await one.line(), 0)
    assert page is not None

    await other.copy.receive([*page_lines(page)])

    assert await other.texts() == ["before"]
    assert (await other.archive.check()).problems == []


async def test_only_moments_are_forgotten_by_others(installs: Installs) -> None:
    one, other = await installs()
    forgotten = drafts.moment_forgotten("selection", here=False, author="wearer")
    await one.archive.append(forgotten)

    await one.meets(other)

    assert not await other.archive.is_forgotten("selection")
    assert (await other.archive.check()).problems == []


async def test_a_voice_print_stays_where_it_was_made(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs()
    while not await one.archive.enrolments():
        await ACTS["enrol"][1](one, chance)

    await one.meets(other)

    rows = await other.archive.connection.execute_fetchall(
        "SELECT 1 FROM belonging WHERE kind = 'voice_print'"
    )
    assert list(rows) == []
    assert (await other.archive.check()).problems == []


async def test_what_one_peer_lacks_another_brings(installs: Installs) -> None:
    one, other, third = await installs(3)
    await one.note("said once")
    await one.meets(third)

    page = await one.copy.page_after(await one.line(), 0)
    assert page is not None
    await other.copy.receive([*page_lines(replace(page, held={}))])
    assert await other.texts() == [""]
    assert (await other.archive.check()).problems == []

    await other.meets(third)

    assert await other.texts() == ["said once"]
