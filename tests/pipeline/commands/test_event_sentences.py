"""Whatever an event says, it is a sentence; a damaged one says that it is."""

from dataclasses import replace

from pipeline.commands.event_sentences import event_sentence
from pipeline.store.format import drafts
from pipeline.store.format.events import Place, place_event
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
