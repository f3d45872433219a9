"""What every kind of archive does with the wearer's answers to selection."""

from pipeline.selection import teaching
from pipeline.selection.learning import answers_of
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from tests.contracts.stores import AT, Both

ID = "00000000000000aa-5000"


async def wanted(store: Both) -> list[bool]:
    """The answers that count, as somebody else reads them."""
    return [each.wanted for each in answers_of(await store.reader.lessons())]


async def test_nothing_is_answered_at_first(store: Both) -> None:
    assert await store.reader.lessons() == []


async def test_a_dismissed_moment_is_hidden_and_one_undo_takes_both_back(store: Both) -> None:
    moment = await store.keep("The pump leaks.")

    assert await teaching.dismiss(store.archive, await store.archive.moment(moment)) == [True]

    assert (await store.reader.moment(moment)).state == "hidden"
    assert await wanted(store) == [False]
    await acts.undo(store.archive)
    assert (await store.reader.moment(moment)).state == "visible"
    assert await wanted(store) == []
    await acts.redo(store.archive)
    assert (await store.reader.moment(moment)).state == "hidden"
    assert await wanted(store) == [False]


async def test_several_are_answered_in_one_act(store: Both) -> None:
    rows = [await store.archive.moment(await store.keep(text)) for text in ("One.", "Two.")]

    await teaching.more(store.archive, *rows)
    assert await wanted(store) == [True, True]

    await acts.undo(store.archive)
    assert await wanted(store) == []


async def test_the_last_answer_about_a_moment_counts_and_saying_it_twice_does_nothing(
    store: Both,
) -> None:
    row = await store.archive.moment(await store.keep("The pump leaks."))

    assert await teaching.more(store.archive, row) == [True]
    assert await teaching.more(store.archive, row) == [False]
    assert await teaching.dismiss(store.archive, row) == [True]
    assert await teaching.dismiss(store.archive, row) == [False]

    assert await wanted(store) == [False]


async def test_more_of_what_was_dismissed_shows_it_again_and_one_undo_takes_both_back(
    store: Both,
) -> None:
    row = await store.archive.moment(await store.keep("The pump leaks."))
    await teaching.dismiss(store.archive, row)

    assert await teaching.more(store.archive, row) == [True]

    assert (await store.reader.moment(row.id)).state == "visible"
    assert await wanted(store) == [True]
    await acts.undo(store.archive)
    assert (await store.reader.moment(row.id)).state == "hidden"
    assert await wanted(store) == [False]


async def test_more_of_what_was_hidden_leaves_it_hidden(store: Both) -> None:
    row = await store.archive.moment(await store.keep("The pump leaks."))
    await acts.hide(store.archive, row)

    assert await teaching.more(store.archive, row) == [True]

    assert (await store.reader.moment(row.id)).state == "hidden"
    assert await wanted(store) == [True]


async def test_a_moment_that_is_restored_was_dismissed_by_mistake(store: Both) -> None:
    row = await store.archive.moment(await store.keep("The pump leaks."))
    await teaching.dismiss(store.archive, row)

    await acts.restore(store.archive, row)

    assert await wanted(store) == []


async def test_a_selected_moment_teaches_by_the_signals_it_was_selected_by(store: Both) -> None:
    kept = Kept(ID, "selected", AT, reasons=("emphasis",), signals={"emphasis": 750})
    await store.archive.append(drafts.moment_kept(kept, author="selector"))

    await teaching.more(store.archive, await store.archive.moment(ID))

    (answer,) = answers_of(await store.reader.lessons())
    assert answer.signals == {"emphasis": 0.75}


async def test_a_moment_without_words_is_hidden_and_teaches_nothing(store: Both) -> None:
    await store.archive.append(drafts.moment_kept(Kept(ID, "press", AT), author="wearer"))
    row = await store.archive.moment(ID)

    assert await teaching.dismiss(store.archive, row) == [True]

    assert (await store.reader.moment(ID)).state == "hidden"
    assert await wanted(store) == []


async def test_a_reset_lets_no_answer_count_and_can_be_undone(store: Both) -> None:
    row = await store.archive.moment(await store.keep("The pump leaks."))
    assert not await teaching.reset(store.archive)
    await teaching.more(store.archive, row)

    assert await teaching.reset(store.archive)
    assert await wanted(store) == []
    assert await teaching.more(store.archive, row)

    await acts.undo(store.archive)
    await acts.undo(store.archive)
    assert await wanted(store) == [True]


async def test_what_was_forgotten_teaches_no_more(store: Both) -> None:
    moment = await store.keep("The pump leaks.")
    await teaching.more(store.archive, await store.archive.moment(moment))

    await store.archive.begin_forgetting([moment])

    assert await wanted(store) == []


async def test_answers_outlive_a_rebuild_and_the_check_finds_nothing(store: Both) -> None:
    row = await store.archive.moment(await store.keep("The pump leaks."))
    await teaching.more(store.archive, row)
    await teaching.dismiss(store.archive, row)
    before = await store.archive.lessons()

    await store.archive.rebuild()

    assert await store.archive.lessons() == before
    assert (await store.archive.check()).problems == []


async def test_only_what_may_change_the_lessons_makes_them_be_read_anew(store: Both) -> None:
    row = await store.archive.moment(await store.keep("The pump leaks."))
    _, mark = await store.reader.taught_since(-1)

    assert await store.reader.taught_since(mark) == (False, mark)
    await store.keep("The cellar is dry.")
    is_taught, mark = await store.reader.taught_since(mark)
    assert not is_taught

    for act in (
        teaching.more(store.archive, row),
        acts.undo(store.archive),
        acts.redo(store.archive),
        teaching.dismiss(store.archive, row),
        acts.restore(store.archive, row),
        teaching.more(store.archive, row),
        teaching.reset(store.archive),
        store.archive.begin_forgetting([row.id]),
    ):
        await act
        is_taught, mark = await store.reader.taught_since(mark)
        assert is_taught
        assert await store.reader.taught_since(mark) == (False, mark)


async def test_after_a_reset_the_same_answer_counts_anew(store: Both) -> None:
    row = await store.archive.moment(await store.keep("The pump leaks."))
    await teaching.more(store.archive, row)
    await teaching.reset(store.archive)

    assert await teaching.more(store.archive, row) == [True]
    assert await teaching.more(store.archive, row) == [False]
    assert await wanted(store) == [True]
