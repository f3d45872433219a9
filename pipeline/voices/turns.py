"""Who speaks when in a clip: its words, put to the voices of the windows around them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.moment import VoiceTurn, Word
from pipeline.voices.clustering import centre, voices_of
from pipeline.voices.voice_model import Vectors
from pipeline.voices.windows import Stretch

NEAR_MS = 200
"""A word that lies this close to a window is of its voice."""

MOST_VOICES = 26
"""They are called A to Z; whoever speaks after them has no name."""


@dataclass(frozen=True, slots=True)
class Voices:
    """The voices of a clip, as the models' process hears them: whose they are, it does not know.

    `centres` has for each letter what stands for that voice, and `lengths_ms` how long it was
    heard. They are compared with the wearer's print and kept nowhere: they are other people's.
    """

    turns: tuple[VoiceTurn, ...]
    centres: dict[str, Vectors]
    lengths_ms: dict[str, int]
    model: str


def told_apart(
    words: Sequence[Word], windows: Sequence[Stretch], vectors: Vectors, model: str
) -> Voices:
    """The voices of these words, by the vectors of the windows over them."""
    labels = voices_of(windows, vectors)
    names = [letter(number) for number in labels.tolist()]
    turns = tuple(_turns(words, windows, names))
    heard = dict.fromkeys(name for name in names if name is not None)
    centres = {
        name: centre(vectors[[each == name for each in names]]).astype(np.float32) for name in heard
    }
    lengths_ms = dict.fromkeys(heard, 0)
    for turn in turns:
        if turn.voice is not None:
            lengths_ms[turn.voice] += turn.end_ms - turn.start_ms
    return Voices(turns, centres, lengths_ms, model)


def letter(number: int) -> str | None:
    """What a voice is called until somebody names it."""
    return chr(ord("A") + number) if number < MOST_VOICES else None


def _turns(
    words: Sequence[Word], windows: Sequence[Stretch], names: Sequence[str | None]
) -> list[VoiceTurn]:
    turns: list[VoiceTurn] = []
    for word, name in zip(words, _of_words(words, windows, names), strict=True):
        if turns and turns[-1].voice == name:
            turns[-1] = VoiceTurn(turns[-1].start_ms, max(turns[-1].end_ms, word.end_ms), name)
        else:
            turns.append(VoiceTurn(word.start_ms, word.end_ms, name))
    return turns


def _of_words(
    words: Sequence[Word], windows: Sequence[Stretch], names: Sequence[str | None]
) -> list[str | None]:
    """By the window whose middle is nearest of those around; None where no window is near."""
    starts = np.array([each.start_ms for each in windows]) - NEAR_MS
    ends = np.array([each.end_ms for each in windows]) + NEAR_MS
    middles = np.array([each.middle_ms for each in windows])
    found: list[str | None] = []
    for word in words:
        at = (word.start_ms + word.end_ms) / 2
        around = np.flatnonzero((starts <= at) & (at <= ends))
        nearest = around[np.abs(middles[around] - at).argmin()] if around.size else None
        found.append(None if nearest is None else names[nearest])
    return found
