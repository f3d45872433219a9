"""The session of capture: (state, event, what was heard) -> (state, effects). Pure.

The states are drawn in docs/capture.md. Keeping and recording are in `keeping`; here is
what may happen at all: pause, which outranks everything, and whether sound comes. The state
is owned by whoever calls; the effects are performed by `capture/engine`.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

from core.capture_status import CaptureState, PausedBy, Pausing
from device.memory.utterances import Heard

from . import keeping
from .values import (
    Advanced,
    HoldBegan,
    Keep,
    Keeping,
    NoSound,
    Press,
    RecordingBegan,
    RecordingEnded,
    Refuse,
    StreamEnded,
)
from .values import Effect as KeepingEffect
from .values import Event as KeepingEvent

ResumedBy = PausedBy | Literal["timer"]


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """Close the microphone; for so long, or until somebody resumes."""

    by: PausedBy
    for_s: float | None = None


@dataclass(frozen=True, slots=True)
class ResumeAsked:
    """Open it again."""

    by: PausedBy


@dataclass(frozen=True, slots=True)
class PauseGesture:
    """The button's one gesture for both; it takes back what its own chain kept."""


@dataclass(frozen=True, slots=True)
class SwitchMoved:
    """The slide switch, which outranks everybody else."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Elapsed:
    """So much running time went by."""

    seconds: float


Event = KeepingEvent | PauseAsked | ResumeAsked | PauseGesture | SwitchMoved | Elapsed


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Set this keep aside; where the chain only revised it, what it was `before` stays kept."""

    keep: Keep
    before: Keep | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Close the microphone, wipe the ring, remember it over a restart, and show it."""

    pausing: Pausing


@dataclass(frozen=True, slots=True)
class PauseChanged:
    """It is paused already; it ends at another time now."""

    pausing: Pausing


@dataclass(frozen=True, slots=True)
class Resume:
    """Open the microphone."""

    by: ResumedBy


Effect = KeepingEffect | TakeBack | Pause | PauseChanged | Resume


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that capture decides by. `sound` says whether blocks come."""

    keeping: Keeping = field(default_factory=Keeping)
    pause: Pausing | None = None
    switched: bool = False
    sound: Literal["awaited", "coming", "missing"] = "awaited"

    @property
    def state(self) -> CaptureState:
        """The truth in one word."""
        if self.pause is not None:
            return "paused"
        if self.sound != "coming":
            return "starting" if self.sound == "awaited" else "fault"
        keep = self.keeping.open
        if keep is None:
            return "listening"
        if keep.recording:
            return "recording"
        return "continuing" if keep.held else "keeping"


Step = tuple[Session, list[Effect]]

_PAUSED = Refuse(
    "Paused, so there was nothing to keep.",
    "Resume on the page, by the command resume, or press and then press and hold.",
)
_SWITCHED = Refuse("The slide switch says pause.", "Move the switch; it outranks the rest.")


def step(state: Session, event: Event, heard: Heard) -> Step:  # noqa: PLR0911 - a table
    """The state after this event, and what has to be done, in this order."""
    match event:
        case PauseGesture():
            if state.pause is not None:
                return _resumed(state, "button")
            state, effects = _taken_back(state)
            state, more = _paused(state, Pausing("button"), heard)
            return state, [*effects, *more]
        case PauseAsked(by, for_s):
            return _paused(state, Pausing(by, for_s), heard)
        case ResumeAsked(by):
            return _resumed(state, by)
        case SwitchMoved(paused):
            return _switched(state, heard, paused=paused)
        case Elapsed(seconds):
            return _elapsed(state, seconds)
        case _:
            return _kept(state, event, heard)


def _kept(state: Session, event: KeepingEvent, heard: Heard) -> Step:
    if state.pause is not None:
        asked = isinstance(event, Press | RecordingBegan | RecordingEnded)
        return state, [_PAUSED] if asked else []
    if isinstance(event, Advanced):
        state = replace(state, sound="coming")
    elif isinstance(event, NoSound):
        state = replace(state, sound="missing")
    elif isinstance(event, HoldBegan) and state.sound != "coming":
        return state, []  # there is nothing to go on with
    kept, effects = keeping.step(state.keeping, event, heard)
    return replace(state, keeping=kept), [*effects]


def _paused(state: Session, pausing: Pausing, heard: Heard) -> Step:
    if state.pause is not None:
        if state.switched:
            return state, [_SWITCHED]
        return replace(state, pause=pausing), [PauseChanged(pausing)]
    kept, effects = keeping.step(state.keeping, StreamEnded(), heard)
    nothing = replace(kept, keep=None, before_chain=None, floor=heard.now)
    state = replace(state, keeping=nothing, pause=pausing, sound="awaited")
    return state, [*effects, Pause(pausing)]


def _taken_back(state: Session) -> Step:
    kept = state.keeping
    keep, before = kept.open, kept.before_chain
    if keep is None or keep.recording:
        return state, []
    if before is None or before.press != keep.press:
        return replace(state, keeping=replace(kept, keep=None)), [TakeBack(keep, None)]
    if before.revision == keep.revision:
        return state, []
    return replace(state, keeping=replace(kept, keep=before)), [TakeBack(keep, before)]


def _resumed(state: Session, by: ResumedBy) -> Step:
    if state.pause is None:
        return state, []
    if state.switched:
        return state, [_SWITCHED]
    return replace(state, pause=None), [Resume(by)]


def _switched(state: Session, heard: Heard, *, paused: bool) -> Step:
    by_switch = state.pause is not None and state.pause.by == "switch"
    if paused == state.switched and (paused or not by_switch):
        return state, []
    if not paused:
        return _resumed(replace(state, switched=False), "switch")
    state, effects = _paused(replace(state, switched=False), Pausing("switch"), heard)
    return replace(state, switched=True), effects


def _elapsed(state: Session, seconds: float) -> Step:
    pause = state.pause
    if pause is None or pause.remaining_s is None:
        return state, []
    left_s = pause.remaining_s - seconds
    if left_s <= 0:
        return _resumed(state, "timer")
    return replace(state, pause=replace(pause, remaining_s=left_s)), []
