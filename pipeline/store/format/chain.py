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
    """The ids of the sounds that another revision of the same clip has taken the place of.

    Of all revisions the highest has the sound; of two that are as high, as an image that was put
    back may bring about, the later one.
    """
    clips = [each for each in events if each.kind in {"moment_kept", "clip_revised"}]
    sounds = [
        entry["id"]
        for event in sorted(clips, key=revision_order)
        for entry in event.payload.get("belongings", [])
        if entry["kind"] == "sound"
    ]
    return {*sounds[:-1]} - {*sounds[-1:]}  # a line that is to move may stand in both places


def revision_order(clip: Event) -> tuple[int, tuple[int, str, int]]:
    """Which of two events of the same clip counts: the greater."""
    return int(clip.payload.get("revision", 0)), clip.order
