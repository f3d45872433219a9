"""What hide, restore and undo do to every kind of archive; seen by a second reader."""

import pytest

from core.errors import NotFound
from pipeline.store import acts
from tests.contracts.stores import Both


async def test_a_hidden_moment_is_seen_only_by_who_asks_for_it(store: Both) -> None:
    moment = await store.keep("the siren")

    assert await acts.hide(store.archive, await store.archive.moment(moment))

    assert await store.texts() == []
    assert await store.texts(hidden=True) == ["the siren"]
    assert not await acts.hide(store.archive, await store.archive.moment(moment))


async def test_a_restored_moment_is_seen_again(store: Both) -> None:
    moment = await store.keep("the siren")
    await acts.hide(store.archive, await store.archive.moment(moment))

    assert await acts.restore(store.archive, await store.archive.moment(moment))

    assert await store.texts() == ["the siren"]
    assert not await acts.restore(store.archive, await store.archive.moment(moment))


async def test_undoing_a_keep_hides_its_moment(store: Both) -> None:
    await store.keep("the siren")

    undone = await acts.undo(store.archive)

    assert undone.kind == "moment_kept"
    assert await store.texts() == []
    assert await store.texts(hidden=True) == ["the siren"]


async def test_an_undo_can_be_undone(store: Both) -> None:
    await store.keep("the siren")
    await acts.undo(store.archive)

    await acts.undo(store.archive)

    assert await store.texts() == ["the siren"]


async def test_an_event_named_can_be_undone_long_after(store: Both) -> None:
    await store.keep("the siren")
    await store.keep("the pill box")
    first = (await store.archive.latest_events(10))[-2]

    await acts.undo(store.archive, await acts.event_named(store.archive, str(first.seq)))

    assert await store.texts() == ["the pill box"]


async def test_an_event_is_named_by_its_place_in_a_line(store: Both) -> None:
    await store.keep("the siren")
    (event,) = await store.archive.latest_events(1)

    assert await acts.event_named(store.reader, event.id) == event
    assert await acts.event_named(store.reader, str(event.seq)) == event
    for named in ("", "x", "99", "another:1"):
        with pytest.raises(NotFound, match="no event"):
            await acts.event_named(store.reader, named)


async def test_a_moment_whose_keep_was_undone_can_be_restored(store: Both) -> None:
    moment = await store.keep("the siren")
    await acts.undo(store.archive)

    await acts.restore(store.archive, await store.archive.moment(moment))

    assert await store.texts() == ["the siren"]


async def test_what_is_undone_already_is_not_undone_twice(store: Both) -> None:
    await store.keep("the siren")
    (event,) = await store.archive.latest_events(1)
    await acts.undo(store.archive, event)

    with pytest.raises(NotFound, match="undone already"):
        await acts.undo(store.archive, event)


async def test_a_forget_cannot_be_undone(store: Both) -> None:
    await store.archive.begin_forgetting([await store.keep("the siren")])

    with pytest.raises(NotFound, match="cannot be undone"):
        await acts.undo(store.archive)


async def test_nothing_to_undo_is_said(store: Both) -> None:
    with pytest.raises(NotFound, match="nothing to undo"):
        await acts.undo(store.archive)
