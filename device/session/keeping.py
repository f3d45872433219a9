"""The keeping of presses and recordings: (state, event, what was heard) -> (state, effects). Pure.

The values are in `keep`. `session` decides whether an event comes here at all; the effects
are performed by `capture/clip_writer`.
"""

from dataclasses import replace

from core.audio import RATE_HZ
from device.memory.utterances import Heard

from . import clip_edges
from .gestures import CHAIN_S
from .values import (
    Advanced,
    Became,
    Close,
    Confirm,
    Effect,
    Event,
    Extend,
    HoldBegan,
    Judged,
    Keep,
    Keeping,
    NoRoom,
    NoSound,
    NotKept,
    Press,
    RecordingBegan,
    RecordingEnded,
    Refuse,
    Release,
    Step,
    StreamEnded,
    Take,
    Write,
)

AGAIN_WITHIN = 5 * RATE_HZ
"""A press this soon after the last, with nothing new said, is about the same thought."""

CHAIN = round(CHAIN_S * RATE_HZ)
"""How long after its last release a chain is over."""

LONGEST_HOLD = 600 * RATE_HZ
"""A hold that goes on longer is a recording: it says so, and a release does not end it."""

LONGEST_RECORDING = 6 * 3600 * RATE_HZ
"""A recording that nobody ended: a day's meeting fits, a forgotten one fills no card."""

UNCUT = clip_edges.REACH
"""What is kept at once while nothing has judged the sound yet; it is cut as soon as something has.
"""

PATIENCE_S = 5.0
"""A sentence that a microphone's fault has cut off is waited for so long: a restart takes two."""

LONG_PATIENCE_S = 60.0
"""A hold or a recording goes on over a hole of this length; the hole is silence in it."""


_SILENT = Refuse(
    "Nothing has been heard yet, so there was nothing to keep.",
    "`afterthought status` says more about the microphone.",
)
_NO_RECORDING = Refuse(
    "Nothing is being recorded.", "Begin one on the page, or by the command record."
)
_FULL = Refuse(
    "The disk is full up to its reserve, so the recording was stopped. What it has is safe.",
    "Free some space on the disk of the home.",
)
_KEPT_ALREADY = Refuse(
    "Nothing was said since your last press; it is kept already.", "Say something, then press."
)


def step(state: Keeping, event: Event, heard: Heard) -> Step:  # noqa: C901, PLR0911 - a table
    """The state after this event, and what has to be done, in this order."""
    match event:
        case Press(at, again):
            return _pressed(state, at, heard, again=again)
        case HoldBegan():
            return _held(state)
        case Release(at):
            return _released(state, at)
        case Advanced():
            return _advanced(state, heard)
        case RecordingBegan(at):
            return _recording_began(state, at, heard)
        case RecordingEnded(at):
            return _recording_ended(state, at, heard)
        case Judged(by_detector):
            return _judged(state, heard, by_detector=by_detector)
        case NoSound(for_s):
            return _no_sound(state, for_s, heard)
        case NoRoom():
            return _no_room(state, heard)
        case StreamEnded():
            return _stream_ended(replace(state, resume=False), heard)
        case NotKept(before, floor):
            return replace(state, keep=before, floor=max(state.floor, floor)), []


def _pressed(state: Keeping, at: int, heard: Heard, *, again: bool) -> Step:
    keep = state.keep
    if not again:
        state = replace(state, before_chain=keep)
    if keep is None:
        return _new_keep(state, at, heard)
    if _is_still_spoken(keep, heard):
        longer = replace(keep, anchor=at, last_press=at, chain_until=None)
        return replace(state, keep=longer), [Take(longer)]
    soon = at - keep.last_press <= AGAIN_WITHIN and not _said_since(keep.last_press, at, heard)
    if again or soon:
        return _further(state, keep, at, heard)
    state, effects = _closed_now(state, keep, heard)
    state, more = _new_keep(state, at, heard)
    return state, [*effects, *more]


def _is_still_spoken(keep: Keep, heard: Heard) -> bool:
    """The keep holds all that was said up to now, and will hold what follows."""
    if keep.closed or keep.end is not None:
        return False
    if keep.held:
        return True
    last = heard.utterances[-1] if heard.utterances else None
    speaking = last is not None and last.offset is None and not last.faint
    in_progress = last is not None and speaking and last.onset <= keep.anchor
    return in_progress and heard.now - keep.last_press > AGAIN_WITHIN


def _said_since(since: int, at: int, heard: Heard) -> bool:
    return any(since < each.onset <= at and not each.faint for each in heard.utterances)


def _new_keep(state: Keeping, at: int, heard: Heard) -> Step:
    start = _uncut(state, at, heard) if state.unjudged else clip_edges.back(heard, at, state.floor)
    if start is None:
        return state, [_SILENT if heard.now <= heard.oldest else _KEPT_ALREADY]
    press = max(at, state.newest + 1)
    keep = Keep(press, state.floor, start, anchor=at, last_press=at, uncut=state.unjudged)
    state = replace(state, keep=keep, newest=press)
    return state, [Take(keep), Write(keep, heard.now)]


def _uncut(state: Keeping, at: int, heard: Heard) -> int | None:
    start = max(at - UNCUT, state.floor, heard.oldest)
    return start if start < min(at, heard.now) else None


def _further(state: Keeping, keep: Keep, at: int, heard: Heard) -> Step:
    start = clip_edges.further_back(heard, keep.start, keep.floor)
    # No start is older than the memory: a clip that has outgrown it cannot be written anew.
    if start is None or start >= keep.start:
        again = replace(keep, last_press=at, chain_until=None)
        sentence = "There is nothing further back to keep."
        return replace(state, keep=again), [Refuse(sentence, "What you kept before is safe.")]
    return _rewritten(state, replace(keep, last_press=at, chain_until=None), start, heard)


def _rewritten(state: Keeping, keep: Keep, start: int, heard: Heard) -> Step:
    """A revision that begins elsewhere. It is confirmed, and closed, anew."""
    revision = keep.revision + 1
    anew = replace(keep, start=start, revision=revision, confirmed=False, closed=False)
    to = heard.now if anew.end is None else anew.end
    return replace(state, keep=anew), [Take(anew), Write(anew, to)]


def _closed_now(state: Keeping, keep: Keep, heard: Heard) -> Step:
    """A keep whose sentence is over waits for its chain alone; something new ends that."""
    if keep.closed:
        return state, []
    end = keep.end
    if end is None:
        end = clip_edges.end(heard, keep.anchor) or heard.quietest(
            keep.anchor, heard.now, heard.now
        )
    return _close(state, replace(keep, end=end), heard)


def _held(state: Keeping) -> Step:
    keep = state.open
    if keep is None or keep.revision or keep.end is not None:
        return state, []
    return replace(state, keep=replace(keep, held=True)), []


def _released(state: Keeping, at: int) -> Step:
    keep = state.keep
    if keep is None or (keep.recording and keep.held):
        return state, []
    anchor = at if keep.held else keep.anchor
    came_up = replace(keep, held=False, anchor=anchor, chain_until=at + CHAIN)
    return replace(state, keep=came_up), []


def _recording_began(state: Keeping, at: int, heard: Heard) -> Step:
    state = replace(state, resume=False)
    keep = state.open
    if keep is not None and keep.held:
        if keep.recording:
            return state, [
                Refuse(
                    "Already recording.",
                    "Stop it on the page, or by the command record --stop.",
                )
            ]
        longer = replace(keep, recording=True)
        return replace(state, keep=longer), [Take(longer), Became(longer)]
    effects: list[Effect] = []
    if keep is not None:
        state, effects = _closed_now(state, keep, heard)
    start = max(min(at, heard.now) - clip_edges.LEAST_LEAD_IN, state.floor, heard.oldest)
    press = max(at, state.newest + 1)
    new = Keep(press, state.floor, start, at, at, held=True, recording=True)
    state = replace(state, keep=new, before_chain=None, newest=press)
    return state, [*effects, Take(new), Write(new, heard.now)]


def _recording_ended(state: Keeping, at: int, heard: Heard) -> Step:
    keep = state.open
    if keep is None or not keep.held:
        return replace(state, resume=False), [_NO_RECORDING]
    return _close(state, replace(keep, end=at), heard)


def _judged(state: Keeping, heard: Heard, *, by_detector: bool) -> Step:
    """Cut what was kept uncut. What was pressed further back meanwhile stays as long as it is."""
    state = replace(state, unjudged=False)
    keep = state.open
    if keep is None or not keep.uncut:
        return state, []
    keep = replace(keep, uncut=False)
    start = clip_edges.back(heard, keep.press, keep.floor) if by_detector else None
    if start is None or start == keep.start or keep.revision or keep.start < heard.oldest:
        return replace(state, keep=keep), []
    state, effects = _rewritten(state, keep, start, heard)
    return state, effects[1:]  # the wearer was told at the press


def _advanced(state: Keeping, heard: Heard) -> Step:
    if state.resume:
        return _recording_began(state, heard.now, heard)
    keep = state.open
    if keep is None:
        return state, []
    effects: list[Effect] = []
    if keep.end is None:
        effects.append(Extend(keep, heard.now))
        if not keep.held and not keep.uncut:
            keep = replace(keep, end=clip_edges.end(heard, keep.anchor))
    if not keep.confirmed and heard.now >= keep.press:
        keep = replace(keep, confirmed=True)
        effects.append(Confirm(keep))
    if keep.held:
        state, more = _too_long(replace(state, keep=keep), keep, heard)
        return state, [*effects, *more]
    if keep.end is not None and keep.chain_until is not None and heard.now >= keep.chain_until:
        state, closing = _close(state, keep, heard)
        return state, [*effects, *closing]
    return replace(state, keep=keep), effects


def _too_long(state: Keeping, keep: Keep, heard: Heard) -> Step:
    lasts = heard.now - keep.press
    if keep.recording and lasts >= LONGEST_RECORDING:
        return _close(state, keep, heard)
    if not keep.recording and lasts >= LONGEST_HOLD:
        longer = replace(keep, recording=True)
        return replace(state, keep=longer), [Became(longer)]
    return state, []


def _no_sound(state: Keeping, for_s: float, heard: Heard) -> Step:
    keep = state.open
    if keep is None or (keep.chain_until is None and not keep.held):  # the button is down
        return state, []
    if for_s < (LONG_PATIENCE_S if keep.held else PATIENCE_S):
        return state, []
    return _stream_ended(replace(state, resume=keep.recording), heard)


def _no_room(state: Keeping, heard: Heard) -> Step:
    keep = state.open
    if keep is None or not keep.held:
        return state, []
    state, effects = _stream_ended(state, heard)
    return state, [*effects, _FULL]


def _stream_ended(state: Keeping, heard: Heard) -> Step:
    keep = state.open
    if keep is None:
        return state, []
    return _close(state, keep, heard)


def _close(state: Keeping, keep: Keep, heard: Heard) -> Step:
    """At its end, or with the sound that has come where that is not decided."""
    decided = heard.now if keep.end is None else keep.end
    end = min(heard.now, max(decided, keep.start + 1))
    has_sound = end > keep.start
    effects: list[Effect] = [] if keep.confirmed or not has_sound else [Confirm(keep)]
    closed = replace(keep, end=end, held=False, closed=True, confirmed=True)
    floor = max(state.floor, end)
    return replace(state, keep=closed, floor=floor), [*effects, Close(closed)]
