"""Where utterances begin and end, decided from speech probabilities alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from core.audio import FRAME_S, FRAME_SAMPLES, RATE_HZ, Span


class Edge(Enum):
    """What one frame did to the gate."""

    OPENED = "opened"
    CLOSED = "closed"


@dataclass(slots=True)
class SpeechGate:
    """Turns a speech probability per frame into utterance edges. No audio, no clock.

    The thresholds are those that Silero's authors ship; measured in November 2026 on
    the development data, no utterance of 224 stayed unheard and 4 of 161 noises opened it.
    """

    enter: float = 0.5  # probability at or above which a frame counts as speech
    leave: float = 0.35  # below which it counts as silence; between the two, nothing changes
    onset_s: float = 0.09  # speech needed, in a row, before it opens: three frames, no click
    hangover_s: float = 0.8  # silence needed, in a row, before it closes: longer than a breath
    open: bool = False
    _towards_s: float = field(default=0.0, repr=False)  # how long the other state has shown

    def feed(self, probability: float, frame_s: float = FRAME_S) -> Edge | None:
        """Account for one frame of `frame_s` seconds; return an edge if it caused one."""
        if self.open:
            return self._feed_open(probability, frame_s)
        return self._feed_closed(probability, frame_s)

    def _feed_closed(self, probability: float, frame_s: float) -> Edge | None:
        self._towards_s = self._towards_s + frame_s if probability >= self.enter else 0.0
        return self._turn(Edge.OPENED) if self._towards_s >= self.onset_s else None

    def _feed_open(self, probability: float, frame_s: float) -> Edge | None:
        if probability >= self.enter:
            self._towards_s = 0.0
        elif probability < self.leave:
            self._towards_s += frame_s
        return self._turn(Edge.CLOSED) if self._towards_s >= self.hangover_s else None

    def _turn(self, edge: Edge) -> Edge:
        self.open = edge is Edge.OPENED
        self._towards_s = 0.0
        return edge


def utterances(
    probabilities: Iterable[float], *, lead_in_s: float = 0.4, longest_s: float = 29.0
) -> Iterator[Span]:
    """The utterances of a stream whose frames have these probabilities, each when it has ended.

    An utterance reaches from its lead-in to the end of its hangover, or of the stream.
    One that grows longer than `longest_s` is cut at the frame of its second half that
    is least like speech, and goes on from there. Lazy: holds one utterance at a time.
    """
    gate = SpeechGate()
    lead_in, longest = _frames(lead_in_s) + _frames(gate.onset_s), _frames(longest_s)
    start = end = now = 0
    recent: list[float] = []
    for now, probability in enumerate(probabilities, start=1):
        recent.append(probability)
        edge = gate.feed(probability)
        if edge is Edge.OPENED:
            start = max(end, now - lead_in)
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
