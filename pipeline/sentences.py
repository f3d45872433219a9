"""Events and reasons read back as sentences. Pure; no word of the wearer is in an event."""

from pipeline.store.chain import Event

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
    "selected": "kept moment {subject}",
}
_OUTCOMES = {
    "words": "wrote down the words of moment {subject}",
    "no_words": "found no words in moment {subject}",
    "failed": "could not make out the words of moment {subject}",
}
_KINDS = {
    "clip_revised": "reached further with moment {subject}",
    "moment_embedded": "placed moment {subject} by its meaning",
    "moment_hidden": "hid moment {subject}",
    "moment_restored": "brought moment {subject} back into sight",
    "moment_forgotten": "forgot moment {subject} for good",
}
_ORIGINS = {
    "first": "began this archive's first line of events, {subject}",
    "machine": "began a new line of events, {subject}, because the machine is another",
    "restored": "began a new line of events, {subject}, after a backup was restored",
}
_REASONS = {
    "file": "you kept this file",
    "typed": "you typed it",
    "imported": "you imported it",
    "press": "you pressed",
    "selected": "it was selected",
    "everything": "everything that was said is kept",
}


def event_sentence(event: Event) -> str:
    """What happened, as a sentence for people."""
    if event.author.startswith("api:"):
        author = f"The program {event.author[4:]}"
    else:
        author = _AUTHORS.get(event.author, event.author)
    return f"{author} {_predicate(event)}."


def reason_sentence(code: str) -> str:
    """Why something was kept; a reason of a newer version is shown by its code."""
    return _REASONS.get(code, code.replace("_", " "))


def _predicate(event: Event) -> str:
    payload = event.payload
    if event.kind == "moment_kept":
        text = _HOW.get(payload["how"], "kept moment {subject}")
    elif event.kind == "moment_transcribed":
        text = _OUTCOMES.get(payload["outcome"], "heard moment {subject}")
    elif event.kind == "origin_began":
        text = _ORIGINS.get(payload["reason"], "began a line of events, {subject}")
    elif event.kind == "act_undone":
        text = f"took back event {payload['origin']}:{payload['seq']} on {{subject}}"
    else:
        text = _KINDS.get(event.kind, f"did something newer ({event.kind}) to {{subject}}")
    return text.format(subject=event.subject)
