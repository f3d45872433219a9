"""From a clip and its words to its voices: windows, their vectors, and who is who among them."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from core.audio import RATE_HZ
from core.moment import Word
from core.pcm import Pcm, release_memory
from pipeline.voices.turns import Voices, told_apart
from pipeline.voices.voice_model import DIMENSIONS, Vectors, VoiceModel
from pipeline.voices.windows import Stretch, stretches, windows

AT_ONCE = 64
"""Windows between two signs of life: a second of work here."""

Progress = Callable[[float], None]


def hear_voices(
    pcm: Pcm, words: Sequence[Word], model: VoiceModel, progress: Progress | None = None
) -> Voices | None:
    """The voices of these words of a clip; None where they are too short to tell any.

    `pcm` may be a memory map of many hours. `progress` hears rising seconds of the clip.
    """
    found = windows(stretches(Stretch(word.start_ms, word.end_ms) for word in words))
    if not found:
        return None
    vectors = vectors_of(pcm, found, model, progress)
    return told_apart(words, found, vectors, model.name)


def vectors_of(
    pcm: Pcm, found: Sequence[Stretch], model: VoiceModel, progress: Progress | None = None
) -> Vectors:
    """One for each window of the clip."""
    some = list(_vectors(pcm, found, model, progress or (lambda _: None)))
    return np.concatenate([np.empty((0, DIMENSIONS), np.float32), *some])


def _vectors(
    pcm: Pcm, found: Sequence[Stretch], model: VoiceModel, progress: Progress
) -> Iterator[Vectors]:
    for first in range(0, len(found), AT_ONCE):
        some = found[first : first + AT_ONCE]
        yield model.vectors([_cut(pcm, each) for each in some])
        release_memory(pcm)
        progress(some[-1].end_ms / 1000)


def _cut(pcm: Pcm, window: Stretch) -> Pcm:
    return np.array(pcm[_sample(window.start_ms) : _sample(window.end_ms)])


def _sample(ms: int) -> int:
    return ms * RATE_HZ // 1000
