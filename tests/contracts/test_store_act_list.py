"""The list of the last acts: what each was about, whether it counts, and what turns it round."""

from pipeline.store import acts
from pipeline.store.act_list import latest_acts
from pipeline.store.format import drafts
from tests.contracts.stores import Both
from tests.contracts.test_store_acts import keep_together


async def told(store: Both, most: int = 10) -> list[tuple[str, int, bool]]:
    """Kind, number of moments and whether undone, of each."""
    found = await latest_acts(store.archive, most)
    return [(act.events[-1].kind, len(act.events), act.undo is not None) for act in found]


async def test_acts_come_newest_first_each_as_a_whole(store: Both) -> None:
    await keep_together(store, drafts.new_act_id(), "one", "two", "three")
    moment = await store.keep("the siren")
    await acts.hide(store.archive, await store.archive.moment(moment))

    assert await told(store) == [
        ("moment_hidden", 1, False),
        ("moment_kept", 1, False),
        ("moment_kept", 3, False),
    ]
    assert await told(store, most=1) == [("moment_hidden", 1, False)]


async def test_undo_and_redo_by_what_the_list_names(store: Both) -> None:
    await keep_together(store, drafts.new_act_id(), "one", "two")
    await store.keep("the siren")

    for is_undone, texts in [(True, ["the siren"]), (False, ["one", "two", "the siren"])] * 2:
        (act,) = [each for each in await latest_acts(store.archive, 10) if len(each.events) == 2]
        await acts.undo(store.archive, act.reversed_by)
        assert ("moment_kept", 2, is_undone) in await told(store)
        assert sorted(await store.texts()) == sorted(texts)


async def test_an_act_of_which_some_is_undone_still_counts(store: Both) -> None:
    first, _ = await keep_together(store, drafts.new_act_id(), "one", "two")
    await acts.undo_keep(store.archive, await store.archive.moment(first))

    assert await told(store) == [("moment_kept", 2, False)]


async def test_of_what_was_forgotten_only_that_is_listed(store: Both) -> None:
    row = await store.archive.moment(await store.keep("the siren"))
    await store.archive.begin_forgetting([row.id])

    (act,) = await latest_acts(store.archive, 10)
    assert act.is_forget
