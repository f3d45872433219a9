"""The reasons of selection: a code for the journal, and how it is said to people.

A code is stored and handed from process to process; a version that does not know it shows it by
its words. What is said follows *because*: "Kept because it is a decision."
"""

from collections.abc import Mapping, Sequence
from typing import Literal

KeptReason = Literal[
    "asked",
    "question",
    "decision",
    "promise",
    "because",
    "date",
    "name",
    "number",
    "new",
    "returns",
    "much_said",
    "own_voice",
    "emphasis",
]
"""What may speak for keeping an utterance, each the name of its signal, too."""

PassedReason = Literal["no_words", "other_language", "nothing_stood_out", "not_own_voice"]
"""Why an utterance was passed over after it was written down."""

EarlyReason = Literal[
    "unclear",
    "too_short",
    "too_long",
    "far_away",
    "endless_talk",
    "budget",
    "quiet_hours",
    "time_unknown",
    "no_room",
    "too_old",
    "paused",
    "stopped",
    "not_judged",
]
"""Why an utterance was passed over before it was written down: no word of it is known."""

_KEPT: Mapping[str, str] = {
    "asked": "you asked to remember it",
    "question": "it is a question",
    "decision": "it is a decision",
    "promise": "something is promised in it",
    "because": "it gives a reason",
    "date": "it names a day or a time",
    "name": "it names somebody or something",
    "number": "it has a number",
    "new": "it is about something new",
    "returns": "it comes back to an earlier moment",
    "much_said": "much is said in it",
    "own_voice": "you said it",
    "emphasis": "it was said with emphasis",
}

_BY_POLICY: Mapping[str, str] = {"everything": "everything that was said is kept"}
"""Where a policy keeps without looking at what was said."""

_PASSED: Mapping[str, str] = {
    "no_words": "there were no words in it",
    "other_language": "it was in a language that is not listed",
    "nothing_stood_out": "nothing in it stood out",
    "not_own_voice": "somebody else said it, or most of it",
}


_EARLY: Mapping[str, str] = {
    "unclear": "no voice was clear in it",
    "too_short": "it was too short to say much",
    "too_long": "it went on too long to be one thought",
    "far_away": "it hardly stood out from the sounds around",
    "endless_talk": "there had been talk without end before it",
    "budget": "this hour's share of listening was used up",
    "quiet_hours": "it was said in your quiet hours",
    "time_unknown": "there are quiet hours, and the time was not known",
    "no_room": "more waited than the memory holds",
    "too_old": "nobody came to it within a quarter of an hour",
    "paused": "you paused",
    "stopped": "listening ended before its turn came",
    "not_judged": "it could not be written down",
}


def because(code: str) -> str:
    """What follows *because*, without a full stop; a code of a newer version in its own words."""
    known = {**_KEPT, **_BY_POLICY, **_PASSED, **_EARLY}
    return known.get(code) or code.replace("_", " ")


def kept_sentence(codes: Sequence[str]) -> str:
    """Why something was kept: "Kept because it is a decision and it names a day or a time."."""
    return _sentence("Kept", codes)


def passed_sentence(codes: Sequence[str]) -> str:
    """Why something was passed over: "Passed over because nothing in it stood out."."""
    return _sentence("Passed over", codes)


def reasons_counted(counts: Mapping[str, int]) -> str:
    """Why, with how often, the most frequent first: "nothing in it stood out (9), you paused (2)".

    A single one needs no number.
    """
    told = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    if sum(counts.values()) == 1:
        return ", ".join(because(code) for code, count in told if count)
    return ", ".join(f"{because(code)} ({count})" for code, count in told)


def _sentence(what: str, codes: Sequence[str]) -> str:
    *others, last = map(because, codes) if codes else ("",)
    why = f"{', '.join(others)} and {last}" if others else last
    return f"{what} because {why}." if why else f"{what}."
