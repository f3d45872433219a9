"""Acts named for people."""

import pytest

from core.clock import Recorded
from pipeline.commands.act_sentences import act_named
from pipeline.store.format import drafts
from pipeline.store.format.drafts import How, Kept
from pipeline.store.format.events import FIRST_PREVIOUS_HASH, Draft, Event, Place, place_event


def placed(*drafted: Draft) -> list[Event]:
    return [
        place_event(each, Place("a", seq, seq, FIRST_PREVIOUS_HASH), None)
        for seq, each in enumerate(drafted, 1)
    ]


def kept(how: How, count: int) -> list[Event]:
    moments = [Kept(f"{number}-0", how, Recorded()) for number in range(count)]
    return placed(*[drafts.moment_kept(each, author="wearer") for each in moments])


@pytest.mark.parametrize(
    ("how", "count", "name"),
    [
        ("typed", 1, "the note 0-0"),
        ("imported", 1, "the import of 1 note"),
        ("imported", 3, "the import of 3 notes"),
        ("file", 1, "the sound file kept as 0-0"),
        ("file", 2, "2 sound files"),
        ("press", 1, "the press that kept 0-0"),
        ("press", 2, "the presses that kept 2 moments"),
        ("recording", 1, "the recording 0-0"),
        ("selected", 2, "2 moments that were heard in a recording"),
    ],
)
def test_a_keep_is_named_by_how_it_came_and_how_much_it_was(
    how: How, count: int, name: str
) -> None:
    assert act_named(kept(how, count)) == name


def test_an_import_that_brought_some_back_counts_them_too() -> None:
    again = drafts.moment_restored("9-0", author="wearer")

    assert act_named([*placed(again), *kept("imported", 2)]) == "the import of 3 notes"


@pytest.mark.parametrize(
    ("draft", "name"),
    [
        (drafts.moment_hidden("1-0", author="wearer"), "hiding 1-0"),
        (drafts.moment_restored("1-0", author="wearer"), "restoring 1-0"),
    ],
)
def test_what_was_done_to_one_moment_names_it(draft: Draft, name: str) -> None:
    assert act_named(placed(draft)) == name


def test_what_is_damaged_or_newer_is_named_all_the_same() -> None:
    newer = Draft("moment_titled", "1-0", "wearer")

    assert act_named(placed(newer)) == "a change to 1-0"
