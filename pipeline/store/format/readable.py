"""What is stored, read with care: what makes no sense is told from what does. Pure.

A bit may flip on the card. Whether something was altered, its hash says (`check`); here is only
whether anything can be made of it, so that one damaged row stops nothing but itself.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isfinite
from re import fullmatch
from types import UnionType
from typing import Any

from .events import Event

UNREADABLE = "unreadable"
"""The kind that an event without sense is read as. It is never stored, and no fold knows it."""

MOST_WHOLE = 2**53
"""Sums of a few numbers up to this one still fit into a column."""

_Test = Callable[[Any], bool]


def readable_event(event: Event) -> Event:
    """The event as others may use it: one that makes no sense is of the kind `unreadable`.

    What needs nothing of its payload (a forget above all) counts also where that is damaged.
    The event `has_its_types`.
    """
    payload = json_object(event.payload_text)
    if payload is not None and _makes_sense(event, payload):
        return event
    return replace(event, payload_text="{}") if event.kind in _BY_KIND_ALONE else _unreadable(event)


def has_its_types(event: Event) -> bool:
    """True where every column holds what its type says; a damaged page may hold anything."""
    return all(isinstance(getattr(event, name), kind) for name, kind in _COLUMNS.items())


def json_object(stored: bytes | str) -> dict[str, Any] | None:
    """The JSON object that this is; None where it is none, or holds what is no text."""
    try:
        text = stored if isinstance(stored, str) else stored.decode()
        value = json.loads(text)
        if "\\u" in text:  # half of a pair of escapes is no character: nothing could store it
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def texts_of(stored: str) -> list[str]:
    """The JSON list of texts that this is; empty where it is damaged."""
    try:
        value = json.loads(stored)
    except (ValueError, RecursionError):
        return []
    return value if is_texts(value) else []


def is_text(value: object) -> bool:
    return isinstance(value, str)


def is_sha256(value: object) -> bool:
    """True for a hash in hexadecimal, as the files of sound are named."""
    return isinstance(value, str) and fullmatch("[0-9a-f]{64}", value) is not None


def is_whole(value: object) -> bool:
    """True for a whole number that can be reckoned with."""
    return type(value) is int and abs(value) <= MOST_WHOLE


def is_number(value: object) -> bool:
    return is_whole(value) or (isinstance(value, float) and isfinite(value))


def is_flag(value: object) -> bool:
    return isinstance(value, bool)


def list_of(test: _Test) -> _Test:
    """A test for a list whose entries all pass this one."""
    return lambda value: isinstance(value, list) and all(map(test, value))


is_texts = list_of(is_text)


def or_none(test: _Test) -> _Test:
    """A test that also lets None pass."""
    return lambda value: value is None or test(value)


def has_shape(value: object, shape: Mapping[str, _Test]) -> bool:
    """True for an object that has all these fields, each of its kind."""
    return isinstance(value, dict) and all(
        name in value and test(value[name]) for name, test in shape.items()
    )


def _unreadable(event: Event) -> Event:
    return replace(event, kind=UNREADABLE, payload_text="{}")


def _makes_sense(event: Event, payload: dict[str, Any]) -> bool:
    if not has_shape({**_NOT_SAID, **payload}, _EVERY):
        return False
    if event.version != 1 or event.kind not in _SHAPES:
        return True  # of a newer version: kept, and left out of the views
    if not has_shape(payload, _SHAPES[event.kind]):
        return False
    suffix = _NAMED_BY_PLACE.get(event.kind)
    return suffix is None or _place(payload) + suffix == event.subject


def _place(payload: dict[str, Any]) -> str:
    return f"{payload['stream']}-{payload['position']}"


def _are_belongings(value: object) -> bool:
    return isinstance(value, list) and all(has_shape(each, _BELONGING) for each in value)


def _is_time(value: object) -> bool:
    return has_shape(value, _TIME)


def _are_signals(value: object) -> bool:
    return isinstance(value, dict) and all(map(is_whole, value.values()))


def _are_counts(value: object) -> bool:
    return isinstance(value, dict) and all(is_whole(each) and each >= 0 for each in value.values())


def _is_stretch(value: object) -> bool:
    match value:
        case [offset_ms, length_ms, reason]:
            return is_whole(offset_ms) and is_whole(length_ms) and is_text(reason)
    return False


def _is_outcome(value: object) -> bool:
    return value in ("words", "no_words", "failed")


_COLUMNS: Mapping[str, type | UnionType] = {
    "origin": str,
    "seq": int,
    "lamport": int,
    "at_ms": int | None,
    "author": str,
    "kind": str,
    "version": int,
    "subject": str,
    "payload_text": str,
    "previous_hash": bytes,
    "hash": bytes,
}
_BELONGING: Mapping[str, _Test] = {"id": is_text, "kind": is_text, "commitment": is_text}
_TIME: Mapping[str, _Test] = {
    "at_ms": or_none(is_whole),
    "utc_offset_min": or_none(is_whole),
    "boot": or_none(is_text),
    "boottime_ms": or_none(is_whole),
    "from": or_none(is_text),
}
_CLIP: Mapping[str, _Test] = {
    "revision": is_whole,
    "recorded": _is_time,
    "duration_ms": or_none(is_whole),
}
_PLACE: Mapping[str, _Test] = {"stream": is_text, "position": is_whole}
_PAUSE: Mapping[str, _Test] = {**_PLACE, "recorded": _is_time, "by": is_text}
_EVERY: Mapping[str, _Test] = {
    "belongings": _are_belongings,
    "act": is_text,
    "about": is_text,
    "revision": is_whole,
    "of": is_text,
    "signals": _are_signals,
    "replaces": is_texts,
}
_NOT_SAID: Mapping[str, object] = {
    "belongings": [],
    "act": "",
    "about": "",
    "revision": 0,
    "of": "",
    "signals": {},
    "replaces": [],
}
PASSED: Mapping[str, _Test] = {"counts": _are_counts, "spans": list_of(_is_stretch)}
"""What was passed over: how many by reason, and stretches: offset and length in ms, reason."""

_SHAPES: Mapping[str, Mapping[str, _Test]] = {
    "origin_began": {"reason": is_text},
    "moment_kept": {**_CLIP, **_PLACE, "how": is_text, "reasons": is_texts},
    "clip_revised": _CLIP,
    "moment_transcribed": {"revision": is_whole, "outcome": _is_outcome},
    "moment_refined": {"revision": is_whole, "model": is_text, "outcome": is_text},
    "moment_embedded": {"belongings": _are_belongings},
    "voice_named": {"revision": is_whole, "voice": is_text},
    "selection_taught": {"answer": is_text, "signals": _are_signals},
    "gap_found": {
        **_PLACE,
        "recorded": _is_time,
        "reason": is_text,
        "samples": or_none(is_whole),
        "duration_ms": or_none(is_whole),
        "estimated": is_flag,
        "uncertain_ms": or_none(is_whole),
        "ended": or_none(_is_time),
    },
    "passed_over": {
        **_PLACE,
        "recorded": _is_time,
        "duration_ms": is_whole,
        **PASSED,
    },
    "pause_began": {**_PAUSE, "for_s": or_none(is_whole)},
    "pause_ended": _PAUSE,
    "clock_stepped": {
        "recorded": _is_time,
        "source": is_text,
        "moved_ms": or_none(is_whole),
    },
    "act_undone": {"origin": is_text, "seq": is_whole},
    "peer_added": {
        "key": is_sha256,
        "certificate": is_text,
        "role": lambda value: value in ("full", "archive", "read_only"),
        "origin": or_none(is_text),
    },
    "peer_removed": {"key": is_sha256, "lines": _are_counts},
}
"""What is asked of the payload of each kind; docs/journal-format.md has all that it holds."""

_BY_KIND_ALONE = frozenset({"moment_hidden", "moment_restored", "moment_forgotten"})

KINDS = frozenset(_SHAPES) | _BY_KIND_ALONE | {"voice_enrolled", "selection_reset"}
"""Every kind of event that this version makes."""

KNOWN = frozenset((kind, 1) for kind in KINDS)
"""Every kind with its version that the views are made of; one that is missing is passed over."""

_NAMED_BY_PLACE: Mapping[str, str] = {
    "moment_kept": "",
    "gap_found": "-gap_found",
    "passed_over": "-passed_over",
    "pause_began": "-pause",
    "pause_ended": "-pause",
}
"""Whose subject is its stream and position, and what stands behind them there."""
