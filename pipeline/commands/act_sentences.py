"""Acts named for people, with how many moments they were about. Pure."""

from collections.abc import Mapping, Sequence

from pipeline.store.format.events import Event
from pipeline.store.views.act_fold import telling

_KEEPS = {
    "typed": ("the note {subject}", "{count} notes"),
    "imported": ("the import of 1 note", "the import of {count} notes"),
    "file": ("the sound file kept as {subject}", "{count} sound files"),
    "press": ("the press that kept {subject}", "the presses that kept {count} moments"),
    "recording": ("the recording {subject}", "{count} recordings"),
    "selected": (
        "{subject}, which was heard in a recording",
        "{count} moments that were heard in a recording",
    ),
}
_KINDS = {
    "moment_kept": ("the moment {subject}", "{count} moments"),
    "clip_revised": (
        "reaching further back with {subject}",
        "reaching further back with {count} moments",
    ),
    "moment_refined": ("the better words of {subject}", "the better words of {count} moments"),
    "moment_hidden": ("hiding {subject}", "hiding {count} moments"),
    "moment_restored": ("restoring {subject}", "restoring {count} moments"),
    "selection_taught": ("your answer about {subject}", "your answers about {count} moments"),
    "selection_reset": ("the new beginning of selection", "the new beginning of selection"),
    "voice_enrolled": ("enrolling your voice", "enrolling your voice"),
    "voice_named": ("the name of a voice in {subject}", "the names of voices in {count} moments"),
}

_ANY = ("a change to {subject}", "a change to {count} moments")
"""What a damaged event was, or one of a newer version, is not known."""


def act_named(events: Sequence[Event], names: Mapping[str, str] | None = None) -> str:
    """What was done, in one act of so many events: "the import of 3 notes".

    A moment goes by the name that it has here, or by its whole id.
    """
    events = telling(events)
    first = next((each for each in events if each.kind == "moment_kept"), events[0])
    one, several = _KINDS.get(first.kind, _ANY)
    if first.kind == "moment_kept":
        one, several = _KEEPS.get(first.payload["how"], (one, several))
    count = len({each.subject for each in events})
    name = (names or {}).get(first.subject, first.subject)
    return (one if count == 1 else several).format(subject=name, count=count)
