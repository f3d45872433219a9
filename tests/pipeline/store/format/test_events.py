"""The journal's values: what is hashed, and what a hash gives away."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store.format.chain import chain_problems
from pipeline.store.format.events import (
    FIRST_PREVIOUS_HASH,
    Draft,
    Event,
    Place,
    canonical_json,
    new_belonging,
    place_event,
)


def line(length: int) -> list[Event]:
    events: list[Event] = []
    for seq in range(1, length + 1):
        previous = events[-1].hash if events else FIRST_PREVIOUS_HASH
        place = Place("ab" * 8, seq, seq, previous)
        draft = Draft("moment_hidden", f"{seq:016x}-0", "wearer")
        events.append(place_event(draft, place, 1_790_000_000_000))
    return events


def test_an_untouched_line_has_no_problems() -> None:
    assert list(chain_problems(line(5))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"at_ms": 5},
        {"author": "agent"},
        {"kind": "moment_restored"},
        {"subject": "x-0"},
        {"payload_text": '{"here":true}'},
        {"version": 2},
    ],
)
def test_a_changed_field_is_seen(change: dict[str, Any]) -> None:
    events = line(3)
    events[1] = dataclasses.replace(events[1], **change)

    assert list(chain_problems(events)) == [f"The event {events[1].id} was altered."]


def test_an_event_that_was_altered_and_sealed_again_breaks_the_link_to_the_next() -> None:
    events = line(3)
    changed = dataclasses.replace(events[1], author="agent")
    events[1] = dataclasses.replace(changed, hash=changed.computed_hash())

    assert list(chain_problems(events)) == [
        f"The event {events[2].id} does not follow the one before it."
    ]


def test_a_missing_event_is_seen() -> None:
    events = line(3)

    assert next(chain_problems([events[0], events[2]])).startswith("Events are missing before")


def test_the_payload_carries_a_commitment_and_not_a_word() -> None:
    belonging = new_belonging("transcript", b"the pill box beeped")

    event = place_event(
        Draft("moment_kept", "x-0", "wearer", {}, (belonging,)),
        Place("ab" * 8, 1, 1, FIRST_PREVIOUS_HASH),
        None,
    )

    assert "pill" not in event.payload_text
    assert event.commitments == {belonging.id: belonging.commitment}


def test_the_same_word_twice_has_two_commitments() -> None:
    first, second = new_belonging("speaker", b"yes"), new_belonging("speaker", b"yes")

    assert first.commitment != second.commitment


def test_the_hash_of_a_known_event_never_changes() -> None:
    """A format for good: if this fails, every archive in the world fails `check`."""
    place = Place("00112233445566aa", 1, 7, FIRST_PREVIOUS_HASH)
    draft = Draft("moment_forgotten", "0123456789abcdef-0", "wearer", {"here": False})

    event = place_event(draft, place, 1_790_000_000_000)

    assert event.hash.hex() == ("2b982a8ade76e955a349685dbe5cc9b73b571aba96d677d52d32eb4ad2b23b25")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_canonical_json_reads_back_and_is_ascii(value: object) -> None:
    text = canonical_json(value)

    assert json.loads(text) == value
    assert text.isascii()
    assert canonical_json(json.loads(text)) == text


def test_canonical_json_is_sorted_and_as_short_as_can_be() -> None:
    assert canonical_json({"b": [1, None], "a": {"d": "é", "c": True}}) == (
        '{"a":{"c":true,"d":"\\u00e9"},"b":[1,null]}'
    )
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))
