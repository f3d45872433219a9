"""From a minute of reading to a voice print, or a sentence about why it cannot be one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ
from core.errors import UserError
from core.pcm import Pcm
from pipeline.store.format.voice_drafts import VoicePrint
from pipeline.voices.clustering import Labels, centre, voices_of
from pipeline.voices.hear_voices import vectors_of
from pipeline.voices.small_room import in_small_room
from pipeline.voices.voice_model import Vectors, VoiceModel
from pipeline.voices.wearer import print_of
from pipeline.voices.windows import Stretch, stretches, windows

SPOKEN = 0.5
"""The probability from which on a frame counts as read."""

LEAST_S = 15.0
"""Of speech; with less, a print depends on what was read."""

GOOD_S = 40.0

STEADY = 0.8
"""The mean likeness of its windows to a print, from which on it is good. Four readers come to 0.86
to 0.89, in another room or with noise 10 dB below them to 0.84 to 0.89: what lies well below that
is hardly one voice."""

ALONE = 0.85
"""Of the windows; where fewer are of the voice that speaks most, somebody else reads along."""

_FRAME_MS = 1000 * FRAME_SAMPLES // RATE_HZ

Progress = Callable[[float], None]


class CannotEnrol(UserError):
    """What was read makes no print."""

    code = "cannot_enrol"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A print, and how good it is."""

    print: VoicePrint
    steadiness: float

    @property
    def quality(self) -> Literal["good", "fair"]:
        is_good = self.print.seconds >= GOOD_S and self.steadiness >= STEADY
        return "good" if is_good else "fair"


@dataclass(frozen=True, slots=True)
class Read:
    """One recording of the wearer's reading: its sound, and for each frame whether they speak."""

    pcm: Pcm
    probabilities: Sequence[float]


def enrolment(
    readings: Sequence[Read], model: VoiceModel, *, name: str | None, progress: Progress
) -> Enrolment:
    """The print of all that was read. Raises CannotEnrol. `progress` hears seconds of sound."""
    found: list[Stretch] = []
    heard: tuple[list[Vectors], list[Vectors]] = ([], [])
    before_s = spoken_s = 0.0
    for reading in readings:
        said = spoken(reading.probabilities)
        spoken_s += sum(each.length_ms for each in said) / 1000
        some = windows(stretches(said))
        told = _after(before_s, progress)
        heard[0].append(vectors_of(reading.pcm, some, model, told))
        heard[1].append(vectors_of(in_small_room(reading.pcm), some, model))
        found += [_later(each, before_s) for each in some]
        before_s += reading.pcm.size / RATE_HZ
    if spoken_s < LEAST_S:
        raise _too_little(spoken_s)
    plain, echoed = map(np.concatenate, heard)
    own = _of_one_voice(found, plain)
    print_ = print_of([plain[own], echoed[own]], model.name, round(spoken_s, 1), name)
    return Enrolment(print_, float((plain[own] @ centre(plain[own])).mean()))


def _of_one_voice(found: Sequence[Stretch], vectors: Vectors) -> Labels:
    """The windows of the voice that reads. Raises CannotEnrol where another one reads along."""
    labels = voices_of(found, vectors)
    counts = np.bincount(labels)
    if counts.max() < ALONE * len(labels):
        raise CannotEnrol(
            "More than one voice was heard.",
            advice="Read again where nobody else speaks and no television is on.",
        )
    return np.flatnonzero(labels == counts.argmax())


def spoken(probabilities: Iterable[float]) -> list[Stretch]:
    """Where somebody speaks for sure, frame by frame."""
    return list(_spoken(probabilities))


def _spoken(probabilities: Iterable[float]) -> Iterator[Stretch]:
    start: int | None = None
    end = 0
    for nth, probability in enumerate(probabilities):
        end = nth + 1
        if probability >= SPOKEN:
            start = nth if start is None else start
        elif start is not None:
            yield Stretch(start * _FRAME_MS, nth * _FRAME_MS)
            start = None
    if start is not None:
        yield Stretch(start * _FRAME_MS, end * _FRAME_MS)


def _later(stretch: Stretch, by_s: float) -> Stretch:
    by_ms = round(by_s * 1000) + 10_000  # one recording's windows never lie beside another's
    return Stretch(stretch.start_ms + by_ms, stretch.end_ms + by_ms)


def _after(before_s: float, progress: Progress) -> Progress:
    return lambda done_s: progress(before_s + done_s)


def _too_little(spoken_s: float) -> CannotEnrol:
    if spoken_s < 1:
        return CannotEnrol(
            "Nobody was heard.",
            advice="Read aloud for a minute, near the microphone; `afterthought doctor` looks "
            "whether it hears.",
        )
    return CannotEnrol(
        f"Only {spoken_s:.0f} s of speech were heard, and {LEAST_S:.0f} are needed.",
        advice="Read aloud for a minute, near the microphone.",
    )
