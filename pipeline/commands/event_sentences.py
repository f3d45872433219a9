"""Events and reasons read back as sentences. Pure; no word of the wearer is in an event."""

from collections.abc import Callable
from typing import Any

from core.clock import length_in_words
from core.facts import gap_sentence
from core.selection.reasons import because, reasons_counted
from core.text.counting import counted
from core.text.short_ids import SHORTEST, brief_id
from pipeline.store.format.events import Event
from pipeline.store.format.readable import UNREADABLE
from pipeline.store.format.voice_drafts import is_enrolment

_AUTHORS = {
    "wearer": "You",
    "selector": "The selector",
    "capture": "Capture",
    "pipeline": "The worker",
    "agent": "The agent",
    "dream": "The night",
}
_HOW = {
    "file": "kept a sound file as moment {subject}",
    "typed": "typed moment {subject}",
    "imported": "imported moment {subject}",
    "press": "pressed and kept moment {subject}",
    "recording": "recorded moment {subject}",
    "selected": "kept moment {subject}",
}
_OUTCOMES = {
    "words": "wrote down the words of moment {subject}",
    "no_words": "found no words in moment {subject}",
    "failed": "could not make out the words of moment {subject}",
}
_REFINED = {
    "better": "had moment {subject} heard again by {model}, whose words are better",
    "kept": "heard moment {subject} again with {model}, and left its words as they were",
}
_ANSWERS = {
    "more": "asked for more like moment {subject}",
    "dismissed": "asked for less like moment {subject}",
}
_KINDS = {
    "clip_revised": "reached further back with moment {subject}",
    "moment_embedded": "indexed moment {subject} by its meaning",
    "moment_hidden": "hid moment {subject}",
    "moment_restored": "restored moment {subject}",
    "peer_added": "let the install {peer} belong to this archive",
    "peer_removed": "had the install {peer} belong to this archive no more",
    "moment_forgotten": "forgot moment {subject} for good",
    "selection_reset": "had selection begin anew",
    "voice_enrolled": "enrolled your voice",
    "voice_named": "named a voice of moment {subject}",
}
_DIGITS_OF_KEY = 16
"""As `peers` shows them."""

_ORIGINS = {
    "first": "started this archive's journal",
    "machine": "started a new line of the journal, because this is another machine",
    "restored": "started a new line of the journal, after a backup was restored",
}
_BY = {
    "button": "by the button",
    "switch": "by the switch",
    "page": "from the page",
    "command": "by command",
    "timer": "because its time was over",
    "start": "as capture started",
}
_REASONS = {
    "file": "you kept this file",
    "typed": "you typed it",
    "imported": "you imported it",
    "press": "you pressed",
    "recording": "a recording",
    "selected": "it was selected",
}


def event_sentence(event: Event, undone: Event | None = None, name: str | None = None) -> str:
    """What happened, as a sentence for people; `undone` is the event that an undo names.

    What the event is about goes by this name, or by its whole id.
    """
    if event.kind == UNREADABLE:
        return f"The event {event.id} is damaged: `afterthought check` says more."
    if event.kind in _FACTS:
        return _FACTS[event.kind](event.payload)
    if event.author.startswith("api:"):
        author = f"The program {event.author[4:]}"
    else:
        author = _AUTHORS.get(event.author, event.author)
    return f"{author} {_predicate(event, undone, name or event.subject)}."


def reason_sentence(code: str) -> str:
    """The reason why something was kept; a reason of a newer version is shown by its code."""
    return _REASONS.get(code) or because(code)


def _gap(told: dict[str, Any]) -> str:
    return gap_sentence(
        told["duration_ms"],
        told["reason"],
        estimated=told["estimated"],
        uncertain_ms=told["uncertain_ms"],
    )


def _pause_began(told: dict[str, Any]) -> str:
    length = "" if told["for_s"] is None else f" for {length_in_words(told['for_s'] * 1000)}"
    return f"A pause{length} began, {_BY.get(told['by'], told['by'])}."


def _pause_ended(told: dict[str, Any]) -> str:
    return f"The pause ended, {_BY.get(told['by'], told['by'])}."


def _clock_stepped(told: dict[str, Any]) -> str:
    moved_ms, who = told["moved_ms"], _BROUGHT.get(told["source"])
    if moved_ms is None:
        brought = f"{who} brought the time, which was not known."
        return brought if who else "The clock was set for the first time since the start."
    length = length_in_words(abs(moved_ms))
    if who:
        off = "behind" if moved_ms > 0 else "ahead"
        return f"{who} brought the time: this machine's clock was {length} {off}."
    return f"The clock was set {length} {'forward' if moved_ms > 0 else 'back'}."


_BROUGHT = {"visitor": "A visitor", "peer": "Another machine"}


def _passed_over(told: dict[str, Any]) -> str:
    count = sum(told["counts"].values())
    why = reasons_counted(told["counts"])
    over = counted(count, "utterance was", "utterances were")
    return f"{over} passed over in {length_in_words(told['duration_ms'])}: {why}."


_FACTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "gap_found": _gap,
    "pause_began": _pause_began,
    "pause_ended": _pause_ended,
    "clock_stepped": _clock_stepped,
    "passed_over": _passed_over,
}
"""What nobody did, or nobody in particular: told without an author."""


def _predicate(event: Event, undone: Event | None, name: str) -> str:
    payload = event.payload
    if event.kind == "moment_kept":
        text = _HOW.get(payload["how"], "kept moment {subject}")
        if about := payload.get("about"):
            text += f" about moment {about if name == event.subject else brief_id(about)}"
        if payload["recorded"]["from"] == "name":
            text += "; when it was recorded is taken from its name"
    elif event.kind == "moment_transcribed":
        text = _OUTCOMES.get(payload["outcome"], "heard moment {subject}")
    elif event.kind == "moment_forgotten" and is_enrolment(event.subject):
        text = "erased a print of your voice for good"
    elif event.kind == "moment_refined":
        text = _REFINED.get(payload["outcome"], "heard moment {subject} again with {model}")
        text = text.replace("{model}", payload["model"])
    elif event.kind == "selection_taught":
        text = _ANSWERS.get(payload["answer"], "answered selection about moment {subject}")
    elif event.kind == "origin_began":
        text = _ORIGINS.get(payload["reason"], "started a new line of the journal")
    elif event.kind == "act_undone":
        what = "event" if undone is None or undone.kind != "act_undone" else "the undo"
        origin = payload["origin"] if name == event.subject else payload["origin"][:SHORTEST]
        text = f"took back {what} {origin}:{payload['seq']} on {{subject}}"
    else:
        text = _KINDS.get(
            event.kind,
            f"did something that this version does not know ({event.kind}) to {{subject}}",
        )
    peer = str(payload.get("key", ""))[:_DIGITS_OF_KEY]
    return text.replace("{subject}", name).replace("{peer}", peer)
