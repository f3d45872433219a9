"""What events say of one another."""

from dataclasses import replace

from core.clock import Recorded
from pipeline.store.format import drafts
from pipeline.store.format.chain import chain_problems, superseded_sounds
from pipeline.store.format.drafts import Kept, Sound
from pipeline.store.format.events import (
    FIRST_PREVIOUS_HASH,
    Draft,
    Event,
    Place,
    place_event,
    seal,
)

MOMENT = "00aa-0"


def placed(draft: Draft, lamport: int = 1) -> Event:
    return place_event(draft, Place("ab" * 8, 1, lamport, FIRST_PREVIOUS_HASH), None)


def clip(revision: int) -> Event:
    sound = Sound("ab" * 32, "cd" * 32, 9, 16_000)
    kept = Kept(MOMENT, "press", Recorded(), revision=revision, sound=sound, speaker="Anna")
    make = drafts.clip_revised if revision else drafts.moment_kept
    return placed(make(kept, author="wearer"))


def sound_of(event: Event) -> str:
    return next(str(each["id"]) for each in event.payload["belongings"] if each["kind"] == "sound")


def test_each_revision_takes_the_place_of_the_sounds_before_it() -> None:
    kept, once, twice = (clip(revision) for revision in range(3))

    assert superseded_sounds([kept]) == set()
    assert superseded_sounds([kept, once]) == {sound_of(kept)}
    assert superseded_sounds([kept, once, twice]) == {sound_of(kept), sound_of(once)}


def test_what_has_no_sound_takes_no_place() -> None:
    hidden = placed(drafts.moment_hidden(MOMENT, author="wearer"))
    typed = placed(drafts.moment_kept(Kept(MOMENT, "typed", Recorded()), author="wearer"))

    assert superseded_sounds([hidden, clip(0), typed]) == set()


def test_an_event_no_later_than_the_one_before_it_is_out_of_order() -> None:
    first = placed(Draft("moment_hidden", MOMENT, "wearer"), lamport=3)
    second = seal(replace(first, seq=2, previous_hash=first.hash))

    assert list(chain_problems([first, second])) == [f"The event {second.id} is out of order."]
