"""Whether a voice is the wearer's: how like the print it is, as one plain number. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.store.format.voice_drafts import WEARER, Turns, VoicePrint
from pipeline.voices.clustering import centre
from pipeline.voices.turns import Voices, letter
from pipeline.voices.voice_model import Vectors

THRESHOLD = 0.75
"""The likeness from which on a voice is taken for the wearer's (`bench voices`)."""

SURE = 0.1
"""So far above it or below, nothing is in doubt any more."""

UNKNOWN = 0.5
"""How sure one is at the threshold; below it, somebody else speaks."""

SHORTEST_MS = 1000
"""Of a voice that was heard for less, nobody is told."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The turns with the wearer by name, and how much of the wearer's own voice is in the clip.

    `own_voice` is 0 to 1, 0.5 where it cannot be told; None where too little was said, or
    nobody is enrolled.
    """

    turns: Turns
    own_voice: float | None


def recognised(voices: Voices, print_: VoicePrint | None) -> Recognised:
    """Who of these voices is the wearer: the one most like the print, if it is like enough."""
    plain = Turns(voices.turns, {}, voices.model)
    if print_ is None or print_.model != voices.model:
        return Recognised(plain, None)
    long_enough = {
        name: likeness(middle, print_)
        for name, middle in voices.centres.items()
        if voices.lengths_ms[name] >= SHORTEST_MS
    }
    if not long_enough:
        return Recognised(plain, None)
    most_alike = max(long_enough, key=lambda name: long_enough[name])
    own_voice = how_surely(long_enough[most_alike])
    if long_enough[most_alike] < THRESHOLD:
        return Recognised(plain, own_voice)
    called = _called(voices.centres, most_alike)
    turns = tuple(replace(each, voice=called.get(each.voice or "")) for each in voices.turns)
    names = {} if print_.name is None else {WEARER: print_.name}
    return Recognised(Turns(turns, names, voices.model), own_voice)


def likeness(vector: Vectors, print_: VoicePrint) -> float:
    """From 0 to 1: how alike two voices are."""
    return float(vector @ np.frombuffer(print_.vector, "<f2").astype(np.float32))


def how_surely(alike: float) -> float:
    """How sure that it is the wearer: 0.5 at the threshold, 0 and 1 well below and above."""
    return min(max((alike - THRESHOLD) / (2 * SURE) + UNKNOWN, 0.0), 1.0)


def _called(letters: Iterable[str], wearer: str) -> dict[str, str | None]:
    """What each voice is called once the wearer is known: the others are A, B, C again."""
    others = [each for each in letters if each != wearer]
    return {wearer: WEARER, **{each: letter(nth) for nth, each in enumerate(others)}}


def print_of(vectors: Vectors, model: str, seconds: float, name: str | None) -> VoicePrint:
    """The print that these windows of the wearer's speech make."""
    middle = centre(vectors).astype("<f2")
    return VoicePrint(model, middle.tobytes(), seconds, name)


def joined(prints: Sequence[VoicePrint]) -> VoicePrint:
    """One print out of several, each by how much speech it was made of; the last one's name."""
    vectors = [np.frombuffer(each.vector, "<f2").astype(np.float32) for each in prints]
    seconds = [each.seconds for each in prints]
    middle = centre(np.stack([v * s for v, s in zip(vectors, seconds, strict=True)]))
    last = prints[-1]
    name = last.name or next((each.name for each in reversed(prints) if each.name), None)
    return VoicePrint(last.model, middle.astype("<f2").tobytes(), sum(seconds), name)
