"""Where utterances begin and end, decided from speech probabilities alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from core.audio import FRAME_S, FRAME_SAMPLES, RATE_HZ, Span


class Edge(Enum):
    """What one frame did to the gate."""

    OPENED = "opened"
    CLOSED = "closed"


LIKELY = 0.2
"""A frame at or above it may be speech, one below it is silence, to an open gate and a closed one
alike: were there two thresholds, a sound between them would open and close it by turns. At 0.25
and 0.3, with as much evidence, more of a day's speech is missed in other rooms (8.6 and 8.8 %,
8.2 at 0.2), and how loud the day is changes into how many utterances it falls."""

ONSET_S = 0.07
"""Opens once frames in a row, each counted by how far it lies above LIKELY, have come to this:
three or four that are sure, which a click is too short for, or a third of a second that is not,
as far voices are. Of 400 single words 3.6 % do not open it in a file and 4.5 % live, of 161
noises 3.6 and 2.5 do (means over the data as it is, 20 dB down and in eight rooms); four frames
of 0.5 in a row: 4.1 and 5.1 %, 3.8 and 2.4; three: 3.4 and 4.3 %, 4.8 and 3.0. With 0.08 it is
3.9 and 5.0 %, 3.2 and 1.4; with 0.05 2.9 and 3.9 %, 5.7 and 3.5."""

HANGOVER_S = 0.8
"""Closes after so much silence in a row, longer than a breath. With 0.7 a day falls into more
pieces, whose ends are missed; with 1.0 two points more of what is heard are no speech."""


@dataclass(slots=True)
class SpeechGate:
    """Turns a speech probability per frame into utterance edges. No audio, no clock.

    Its figures are measured on the development data; `bench speech_detection` measures them
    anew, and docs/decisions/022 says what else was tried.
    """

    open: bool = False
    onset_frames: int = 0  # what it opened by; while it is closed, what may become that
    _evidence_s: float = field(default=0.0, repr=False)
    _silent_s: float = field(default=0.0, repr=False)

    def feed(self, probability: float) -> Edge | None:
        """Account for one frame; return an edge if it caused one."""
        return self._feed_open(probability) if self.open else self._feed_closed(probability)

    def _feed_closed(self, probability: float) -> Edge | None:
        if probability < LIKELY:
            self.onset_frames, self._evidence_s = 0, 0.0
            return None
        self.onset_frames += 1
        self._evidence_s += (probability - LIKELY) * FRAME_S
        if self._evidence_s < ONSET_S:
            return None
        self.open, self._silent_s = True, 0.0
        return Edge.OPENED

    def _feed_open(self, probability: float) -> Edge | None:
        self._silent_s = self._silent_s + FRAME_S if probability < LIKELY else 0.0
        if self._silent_s < HANGOVER_S:
            return None
        self.open, self.onset_frames, self._evidence_s = False, 0, 0.0
        return Edge.CLOSED


def utterances(
    probabilities: Iterable[float], *, lead_in_s: float = 0.4, longest_s: float = 29.0
) -> Iterator[Span]:
    """The utterances of a stream whose frames have these probabilities, each when it has ended.

    An utterance reaches from its lead-in to the end of its hangover, or of the stream.
    One that grows longer than `longest_s` is cut at the frame of its second half that
    is least like speech, and goes on from there. Lazy: holds one utterance at a time.
    """
    gate = SpeechGate()
    lead_in, longest = _frames(lead_in_s), _frames(longest_s)
    start = end = now = 0
    recent: list[float] = []
    for now, probability in enumerate(probabilities, start=1):
        recent.append(probability)
        edge = gate.feed(probability)
        if edge is Edge.OPENED:
            start = max(end, now - gate.onset_frames - lead_in)
        elif edge is Edge.CLOSED:
            end = now
            yield _span(start, end)
        elif gate.open and now - start >= longest:
            end = start + _least_like_speech(recent[start - now :])
            yield _span(start, end)
            start = end
        del recent[:-longest]
    if gate.open:
        yield _span(start, now)


def _least_like_speech(judged: list[float]) -> int:
    half = len(judged) // 2
    return half + min(range(len(judged) - half), key=lambda i: judged[half + i])


def _frames(seconds: float) -> int:
    return round(seconds * RATE_HZ / FRAME_SAMPLES)


def _span(start_frame: int, end_frame: int) -> Span:
    return Span(start_frame * FRAME_SAMPLES, end_frame * FRAME_SAMPLES)
