"""What a press does: (state, event, what was heard) -> (state, effects). Pure.

Time is the sound's own: every `at` is a position of the stream. The state is owned by
whoever calls; the effects are performed by `keeper`.
"""

from dataclasses import dataclass, replace

from core.audio import RATE_HZ

from . import cutting
from .listening import Heard

AGAIN_WITHIN = 5 * RATE_HZ
"""A press this soon after the last, with nothing new said, is about the same thought."""

CHAIN = RATE_HZ // 2
"""Presses less than half a second apart, from release to next edge, are one chain."""

LONGEST_HOLD = 600 * RATE_HZ
"""A hold that goes on longer was forgotten: what was held so far is kept, and it ends."""


@dataclass(frozen=True, slots=True)
class Press:
    """A press went down. One from a screen comes up at once: a Release follows it."""

    at: int


@dataclass(frozen=True, slots=True)
class HoldBegan:
    """The press that is down has been held long enough to mean it."""

    at: int


@dataclass(frozen=True, slots=True)
class Release:
    """The press came up; it ends its hold, if there was one."""

    at: int


@dataclass(frozen=True, slots=True)
class Advanced:
    """More sound was heard, or the clock went on."""


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """No more sound will come: what is open is closed where the sound ends."""


@dataclass(frozen=True, slots=True)
class NotKept:
    """The disk refused: the keep that was being written does not exist."""


Event = Press | HoldBegan | Release | Advanced | StreamEnded | NotKept


@dataclass(frozen=True, slots=True)
class Keep:
    """One press and what came of it. `end` is None until it is decided.

    `floor` is where the keep before it ends; `anchor` the position up to which it was
    asked for: the last press, or a hold's release.
    """

    press: int
    floor: int
    start: int
    anchor: int
    last_press: int
    revision: int = 0
    end: int | None = None
    held: bool = False
    chain_until: int | None = None
    confirmed: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that capture knows about keeping. `floor` is the end of all that is kept."""

    keep: Keep | None = None
    floor: int = 0

    @property
    def keeping(self) -> bool:
        return self.keep is not None and not self.keep.closed


@dataclass(frozen=True, slots=True)
class Take:
    """Tell the wearer: the press is taken."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class Write:
    """Make a new revision durable, from its start up to `to`."""

    keep: Keep
    to: int


@dataclass(frozen=True, slots=True)
class Extend:
    """Append what has come since, up to `to`."""

    keep: Keep
    to: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """Everything up to the press is written: make it durable, and only then say kept."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class Close:
    """The clip ends at `keep.end`; hand it to the worker."""

    keep: Keep


@dataclass(frozen=True, slots=True)
class Refuse:
    """Tell the wearer that nothing was kept, and why."""

    sentence: str
    advice: str


_SILENT = Refuse(
    "Nothing has been heard yet, so there is nothing to keep.",
    "`afterthought status` tells how the microphone stands.",
)
_KEPT_ALREADY = Refuse(
    "Nothing was said since your last press; it is kept already.", "Say something, then press."
)

Effect = Take | Write | Extend | Confirm | Close | Refuse
Step = tuple[Session, list[Effect]]


def step(state: Session, event: Event, heard: Heard) -> Step:
    """What is so after this event, and what has to be done, in this order."""
    match event:
        case Press(at):
            return _pressed(state, at, heard)
        case HoldBegan():
            return _held(state)
        case Release(at):
            return _released(state, at)
        case Advanced():
            return _advanced(state, heard)
        case StreamEnded():
            return _stream_ended(state, heard)
        case NotKept():
            return replace(state, keep=None), []


def _pressed(state: Session, at: int, heard: Heard) -> Step:
    keep = state.keep
    if keep is None:
        return _new_keep(state, at, heard)
    if _is_still_spoken(keep, heard):
        longer = replace(keep, anchor=at, last_press=at, chain_until=None)
        return replace(state, keep=longer), [Take(longer)]
    if at - keep.last_press <= AGAIN_WITHIN and not _said_since(keep.last_press, at, heard):
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


def _new_keep(state: Session, at: int, heard: Heard) -> Step:
    start = cutting.back(heard, at, state.floor)
    if start is None:
        return state, [_SILENT if heard.now <= heard.oldest else _KEPT_ALREADY]
    keep = Keep(press=at, floor=state.floor, start=start, anchor=at, last_press=at)
    return replace(state, keep=keep), [Take(keep), Write(keep, heard.now)]


def _further(state: Session, keep: Keep, at: int, heard: Heard) -> Step:
    start = cutting.further_back(heard, keep.start, keep.floor)
    if keep.start < heard.oldest:
        start = None  # the clip is longer than the memory: it could not be written anew
    if start is None or start >= keep.start:
        again = replace(keep, last_press=at)
        sentence = "There is nothing further back to keep."
        return replace(state, keep=again), [Refuse(sentence, "What you kept before is safe.")]
    longer = replace(
        keep,
        start=start,
        last_press=at,
        revision=keep.revision + 1,
        chain_until=None,
        confirmed=False,
        closed=False,
    )
    to = heard.now if longer.end is None else longer.end
    return replace(state, keep=longer), [Take(longer), Write(longer, to)]


def _closed_now(state: Session, keep: Keep, heard: Heard) -> Step:
    """A keep whose sentence is over waits for its chain alone; something new ends that."""
    if keep.closed:
        return state, []
    end = keep.end
    if end is None:
        end = cutting.end(heard, keep.anchor) or heard.quietest(keep.anchor, heard.now, heard.now)
    return _close(state, replace(keep, end=end), heard)


def _held(state: Session) -> Step:
    keep = state.keep
    if keep is None or keep.closed or keep.revision or keep.end is not None:
        return state, []
    return replace(state, keep=replace(keep, held=True)), []


def _released(state: Session, at: int) -> Step:
    keep = state.keep
    if keep is None:
        return state, []
    anchor = at if keep.held else keep.anchor
    came_up = replace(keep, held=False, anchor=anchor, chain_until=at + CHAIN)
    return replace(state, keep=came_up), []


def _advanced(state: Session, heard: Heard) -> Step:
    keep = state.keep
    if keep is None or keep.closed:
        return state, []
    keep = _hold_over(keep, heard.now)
    effects: list[Effect] = []
    if keep.end is None:
        effects.append(Extend(keep, heard.now))
        keep = replace(keep, end=None if keep.held else cutting.end(heard, keep.anchor))
    if not keep.confirmed and heard.now >= keep.press:
        keep = replace(keep, confirmed=True)
        effects.append(Confirm(keep))
    if keep.end is not None and keep.chain_until is not None and heard.now >= keep.chain_until:
        state, closing = _close(state, keep, heard)
        return state, [*effects, *closing]
    return replace(state, keep=keep), effects


def _hold_over(keep: Keep, now: int) -> Keep:
    if keep.held and now - keep.press >= LONGEST_HOLD:
        return replace(keep, held=False, anchor=now)
    return keep


def _stream_ended(state: Session, heard: Heard) -> Step:
    keep = state.keep
    if keep is None or keep.closed:
        return state, []
    end = heard.now if keep.end is None else keep.end
    return _close(state, replace(keep, end=end), heard)


def _close(state: Session, keep: Keep, heard: Heard) -> Step:
    end = min(heard.now, max(keep.end or heard.now, keep.start + 1))
    effects: list[Effect] = [] if keep.confirmed else [Confirm(keep)]
    closed = replace(keep, end=end, closed=True, confirmed=True)
    floor = max(state.floor, end)
    return replace(state, keep=closed, floor=floor), [*effects, Close(closed)]
