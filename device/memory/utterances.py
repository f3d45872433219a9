"""The speech of the last minutes: where it began and ended, and how loud each frame was."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.audio import FRAME_SAMPLES, RATE_HZ

FAINT = 0.1
"""A frame at or above it may be speech, far away or soft: no reason to keep, but none to cut."""

LIKELY = 0.2
"""A frame at or above it is no silence to the gate."""

LOUD = 10 ** (20 / 20)
"""A frame this much above the background may be speech: a laugh, or a word that the model did not
know. Between 14 and 24 dB nothing changes on the development day but how much is kept."""

LEAST_BACKGROUND = 10 ** (-65 / 20)
"""After digital silence every hiss would be loud."""

BACKGROUND_FRAMES = 312
"""Ten seconds: the background is the level that the quietest fifth of them stays under."""

BACKGROUND_EVERY = 8
"""Frames between two looks at the background: it changes slowly, and a look costs 60 us."""

FAINT_PAUSE_FRAMES = 25
"""Faint frames less than this apart (0.8 s, the gate's own hangover) belong together."""


SOFT_SAMPLES = 3 * RATE_HZ
"""A soft beginning is no longer than this; what murmured longer than that is something else."""


AWAY = 0.12
"""The cost of a second away from the best place, in the measure of `_costs`: 12 dB of loudness.
Without it a cut in even noise falls anywhere."""


class Gate(Protocol):
    """The part of pipeline.speech.speech_gate that is needed here."""

    open: bool

    def feed(self, probability: float) -> object: ...


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech between silences, in positions of its stream. `offset` is None while it lasts.

    A `faint` one never opened the gate: perhaps somebody far away, perhaps a chair.
    """

    onset: int
    offset: int | None = None
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """The detector's own numbers about a stretch of sound, as a whole; no word is in them.

    `speech` is the mean probability of its frames, `loudness` their RMS in [0, 1], `background`
    the loudness that the quietest fifth of them stays under, and of the ten seconds before.
    """

    speech: float
    loudness: float
    background: float


class Heard(Protocol):
    """The view of the sound that decisions are made by; positions are absolute."""

    oldest: int
    now: int

    @property
    def utterances(self) -> Sequence[Utterance]:
        """The utterances that the ring holds a part of, in order; the last may still go on."""
        ...

    def quietest(self, start: int, end: int, best: int) -> int:
        """The position between the two at which a cut hurts least; all else alike, near `best`."""
        ...


class Listening:
    """Keeps account of judged frames, as far back as the ring reaches. No audio, no clock."""

    def __init__(self, gate: Gate, capacity_s: float) -> None:
        self._gate = gate
        frames = round(capacity_s * RATE_HZ) // FRAME_SAMPLES
        self._probabilities: deque[float] = deque(maxlen=frames)
        self._loudness: deque[float] = deque(maxlen=frames)
        self._recent: deque[float] = deque(maxlen=BACKGROUND_FRAMES)
        self._utterances: deque[Utterance] = deque()
        self._faint_frame = 0  # one past the last frame that was at least faint
        self._background = LEAST_BACKGROUND
        self.frames = 0
        self._ended_samples = 0
        self.oldest = 0
        self.now = 0

    @property
    def utterances(self) -> Sequence[Utterance]:
        return self._utterances

    @property
    def speech_samples(self) -> int:
        """How much speech was heard, what lasts still among it."""
        if not self._gate.open:
            return self._ended_samples
        return self._ended_samples + self._faint_frame * FRAME_SAMPLES - self._utterances[-1].onset

    @property
    def speaking(self) -> bool:
        return self._gate.open

    def feed(self, probability: float, loudness: float, *, ours: bool = False) -> None:
        """Account for one frame; `loudness` is its RMS in [0, 1].

        `ours`: what is heard in it is the motor's own noise, which means nothing.
        """
        probability = 0.0 if ours else probability
        was_open = self._gate.open
        self._gate.feed(probability)
        self._probabilities.append(probability)
        self._loudness.append(loudness)
        self._recent.append(loudness)
        self.frames += 1
        if self.frames % BACKGROUND_EVERY == 1:
            self._background = self._look_at_background()
        loud = loudness > LOUD * self._background and not ours
        faint = probability >= FAINT or loud
        if faint:
            self._faint_frame = self.frames
        if self._gate.open and not was_open:
            self._begin()
        elif was_open and not self._gate.open:
            self._end()
        elif not self._gate.open:
            self._murmur(faint=faint)

    def skip(self, frames: int) -> None:
        """Skip frames that were not heard at all; speech has ended before them."""
        for _ in range(min(frames, self._probabilities.maxlen or 0)):
            self.feed(0.0, 0.0)
            frames -= 1
        self.frames += frames

    def begin_anew(self, frames: int) -> None:
        """Forget everything; the next frame is the one after so many."""
        self._ended_samples = self.speech_samples
        while self._gate.open:
            self._gate.feed(0.0)
        for held in (self._probabilities, self._loudness, self._recent, self._utterances):
            held.clear()
        self._faint_frame = self.frames = frames

    def moved(self, oldest: int, now: int) -> None:
        """Forget utterances older than the ring, which holds these positions now."""
        self.oldest, self.now = oldest, now
        while self._utterances and (self._utterances[0].offset or now) <= oldest:
            self._utterances.popleft()

    def quietest(self, start: int, end: int, best: int) -> int:
        """The middle of the frame that costs least: speech, loudness, and distance from `best`."""
        held_from = self.frames - len(self._probabilities)
        first = max(-(-start // FRAME_SAMPLES), held_from)
        last = min(end // FRAME_SAMPLES, self.frames)
        if first >= last:
            return max(0, min(max(start, best), end))
        middles = np.arange(first, last) * FRAME_SAMPLES + FRAME_SAMPLES // 2
        away_s = np.abs(middles - best) / RATE_HZ
        # Two frames more, for what lies beside the first; not the whole of a long ring.
        since = max(held_from, first - 2)
        costs = self._costs(self.frames - since)[first - since : last - since] + AWAY * away_s
        return (first + int(np.argmin(costs))) * FRAME_SAMPLES + FRAME_SAMPLES // 2

    def measured(self, start: int, end: int) -> Measured:
        """The numbers of this stretch, as far as it is held."""
        held_from = self.frames - len(self._probabilities)
        first = max(start // FRAME_SAMPLES, held_from)
        last = min(max(end // FRAME_SAMPLES, start // FRAME_SAMPLES + 1), self.frames)
        if last <= first:
            return Measured(0.0, 0.0, LEAST_BACKGROUND)
        before = min(BACKGROUND_FRAMES, first - held_from)
        loudness = _newest(self._loudness, self.frames - first + before)[: last - first + before]
        speech = _newest(self._probabilities, self.frames - first)[: last - first]
        background = max(LEAST_BACKGROUND, float(np.percentile(loudness, 20)))
        rms = float(np.sqrt(np.mean(loudness[before:] ** 2)))
        return Measured(float(np.mean(speech)), rms, background)

    def _costs(self, frames: int) -> npt.NDArray[np.float64]:
        """The cost of a cut at each of the last frames: speech around it, then loudness."""
        speech = _newest(self._probabilities, frames)
        loud = _newest(self._loudness, frames)
        around = np.stack([_shifted(speech, by) for by in (-2, -1, 0, 1, 2)]).max(axis=0)
        level = np.stack([_shifted(loud, by) for by in (-1, 0, 1)]).max(axis=0)
        above = np.clip(20 * np.log10(level + 1e-5) + 100, 0, 100)
        costs: npt.NDArray[np.float64] = around + above / 100
        return costs

    def _look_at_background(self) -> float:
        return max(LEAST_BACKGROUND, quietest_fifth(self._recent))

    def _murmur(self, *, faint: bool) -> None:
        """Begin or end an utterance that is only faint."""
        last = self._utterances[-1] if self._utterances else None
        if last is not None and last.offset is None:
            if self.frames - self._faint_frame >= FAINT_PAUSE_FRAMES:
                self._utterances[-1] = replace(last, offset=self._faint_frame * FRAME_SAMPLES)
        elif faint:
            self._utterances.append(Utterance((self.frames - 1) * FRAME_SAMPLES, faint=True))

    def _begin(self) -> None:
        """Begin an utterance: the gate opened. What was faint just before is its soft beginning."""
        murmur = self._utterances.pop()
        onset = max(murmur.onset, self._first_likely_in_a_row() - SOFT_SAMPLES)
        if onset > murmur.onset:
            self._utterances.append(replace(murmur, offset=onset))
        self._utterances.append(Utterance(onset))

    def _first_likely_in_a_row(self) -> int:
        frames = 0
        for probability in reversed(self._probabilities):
            if probability < LIKELY:
                break
            frames += 1
        return (self.frames - frames) * FRAME_SAMPLES

    def _end(self) -> None:
        utterance = self._utterances[-1]
        offset = self._faint_frame * FRAME_SAMPLES
        self._ended_samples += offset - utterance.onset
        self._utterances[-1] = replace(utterance, offset=offset)


def quietest_fifth(loudness: Iterable[float]) -> float:
    """What a fifth of these stays under: `np.percentile` of 20, at a fifth of its cost. Pure.

    It is asked four times a second, for ever.
    """
    ascending = sorted(loudness)
    at, rest = divmod((len(ascending) - 1) * 0.2, 1)
    low, high = ascending[int(at)], ascending[min(int(at) + 1, len(ascending) - 1)]
    return low + (high - low) * rest


def _newest(values: deque[float], count: int) -> npt.NDArray[np.float64]:
    return np.fromiter(islice(reversed(values), count), float)[::-1]


def _shifted(values: npt.NDArray[np.float64], by: int) -> npt.NDArray[np.float64]:
    if by == 0:
        return values
    edge = np.full(min(abs(by), len(values)), 0.0)
    return np.concatenate([edge, values[:-by]] if by > 0 else [values[-by:], edge])
