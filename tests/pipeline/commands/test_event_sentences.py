"""Whatever an event says, it is a sentence; a damaged one says that it is."""

from dataclasses import replace

from pipeline.commands.event_sentences import event_sentence
from pipeline.store.format import drafts
from pipeline.store.format.events import Place, place_event
from pipeline.store.format.peer_drafts import peer_added, peer_removed
from pipeline.store.format.readable import readable_event

HIDDEN = place_event(
    drafts.moment_hidden("00aa-0", author="wearer"), Place("00bb", 4, 9, bytes(32)), 1
)


def test_a_damaged_event_is_told_as_such() -> None:
    damaged = readable_event(replace(HIDDEN, kind="moment_kept"))

    assert event_sentence(damaged) == (
        "The event 00bb:4 is damaged: `afterthought check` says more."
    )


def test_a_kind_that_we_do_not_know_is_told_whatever_signs_it_holds() -> None:
    strange = replace(HIDDEN, kind="moment_{ept")

    assert (
        event_sentence(strange)
        == "You did something that this version does not know (moment_{ept) to 00aa-0."
    )


def test_who_belongs_to_the_archive_is_told_by_the_beginning_of_its_key() -> None:
    key, place = "ab" * 32, Place("00bb", 4, 9, bytes(32))

    added = place_event(peer_added(key, "", "full", name="laptop"), place, 1)
    removed = place_event(peer_removed(key, {}), place, 1)

    assert event_sentence(added) == f"You let the install {key[:16]} belong to this archive."
    assert event_sentence(removed).startswith(f"You had the install {key[:16]} belong")
