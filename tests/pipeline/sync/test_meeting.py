import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bench.sync.histories import ACTS, told
from bench.sync.installs import Install
from core.clock import FakeClock
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.format.events import Draft
from pipeline.store.format.pages import PageRefused, page_lines
from pipeline.store.format.peer_drafts import peer_removed, signed_message
from pipeline.store.sound_files import coming_path, sound_path
from pipeline.store.tombstones import read_tombstones
from pipeline.sync.remote import PeerGone

Installs = Callable[..., Awaitable[list[Install]]]


async def note(one: Install, text: str = "pill box") -> str:
    moment = drafts.new_moment_id()
    recorded = FakeClock().recorded_now()
    kept = Kept(moment, "typed", recorded, transcript=Transcript(text))
    await one.archive.append(drafts.moment_kept(kept, author="wearer"))
    return moment


async def keep(one: Install, chance: random.Random) -> str:
    """A moment with sound; its hash."""
    before = {row.sound for row in await one.archive.moments()}
    await ACTS["keep"][1](one, chance)
    after = {row.sound for row in await one.archive.moments()}
    (sha256,) = after - before
    assert sha256 is not None
    return sha256


async def forget(one: Install, *moments: str, here: bool = False) -> None:
    await one.archive.begin_forgetting(moments, here=here)
    await one.archive.erase_remains()


async def texts(one: Install) -> list[str]:
    return sorted(row.text for row in await one.archive.moments())


def all_bytes(one: Install) -> bytes:
    return b"".join(each.read_bytes() for each in one.home.rglob("*") if each.is_file())


async def test_after_a_meeting_both_hold_the_same(
    installs: Installs, chance: random.Random
) -> None:
    one, other = await installs()
    await note(one, "from one")
    await note(other, "from the other")
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
    await note(one)
    await one.meets(other)

    met = await other.meets(one)

    assert (met.sent, met.received, met.sound_bytes) == (0, 0, 0)


async def test_what_a_third_one_wrote_is_passed_on(installs: Installs) -> None:
    one, between, other = await installs(3)
    await note(one, "from far")

    await one.meets(between)
    await between.meets(other)

    assert await texts(other) == ["from far"]


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
    moment = await note(one, "unutterable")
    await one.meets(other)
    await note(one)
    await forget(one, moment)

    async def cut(request: str) -> int:
        if request == "give_page":
            raise PeerGone("The way was cut.", advice="")
        return 1

    with pytest.raises(PeerGone):
        await one.meets(other, cut)
    await other.archive.erase_remains()

    assert await texts(other) == []
    assert moment in read_tombstones(other.home)
    assert b"unutterable" not in all_bytes(other)
    assert (await other.archive.check()).problems == []
    await one.meets(other)
    assert told(await one.views()) == told(await other.views())


async def test_what_was_forgotten_does_not_come_back_from_a_copy_that_was_away(
    installs: Installs,
) -> None:
    one, other, away = await installs(3)
    moment = await note(one, "unutterable")
    await one.meets(away)
    await one.meets(other)
    await forget(one, moment)
    await one.meets(other)

    await away.meets(other)

    assert await texts(other) == []
    assert await texts(away) == []


async def test_no_event_takes_a_forget_back(installs: Installs) -> None:
    one, other = await installs()
    moment = await note(one, "unutterable")
    await one.meets(other)
    await forget(one, moment)
    forgotten = (await one.archive.latest_events(1, kind="moment_forgotten"))[0]
    undo = drafts.act_undone("elsewhere-0", *forgotten.place, author="wearer")
    await other.archive.append(replace(undo, subject=moment))

    await one.meets(other)

    assert await texts(one) == await texts(other) == []
    await one.archive.rebuild()
    assert await texts(one) == []


async def test_a_forget_for_here_counts_nowhere_else(installs: Installs) -> None:
    one, other = await installs()
    moment = await note(one, "of both")
    await one.meets(other)
    await forget(one, moment, here=True)

    await one.meets(other)

    assert await texts(one) == []
    assert await texts(other) == ["of both"]
    assert (await other.archive.check()).problems == []


async def test_who_has_no_right_to_forget_forgets_for_itself(installs: Installs) -> None:
    one, other = await installs(role="archive")
    moment = await note(one, "mine")
    await one.meets(other)
    await forget(other, moment)

    await other.meets(one)

    assert await texts(one) == ["mine"]
    assert (await one.archive.check()).problems == []


async def test_what_a_reader_writes_stays_with_it(installs: Installs) -> None:
    one, other = await installs(role="read_only")
    await note(one, "mine")
    await note(other, "its own")

    met = await other.meets(one)

    assert await texts(other) == ["its own", "mine"]
    assert await texts(one) == ["mine"]
    assert met.refused == ["This peer may read here, and not write."]


@pytest.mark.parametrize("agreed", [True, False])
async def test_many_forgets_at_once_wait_for_the_wearer(
    installs: Installs, *, agreed: bool
) -> None:
    one, other = await installs(most=2)
    moments = [await note(one, f"thought {number}") for number in range(3)]
    await one.meets(other)
    await forget(one, *moments)

    await one.meets(other)

    assert await texts(other) == []
    (waiting,) = await other.copy.waiting_forgets()
    assert set(waiting.moments) == set(moments)
    assert (await other.archive.check()).problems == []
    if agreed:
        await other.copy.agree(waiting.origin)
        await other.archive.erase_remains()
        assert b"thought 1" not in all_bytes(other)
    else:
        await other.copy.disagree(waiting.origin)
        assert len(await texts(other)) == 3
    await one.meets(other)
    assert await other.copy.waiting_forgets() == []
    assert len(await texts(other)) == (0 if agreed else 3)
    assert (await other.archive.check()).problems == []


async def test_after_a_removal_nothing_beyond_it_counts(installs: Installs) -> None:
    one, other, stolen = await installs(3)
    await note(stolen, "before")
    await stolen.meets(one)
    await note(stolen, "after")
    await stolen.meets(other)
    assert await texts(other) == ["after", "before"]
    line = await _origin(stolen)
    last, _ = (await one.copy.heads())[line]
    await one.archive.append(peer_removed(stolen.identity.key, {line: last}))

    await one.meets(other)

    assert await texts(other) == ["before"]
    assert await texts(one) == ["before"]
    page = await stolen.copy.page_after(line, 0)
    assert page is not None
    with pytest.raises(PageRefused, match="no peer of this archive"):
        await one.copy.receive([*page_lines(page)])
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
    await note(one, "said once")
    await one.meets(third)

    page = await one.copy.page_after(await _origin(one), 0)
    assert page is not None
    await other.copy.receive([*page_lines(replace(page, held={}))])
    assert await texts(other) == [""]
    assert (await other.archive.check()).problems == []

    await other.meets(third)

    assert await texts(other) == ["said once"]


async def test_a_copy_that_was_set_back_goes_on_in_a_line_of_its_own(
    installs: Installs, tmp_path: Any
) -> None:
    one, other = await installs()
    await note(one, "kept")
    await one.meets(other)
    before = await _origin(one)
    await one.archive.connection.execute("BEGIN")
    last = (await one.copy.heads())[before][0]
    await one.archive.connection.execute(
        "DELETE FROM belonging WHERE (origin, seq) = (?, ?)", (before, last)
    )
    await one.archive.connection.execute(
        "DELETE FROM event WHERE (origin, seq) = (?, ?)", (before, last)
    )
    await one.archive.connection.commit()
    one.archive._recorded = None
    await one.archive.rebuild()
    assert await texts(one) == []

    await one.meets(other)
    await note(one, "since")
    await one.meets(other)

    assert await _origin(one) != before
    assert await texts(one) == await texts(other) == ["kept", "since"]


def lying(events: int, **changed: Any) -> Callable[[Install, Draft], Awaitable[list[bytes]]]:
    """A page of a peer that signs whatever it says."""

    async def page(liar: Install, draft: Draft) -> list[bytes]:
        for _ in range(events):
            await liar.archive.append(draft)
        await liar.copy.sign_lines()
        found = await liar.copy.page_after(await _origin(liar), 0)
        assert found is not None
        last = replace(found.last, **changed)
        last = replace(last, hash=last.computed_hash())
        message = signed_message(last, is_writer=True)
        signature = replace(found.signature, seq=last.seq, signature=liar.identity.sign(message))
        return [*page_lines(replace(found, events=(*found.events[:-1], last), signature=signature))]

    return page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"lamport": 2**53}, "too far ahead"),
        ({"lamport": 2**62}, "too large"),
        ({"seq": 2**40}, "does not follow"),
        ({"origin": "f" * 16}, "does not follow"),
        ({"author": "nobody"}, "name"),
    ],
)
async def test_a_peer_that_lies_is_refused_and_nothing_else_is_lost(
    installs: Installs, changed: dict[str, Any], sentence: str
) -> None:
    one, liar = await installs()
    await note(one, "mine")
    await one.meets(liar)
    hidden = Draft("moment_hidden", "none-0", "wearer")
    lines = await lying(2, **changed)(liar, hidden)

    with pytest.raises(PageRefused, match=sentence):
        await one.copy.receive(lines)

    await note(one, "and more")
    assert await texts(one) == ["and more", "mine"]
    assert (await one.archive.check()).problems == []


async def test_nobody_writes_in_the_line_of_another(installs: Installs) -> None:
    one, other, liar = await installs(3)
    await note(other, "theirs")
    await other.meets(one)
    await other.meets(liar)
    victim = await _origin(other)
    page = await liar.copy.page_after(victim, 0)
    assert page is not None
    forged = replace(page.last, author="agent")
    forged = replace(forged, hash=forged.computed_hash())
    for is_writer in (True, False):
        message = signed_message(forged, is_writer=is_writer)
        signature = replace(
            page.signature,
            key=liar.identity.key,
            signature=liar.identity.sign(message),
            is_writer=is_writer,
        )
        events = (*page.events[:-1], forged)
        lines = [*page_lines(replace(page, events=events, signature=signature))]
        with pytest.raises(PageRefused, match="another key than its own"):
            await one.copy.receive(lines)


async def test_a_wrong_signature_is_refused(installs: Installs) -> None:
    one, other = await installs()
    await note(other)
    await other.copy.sign_lines()
    page = await other.copy.page_after(await _origin(other), 0)
    assert page is not None
    wrong = replace(page, signature=replace(page.signature, signature=bytes(64)))

    with pytest.raises(PageRefused, match="is wrong"):
        await one.copy.receive([*page_lines(wrong)])


async def test_a_stranger_is_refused(installs: Installs) -> None:
    one, _ = await installs()
    stranger_folder = one.home.parent / "stranger"
    stranger_folder.mkdir()
    from bench.sync.installs import install  # noqa: PLC0415

    async with install(stranger_folder, 9) as stranger:
        await note(stranger)
        await stranger.copy.sign_lines()
        page = await stranger.copy.page_after(await _origin(stranger), 0)
        assert page is not None
        with pytest.raises(PageRefused, match="no peer of this archive"):
            await one.copy.receive([*page_lines(page)])


async def _origin(one: Install) -> str:
    origin = await one.archive.origin()
    assert origin is not None
    return origin
