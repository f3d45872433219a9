"""A small language for what was heard: utterances in seconds, and cuts where one asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.audio import RATE_HZ
from core.clock import Recorded
from device.capture.clip_writer import ClipSource
from device.memory.utterances import Utterance
from pipeline.spool.fakes import MemoryClip


@dataclass(slots=True)
class Told:
    """What was heard, as a test tells it; a cut falls on the best place that is allowed."""

    utterances: Sequence[Utterance]
    now: int
    oldest: int = 0
    sought: list[tuple[int, int, int]] = field(default_factory=list)
    """From, to and best of every cut that was asked for."""

    def quietest(self, start: int, end: int, best: int) -> int:
        self.sought.append((start, end, best))
        return max(start, min(best, end))


def at(seconds: float) -> int:
    return round(seconds * RATE_HZ)


def said(start_s: float, end_s: float | None = None) -> Utterance:
    return Utterance(at(start_s), None if end_s is None else at(end_s))


def murmured(start_s: float, end_s: float) -> Utterance:
    return Utterance(at(start_s), at(end_s), faint=True)


def heard(*utterances: Utterance, now_s: float, oldest_s: float = 0.0) -> Told:
    return Told(utterances, at(now_s), at(oldest_s))


def source() -> ClipSource:
    """Clips that remember as their time at which position they begin."""
    return ClipSource("stream", Recorded)


def start_of(clip: MemoryClip) -> int:
    start = clip.header.recorded.at_ms
    assert start is not None
    return start


def end_of(clip: MemoryClip) -> int:
    return start_of(clip) + clip.samples
