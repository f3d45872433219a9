"""What hide, restore, undo and redo do to every kind of archive; seen by a second reader."""

import asyncio

import pytest

from core.errors import ActWaits, NotFound
from pipeline.store import acts
from pipeline.store.acts import Waiting
from pipeline.store.format import drafts
from tests.contracts.stores import Both, imported, typed


async def keep_together(store: Both, act: str, *texts: str) -> list[str]:
    """Keep several texts in one act, as one letter of an import does; their ids."""
    kept = [typed(each, act=act, **imported("lines.jsonl", each)) for each in texts]
    await store.archive.append(*[drafts.moment_kept(each, author="wearer") for each in kept])
    return [each.id for each in kept]


async def test_a_hidden_moment_is_seen_only_by_who_asks_for_it(store: Both) -> None:
    moment = await store.keep("the siren")

    assert await acts.hide(store.archive, await store.archive.moment(moment)) == [True]

    assert await store.texts() == []
    assert await store.texts(hidden=True) == ["the siren"]
    assert await acts.hide(store.archive, await store.archive.moment(moment)) == [False]


async def test_a_restored_moment_is_seen_again(store: Both) -> None:
    moment = await store.keep("the siren")
    await acts.hide(store.archive, await store.archive.moment(moment))

    assert await acts.restore(store.archive, await store.archive.moment(moment)) == [True]

    assert await store.texts() == ["the siren"]
    assert await acts.restore(store.archive, await store.archive.moment(moment)) == [False]


async def test_moments_that_are_hidden_together_are_one_act(store: Both) -> None:
    named = [await store.keep(each) for each in ("one", "two", "three")]
    rows = [await store.archive.moment(each) for each in named]
    await acts.hide(store.archive, rows[0])

    assert await acts.hide(store.archive, *rows) == [False, True, True]
    assert await store.texts() == []

    await acts.undo(store.archive)
    assert await store.texts() == ["two", "three"]
    await acts.undo(store.archive)
    assert await store.texts() == ["one", "two", "three"]


@pytest.mark.parametrize("act", [acts.hide, acts.restore, acts.undo_keep])
async def test_what_was_forgotten_meanwhile_is_told_in_a_sentence(store: Both, act: object) -> None:
    row = await store.archive.moment(await store.keep("the siren"))
    await store.archive.begin_forgetting([row.id])

    with pytest.raises(NotFound, match="forgotten"):
        await act(store.archive, row)  # type: ignore[operator]


async def test_undoing_a_keep_hides_its_moment(store: Both) -> None:
    await store.keep("the siren")

    undone = await acts.undo(store.archive)

    assert [each.kind for each in undone.events] == ["moment_kept"]
    assert await store.texts() == []
    assert await store.texts(hidden=True) == ["the siren"]


async def test_two_undos_take_back_the_two_last_acts(store: Both) -> None:
    for text in ("the siren", "the pill box", "the door"):
        await store.keep(text)

    await acts.undo(store.archive)
    await acts.undo(store.archive)

    assert await store.texts() == ["the siren"]


async def test_redo_brings_back_what_the_last_undo_took_one_by_one(store: Both) -> None:
    for text in ("the siren", "the pill box", "the door"):
        await store.keep(text)
    for _ in range(3):
        await acts.undo(store.archive)
    assert await store.texts() == []

    seen = []
    for _ in range(3):
        redone = await acts.redo(store.archive)
        assert redone.is_back
        seen.append(len(await store.texts()))

    assert seen == [1, 2, 3]
    with pytest.raises(NotFound, match="nothing to redo"):
        await acts.redo(store.archive)


async def test_undo_and_redo_may_go_to_and_fro(store: Both) -> None:
    await store.keep("the siren")
    await store.keep("the pill box")

    for _ in range(3):
        await acts.undo(store.archive)
        assert await store.texts() == ["the siren"]
        await acts.redo(store.archive)
        assert len(await store.texts()) == 2


async def test_a_new_act_after_an_undo_ends_the_way_forward(store: Both) -> None:
    await store.keep("the siren")
    await acts.undo(store.archive)
    await store.keep("the pill box")

    with pytest.raises(NotFound, match="nothing to redo"):
        await acts.redo(store.archive)

    await acts.undo(store.archive)
    await acts.redo(store.archive)
    assert await store.texts() == ["the pill box"]
    with pytest.raises(NotFound, match="nothing to redo"):
        await acts.redo(store.archive)


async def test_what_the_worker_does_after_an_undo_does_not_end_it(store: Both) -> None:
    moment = await store.keep("the siren")
    await acts.undo(store.archive)
    await store.archive.append(drafts.moment_transcribed(moment, None, revision=0))

    await acts.redo(store.archive)

    assert await store.texts() == ["the siren"]


async def test_one_undo_takes_back_all_of_an_act_and_redo_brings_all_of_it(store: Both) -> None:
    await store.keep("before")
    await keep_together(store, "ab" * 8, "one", "two")
    await store.keep("between")
    await keep_together(store, "ab" * 8, "three")

    undone = await acts.undo(store.archive)

    assert len(undone.events) == 3
    assert sorted(await store.texts()) == ["before", "between"]
    redone = await acts.redo(store.archive)
    assert len(redone.events) == 3
    assert len(await store.texts()) == 5
    assert (await store.archive.check()).problems == []


async def test_what_comes_late_of_an_act_that_was_undone_is_undone_with_it(store: Both) -> None:
    act = "ab" * 8
    await keep_together(store, act, "one", "two")
    await acts.undo(store.archive)

    await keep_together(store, act, "three")

    assert await store.texts() == []
    assert len((await acts.redo(store.archive)).events) == 3
    await keep_together(store, act, "four")
    assert sorted(await store.texts()) == ["four", "one", "three", "two"]
    assert (await store.archive.check()).problems == []


async def test_of_an_act_undone_only_in_part_what_comes_late_is_seen(store: Both) -> None:
    act = "ab" * 8
    first, _ = await keep_together(store, act, "one", "two")
    await acts.undo_keep(store.archive, await store.archive.moment(first))

    await keep_together(store, act, "three")

    assert sorted(await store.texts()) == ["three", "two"]


async def test_taking_back_one_keep_leaves_what_was_kept_with_it(store: Both) -> None:
    first, _ = await keep_together(store, "ab" * 8, "one", "two")
    row = await store.archive.moment(first)

    assert await acts.undo_keep(store.archive, row)
    assert not await acts.undo_keep(store.archive, row)

    assert await store.texts() == ["two"]
    await acts.redo(store.archive)
    assert sorted(await store.texts()) == ["one", "two"]


async def test_a_keep_that_was_taken_back_and_restored_can_be_taken_back_again(
    store: Both,
) -> None:
    row = await store.archive.moment(await store.keep("the siren"))
    await acts.undo_keep(store.archive, row)
    await acts.restore(store.archive, row)

    assert await acts.undo_keep(store.archive, row)

    assert await store.texts() == []


async def test_undo_takes_back_the_rest_of_an_act_of_which_some_is_forgotten(store: Both) -> None:
    first, *_ = await keep_together(store, "ab" * 8, "one", "two", "three")
    await store.archive.begin_forgetting([first])

    undone = await acts.undo(store.archive, "ab" * 8)

    assert len(undone.events) == 2
    assert await store.texts() == []


async def test_an_act_is_named_by_its_id_or_by_any_of_its_events(store: Both) -> None:
    await keep_together(store, "ab" * 8, "one", "two")
    (event,) = await store.archive.latest_events(1)
    await store.keep("after")

    shortened = f"{event.origin[:4]}:{event.seq}"
    for named in ("ab" * 8, "abab", event.id, shortened, str(event.seq)):
        assert len((await acts.undo(store.archive, named)).events) == 2
        assert await store.texts() == ["after"]
        await acts.redo(store.archive)


async def test_naming_an_undo_brings_its_act_back(store: Both) -> None:
    await keep_together(store, "ab" * 8, "one", "two")
    await acts.undo(store.archive)
    (undo,) = await store.archive.latest_events(1)
    await store.keep("after")

    assert (await acts.undo(store.archive, undo.id)).is_back

    assert len(await store.texts()) == 3


async def test_an_event_named_can_be_undone_long_after(store: Both) -> None:
    await store.keep("the siren")
    await store.keep("the pill box")
    first = (await store.archive.latest_events(10))[-2]

    await acts.undo(store.archive, str(first.seq))

    assert await store.texts() == ["the pill box"]


async def test_an_act_that_is_shortened_too_far_is_told_with_what_it_may_be(store: Both) -> None:
    for act in ("ab12", "ab34"):
        await store.archive.append(
            drafts.of_act(drafts.moment_kept(typed("x"), author="wearer"), act)
        )

    with pytest.raises(NotFound, match="'ab' may be any of ab12, ab34"):
        await acts.undo(store.archive, "ab")


@pytest.mark.parametrize("named", ["", "x", "99", "another:1", "ab" * 8, "9" * 30])
async def test_what_is_named_and_is_not_there_is_told(store: Both, named: str) -> None:
    await store.keep("the siren")

    with pytest.raises(NotFound, match="no act"):
        await acts.undo(store.archive, named)


async def test_a_moment_whose_keep_was_undone_can_be_restored(store: Both) -> None:
    moment = await store.keep("the siren")
    await acts.undo(store.archive)

    await acts.restore(store.archive, await store.archive.moment(moment))

    assert await store.texts() == ["the siren"]


async def test_what_is_undone_already_is_not_undone_twice(store: Both) -> None:
    await store.keep("the siren")
    (event,) = await store.archive.latest_events(1)
    await acts.undo(store.archive, event.id)

    with pytest.raises(NotFound, match="undone already"):
        await acts.undo(store.archive, event.id)
    with pytest.raises(NotFound, match="nothing to undo"):
        await acts.undo(store.archive)


async def test_a_forget_cannot_be_undone_and_nothing_before_it_is_instead(store: Both) -> None:
    await store.keep("the door")
    await store.archive.begin_forgetting([await store.keep("the siren")])
    (forgotten,) = await store.archive.latest_events(1)

    for named in (None, forgotten.id):
        with pytest.raises(NotFound, match="cannot be undone"):
            await acts.undo(store.archive, named)

    assert await store.texts() == ["the door"]


async def test_a_keep_of_what_was_forgotten_cannot_be_undone(store: Both) -> None:
    moment = await store.keep("the siren")
    (kept,) = await store.archive.latest_events(1)
    await store.archive.begin_forgetting([moment])

    with pytest.raises(NotFound, match="forgotten"):
        await acts.undo(store.archive, kept.id)


async def test_a_forget_of_many_is_one_act(store: Both) -> None:
    moments = await keep_together(store, "ab" * 8, "one", "two")
    await store.archive.begin_forgetting(moments)

    forgets = await store.archive.latest_events(5, kind="moment_forgotten")

    assert len({each.act for each in forgets}) == 1
    assert forgets[0].act_id not in {None, "ab" * 8}


async def test_nothing_to_undo_is_said(store: Both) -> None:
    with pytest.raises(NotFound, match="nothing to undo"):
        await acts.undo(store.archive)
    with pytest.raises(NotFound, match="nothing to redo"):
        await acts.redo(store.archive)


async def test_an_act_that_is_not_in_yet_is_the_last_one(store: Both) -> None:
    await store.keep("the siren")
    waiting = [Waiting(("cd" * 8 + "-0", "ef" * 8 + "-0"), "ab" * 8)]

    with pytest.raises(ActWaits, match="2 moments are still being put in"):
        await acts.undo(store.archive, waiting=waiting)

    assert await store.texts() == ["the siren"]


async def test_what_waits_of_an_act_that_is_in_by_part_is_no_reason_to_wait(store: Both) -> None:
    (kept,) = await keep_together(store, "ab" * 8, "one")
    waiting = [Waiting(("cd" * 8 + "-0",), "ab" * 8), Waiting((kept,))]

    await acts.undo(store.archive, waiting=waiting)

    assert await store.texts() == []


async def test_two_who_undo_at_once_take_back_two_acts(store: Both) -> None:
    for text in ("the siren", "the pill box", "the door"):
        await store.keep(text)

    await asyncio.gather(acts.undo(store.archive), acts.undo(store.archive))

    assert await store.texts() == ["the siren"]


async def test_events_of_before_acts_had_ids_are_acts_by_themselves(store: Both) -> None:
    """Undone and redone as an older version did it: an undo of the undo."""
    await store.keep("the siren")
    for _ in range(2):
        (last,) = await store.archive.latest_events(1)
        await store.archive.append(drafts.act_undone(last.subject, *last.place, author="wearer"))
    assert await store.texts() == ["the siren"]

    await acts.undo(store.archive)
    assert await store.texts() == []

    await acts.redo(store.archive)
    assert await store.texts() == ["the siren"]
