"""Whether a voice is the wearer's: how like the print it is, as one plain number. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.moment import Transcript, VoiceTurn
from core.text.words import joined as words_joined
from pipeline.store.format.voice_drafts import WEARER, Turns, VoicePrint
from pipeline.voices.clustering import centre
from pipeline.voices.turns import Voices, letter
from pipeline.voices.voice_model import DIMENSIONS, Vectors, unit

THRESHOLD = 0.70
"""The likeness from which on a voice is taken for the wearer's. With 2 s of speech 0 % of what the
wearer says in the same room and 5 % in other rooms are missed, and 0.5 and 2 % of what others say
let in; at 0.76 27 % are missed in other rooms (`bench voices`)."""

THRESHOLD_SHORT = 0.64
"""The same for what is shorter than `SHORT_MS`: less is alike in it."""

SHORT_MS = 1600

SURE = 0.1
"""So far above it or below, nothing is in doubt any more."""

UNKNOWN = 0.5
"""How sure one is at the threshold; below it, somebody else speaks."""

SHORTEST_MS = 1000
"""Of a voice that was heard for less, nobody is told."""

MOSTLY = 0.5
"""The wearer's share of what is said, from which on it counts as theirs: a "yes" to what somebody
else says makes that nobody's own words."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The turns with the wearer among them, and how much of the wearer's own voice is in the clip.

    `own_voice` is 0 to 1, 0.5 where it cannot be told; None where too little was said, or
    nobody is enrolled.
    """

    turns: Turns
    own_voice: float | None

    @property
    def share(self) -> float:
        """How much of what is said in the clip the wearer says, from 0 to 1, by its length."""
        own = sum(_length_ms(each) for each in self.turns.turns if each.voice == WEARER)
        return own / max(sum(map(_length_ms, self.turns.turns)), 1)

    @property
    def is_wearers(self) -> bool:
        """False where somebody else says it, or most of it; True where nobody can tell."""
        return self.own_voice is None or (self.own_voice >= UNKNOWN and self.share >= MOSTLY)

    def wearers_words(self, transcript: Transcript) -> str:
        """The words that the wearer says; all of them where nobody can tell whose they are."""
        if self.own_voice is None or not transcript.words:
            return transcript.text
        own = [each for each in self.turns.turns if each.voice == WEARER]
        return words_joined(
            word.word
            for word in transcript.words
            if any(
                turn.start_ms <= (word.start_ms + word.end_ms) / 2 <= turn.end_ms for turn in own
            )
        )


def recognised(voices: Voices, print_: VoicePrint | None) -> Recognised:
    """Who of these voices is the wearer: the one most like the print, if it is like enough."""
    plain = Turns(voices.turns, voices.model)
    if print_ is None or print_.model != voices.model:
        return Recognised(plain, None)
    alike = {
        name: likeness(middle, print_)
        for name, middle in voices.centres.items()
        if voices.lengths_ms[name] >= SHORTEST_MS
    }
    if not alike:
        return Recognised(plain, None)
    most_alike = max(alike, key=lambda name: alike[name])
    own_voice = how_surely(alike[most_alike], voices.lengths_ms[most_alike])
    if own_voice < UNKNOWN:
        return Recognised(plain, own_voice)
    called = _called(voices.centres, most_alike)
    turns = tuple(replace(each, voice=called.get(each.voice or "")) for each in voices.turns)
    return Recognised(Turns(turns, voices.model), own_voice)


def likeness(vector: Vectors, print_: VoicePrint) -> float:
    """From 0 to 1: how like it is to the print, as it was read or as if in a small room."""
    return float((_rows(print_) @ vector).max())


def how_surely(alike: float, length_ms: int) -> float:
    """How sure that it is the wearer: 0.5 at the threshold, 0 and 1 well below and above."""
    threshold = THRESHOLD if length_ms >= SHORT_MS else THRESHOLD_SHORT
    return min(max((alike - threshold) / (2 * SURE) + UNKNOWN, 0.0), 1.0)


def _length_ms(turn: VoiceTurn) -> int:
    return max(turn.end_ms - turn.start_ms, 0)


def _called(letters: Iterable[str], wearer: str) -> dict[str, str | None]:
    """What each voice is called once the wearer is known: the others are A, B, C again."""
    others = [each for each in letters if each != wearer]
    return {wearer: WEARER, **{each: letter(nth) for nth, each in enumerate(others)}}


def print_of(heard: Sequence[Vectors], model: str, seconds: float, name: str | None) -> VoicePrint:
    """The print that these windows of the wearer's speech make: of each way of hearing, one row."""
    rows = np.stack([centre(each) for each in heard]).astype("<f2")
    return VoicePrint(model, rows.tobytes(), seconds, name)


def joined(first: VoicePrint, then: VoicePrint) -> VoicePrint:
    """One print out of two, each by how much speech it was made of; a name that was given later."""
    sums = first.seconds * _rows(first) + then.seconds * _rows(then)
    rows = unit(sums).astype("<f2")
    seconds, name = first.seconds + then.seconds, then.name or first.name
    return VoicePrint(then.model, rows.tobytes(), seconds, name)


def _rows(print_: VoicePrint) -> Vectors:
    return np.frombuffer(print_.vector, "<f2").astype(np.float32).reshape(-1, DIMENSIONS)
