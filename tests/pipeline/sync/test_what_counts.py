"""What counts here of what others did: forgets that add up, and what a removed peer wrote."""

from collections.abc import Awaitable, Callable

from bench.sync.installs import Install
from pipeline.selection.teaching import more
from pipeline.store.format.peer_drafts import peer_removed

Installs = Callable[..., Awaitable[list[Install]]]


async def test_small_forgets_add_up_to_what_waits_for_the_wearer(installs: Installs) -> None:
    one, other = await installs(most=2)
    moments = [await one.note(f"thought {number}") for number in range(6)]
    await one.meets(other)
    for each in moments[:3]:
        await one.forget(each)
        await one.meets(other)

    (waiting,) = await other.copy.waiting_forgets()
    assert waiting.moments == (moments[2],)
    await other.copy.agree(waiting.origin)

    await one.forget(*moments[3:5])
    await one.meets(other)
    assert await other.copy.waiting_forgets() == []
    assert await other.texts() == ["thought 5"]


async def test_small_forgets_on_different_days_need_no_word(installs: Installs) -> None:
    one, other = await installs(most=2)
    moments = [await one.note(f"thought {number}") for number in range(4)]
    await one.meets(other)
    for each in moments:
        await one.forget(each)
        await one.meets(other)
        other.clock.advance(86_400)

    assert await other.copy.waiting_forgets() == []
    assert await other.texts() == []


async def test_what_a_removed_peer_did_later_is_in_no_log_and_teaches_nothing(
    installs: Installs,
) -> None:
    one, stolen = await installs(2)
    moment = await one.note("a thought")
    await one.meets(stolen)
    ended = (await one.copy.heads())[await stolen.line()][0]
    await more(stolen.archive, await stolen.archive.moment(moment))
    await one.meets(stolen)
    assert len(await one.archive.lessons()) == 1
    _, mark = await one.archive.taught_since(0)

    await one.archive.append(peer_removed(stolen.identity.key, {await stolen.line(): ended}))
    await one.meets(stolen)

    assert await one.archive.lessons() == []
    assert (await one.archive.taught_since(mark))[0]
    assert "selection_taught" not in [each.kind for each in await one.archive.latest_events(9)]


async def test_a_removed_peers_line_is_named_up_to_where_it_ended(installs: Installs) -> None:
    one, other, stolen = await installs(3)
    await stolen.note("before")
    await stolen.meets(one)
    line = await stolen.line()
    end, last = (await one.copy.heads())[line]
    await stolen.note("later")
    await stolen.meets(other)

    await one.archive.append(peer_removed(stolen.identity.key, {line: end}))
    await one.meets(other)
    met = await one.meets(other)

    assert (await other.answers(one).own_hello()).heads[line] == (end, last)
    assert met.refused == []
    assert await one.texts() == await other.texts() == ["before"]


async def test_who_was_removed_and_is_added_again_counts_again(installs: Installs) -> None:
    one, other = await installs(2)
    await other.note("before")
    await other.meets(one)
    line = await other.line()
    end = (await one.copy.heads())[line][0]
    await other.note("later")
    await other.meets(one)
    await one.archive.append(peer_removed(other.identity.key, {line: end}))
    await one.copy.sign_lines()
    assert await one.texts() == ["before"]

    await one.adds(other)
    await one.meets(other)

    assert await one.texts() == ["before", "later"]
