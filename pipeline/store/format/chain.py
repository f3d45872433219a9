"""What events say of one another: whether a line is whole, and what was replaced. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from .events import FIRST_PREVIOUS_HASH, Event
from .readable import has_its_types


def chain_problems(events: Iterable[Event]) -> Iterator[str]:
    """What is wrong in one origin's line, given in the order of `seq`."""
    seq, lamport, previous_hash = 0, 0, FIRST_PREVIOUS_HASH
    for event in events:
        if not has_its_types(event):
            yield f"The event {event.id} is no event any more."
            continue
        if event.seq != seq + 1:
            yield f"Events are missing before {event.id}."
        elif event.previous_hash != previous_hash:
            yield f"The event {event.id} does not follow the one before it."
        if event.computed_hash() != event.hash:
            yield f"The event {event.id} was altered."
        if event.lamport <= lamport:
            yield f"The event {event.id} is out of order."
        seq, lamport, previous_hash = event.seq, event.lamport, event.hash


def superseded_sounds(events: Sequence[Event]) -> set[str]:
    """The ids of the sounds that a later revision of the same clip has taken the place of."""
    sounds = [
        entry["id"]
        for event in events
        if event.kind in {"moment_kept", "clip_revised"}
        for entry in event.payload.get("belongings", [])
        if entry["kind"] == "sound"
    ]
    return set(sounds[:-1])
