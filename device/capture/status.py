"""The status of capture in sentences and numbers, out of a snapshot of it. Pure."""

import math
import os
from dataclasses import dataclass

import numpy as np

from core.audio import RATE_HZ
from core.capture_status import (
    LISTENING_BY_ITSELF,
    STATE_SENTENCES,
    CaptureState,
    CaptureStatus,
    Continuing,
    Levels,
    ReplayStatus,
    RingMemory,
    SelectionStatus,
    TakenBack,
)
from core.errors import UserError
from core.pcm import Pcm
from device.session.session import Session

from .events import LevelMeasured

SOFTEST = 1e-5
"""Share of full scale: what is softer is told as -100 dB."""


@dataclass(frozen=True, slots=True)
class RingState:
    """The ring at one instant: positions of its stream, and its capacity in samples."""

    oldest: int
    now: int
    capacity: int

    @property
    def seconds(self) -> float:
        """Seconds of the past that are held."""
        return round((self.now - self.oldest) / RATE_HZ, 1)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that a status is made of, at one instant.

    `error` is what the wearer is told of; `levels` is None before a block has come.
    """

    session: Session
    stream: str
    ring: RingState
    ring_memory: RingMemory
    kept: int
    waiting: int
    gaps: int
    lost_samples: int
    free_bytes: int
    reserve_bytes: int
    microphone: str
    taken_back: tuple[TakenBack, ...]
    heard_today_s: float
    error: UserError | None = None
    levels: Levels | None = None
    replay: ReplayStatus | None = None
    selection: SelectionStatus | None = None


def status_of(snapshot: Snapshot) -> CaptureStatus:
    """The status that the control socket answers."""
    at = snapshot
    sentence, advice = sentence_and_advice(at.session.state, at.error, at.levels, at.selection)
    return CaptureStatus(
        process=os.getpid(),
        state=at.session.state,
        sentence=sentence,
        advice=advice,
        ring_s=at.ring.seconds,
        ring_length_s=at.ring.capacity / RATE_HZ,
        ring_memory=at.ring_memory,
        stream=at.stream,
        kept=at.kept,
        waiting=at.waiting,
        gaps=at.gaps,
        lost_s=round(at.lost_samples / RATE_HZ, 1),
        free_bytes=at.free_bytes,
        reserve_bytes=at.reserve_bytes,
        microphone=at.microphone,
        pause=at.session.pause,
        continuing=_continuing(at),
        taken_back=at.taken_back,
        levels=at.levels,
        replay=at.replay,
        heard_today_s=round(at.heard_today_s, 1),
        selection=at.selection,
    )


def sentence_and_advice(
    state: CaptureState,
    error: UserError | None,
    levels: Levels | None,
    selection: SelectionStatus | None = None,
) -> tuple[str, str]:
    """The state in a sentence, and what to do about it; the advice is empty where all is well."""
    if error is not None and state == "paused":
        return f"{STATE_SENTENCES[state]} {error.sentence}", error.advice
    if error is not None:
        return error.sentence, error.advice
    if state == "listening" and levels is not None and levels.sentence:
        return levels.sentence, levels.advice
    if state == "listening" and selection is not None and selection.is_on:
        return LISTENING_BY_ITSELF[selection.policy], ""
    return STATE_SENTENCES[state], ""


def level(pcm: Pcm, ring: RingState, *, speaking: bool) -> LevelMeasured:
    """The level that a page which watches receives with each block."""
    rms = math.sqrt(float(np.mean(pcm.astype(np.float64) ** 2))) / 32768
    return LevelMeasured(round(20 * math.log10(max(rms, SOFTEST)), 1), speaking, ring.seconds)


def _continuing(at: Snapshot) -> Continuing | None:
    keep = at.session.keeping.open
    if keep is None or not keep.held:
        return None
    seconds = round((at.ring.now - keep.start) / RATE_HZ, 1)
    return Continuing(f"{at.stream}-{keep.press}", seconds)
