"""What an undo, or a redo, is about: which events of an act are taken back together. Pure."""

from collections.abc import Mapping, Sequence

from pipeline.store.format.events import Event

from .moment_fold import undone_events

ACTS = frozenset(
    {
        "moment_kept",
        "clip_revised",
        "moment_refined",
        "moment_hidden",
        "moment_restored",
        "selection_reset",
        "selection_taught",
        "voice_enrolled",
        "voice_named",
    }
)
"""What an undo may take back. Forgetting is not among them: its bytes are gone."""

Known = Mapping[tuple[str, int], Event]
"""Events by their places."""


def telling(events: Sequence[Event]) -> list[Event]:
    """Of the events of an act those that say what it was.

    A press may have hidden what was kept of the same sound without one: where anything was kept,
    what was hidden says nothing.
    """
    if not any(each.kind in {"moment_kept", "clip_revised"} for each in events):
        return list(events)
    return [each for each in events if each.kind != "moment_hidden"]


def traced(event: Event, known: Known) -> tuple[Event, bool]:
    """What an event is about in the end, and whether it takes that back.

    An undo takes an act's event back, an undo of an undo (a redo) does not, and so on.
    """
    takes_back = False
    while event.kind == "act_undone" and event.undoes in known:
        event, takes_back = known[event.undoes], not takes_back
    return event, takes_back


def together(event: Event, around: Sequence[Event]) -> list[Event]:
    """What is taken back with an event: all of its act that does the same, and counts.

    `around` are the events of the act, and every undo about the same moments. Empty where
    the event counts no more.
    """
    known = {each.place: each for each in around}
    undone = undone_events(around)
    alike = [
        each
        for each in around
        if each.act == event.act
        and each.place not in undone
        and (each.kind in ACTS or each.kind == "act_undone")
    ]
    if event.kind != "act_undone":
        return [each for each in alike if each.kind in ACTS]
    way = traced(event, known)[1]
    return [each for each in alike if each.kind == "act_undone" and traced(each, known)[1] == way]
