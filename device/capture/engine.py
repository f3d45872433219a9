"""The one owner of all that capture knows: sound comes in, presses come in, keeps go out.

The same for a live microphone and for a file that is heard faster than real time: the only
clock here is the sound's own.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.capture_status import Pausing
from core.errors import UserError
from core.pcm import Pcm
from core.spool_port import SpoolPort
from device.memory.recent_sound import Sound, SpeechDetector
from device.session.kept_unpressed import KeptWithin
from device.session.session import (
    Effect,
    Event,
    Pause,
    PauseChanged,
    Resume,
    Session,
    TakeBack,
    step,
)
from device.session.values import (
    Advanced,
    HoldBegan,
    Judged,
    Keep,
    Keeping,
    NoRoom,
    NotKept,
    Press,
    RecordingBegan,
    Release,
    StreamEnded,
    Write,
)

from . import events
from .clip_writer import ClipSource, ClipWriter, Report

ModeChange = Pause | PauseChanged | Resume


@dataclass(frozen=True, slots=True)
class Done:
    """The act was done, and there is no more to say of it."""


Outcome = events.Taken | events.Refused | Done
"""What came of an act, for whoever did it."""


def _always_room() -> UserError | None:
    """A file that is heard may fill the disk: the wearer asked for it."""
    return None


@dataclass(frozen=True, slots=True)
class Limits:
    """Three hooks that a live capture adds to an engine, and a file does not need.

    `refusal` tells why nothing more may be written; `change` receives each pause and resume, so
    that the microphone is closed or opened; `kept_within` tells which moments have sound of a
    span already, without a press.
    """

    refusal: Callable[[], UserError | None] = _always_room
    change: Callable[[ModeChange], None] = lambda _: None
    kept_within: KeptWithin = lambda _: ()


class Engine:
    """Owned by one loop; not thread-safe.

    Until `listen_with` brings a speech detector, sound is held unjudged and a press keeps it
    uncut; `go_without_detector` says that none will come.
    """

    def __init__(  # noqa: PLR0913 - what it owns, and whom it reports to
        self,
        source: ClipSource,
        sound: Sound,
        spool: SpoolPort,
        report: Report,
        limits: Limits | None = None,
        *,
        pause: Pausing | None = None,
    ) -> None:
        self.stream = source.stream
        self.sound = sound
        self.session = Session(Keeping(unjudged=sound.detector is None), pause=pause)
        self.kept = 0
        self._limits = limits or Limits()
        self._report = report
        self._outcome: Outcome = Done()
        self._clip_writer = ClipWriter(
            source, sound.ring, spool, self._reported, self._limits.kept_within
        )

    def hear(self, pcm: Pcm, lost_samples: int = 0) -> None:
        """Take in a block; `lost_samples` were lost before it."""
        self.sound.take_in(pcm, lost_samples)
        keep = self.session.keeping.open
        if keep is not None and keep.held and self._limits.refusal() is not None:
            self.do(NoRoom())
        self.do(Advanced())

    def listen_with(self, detector: SpeechDetector) -> None:
        """Judge what the ring holds, and cut what was kept uncut: the speech model is ready."""
        self.sound.listen_with(detector)
        self.do(Judged())

    def go_without_detector(self) -> None:
        """End what is kept with its press, uncut: there is no speech model."""
        self.do(Judged(by_detector=False))

    def press(self, at: int, *, again: bool = False) -> Outcome:
        """The outcome of a press that went down at this position."""
        return self.do(Press(at, again))

    def hold(self, at: int) -> None:
        """Take the press that is down for a hold."""
        self.do(HoldBegan(at))

    def release(self, at: int) -> None:
        """Take the press for ended: it came up."""
        self.do(Release(at))

    def begin_anew(self) -> None:
        """Forget what is held; no press reaches back over this instant."""
        self.end()
        known = self.session.keeping
        anew = Keeping(floor=self.sound.now, unjudged=known.unjudged, newest=known.newest)
        self.session = replace(self.session, keeping=anew)
        self.sound.wipe()

    def end(self) -> None:
        """Close what is open: no more sound will come."""
        self.do(StreamEnded())

    def do(self, event: Event) -> Outcome:
        """The outcome of an event, once everything that follows from it is done."""
        self._outcome = Done()
        if isinstance(event, Press | RecordingBegan) and self.session.pause is None:
            refusal = self._limits.refusal()
            if refusal is not None:
                self._reported(events.Refused(refusal.sentence, refusal.advice))
                return self._outcome
        before = self.session.keeping.keep
        self.session, effects = step(self.session, event, self.sound.heard)
        self._perform_all(effects, before)
        keep = self.session.keeping.keep
        self.kept += keep is not None and (before is None or keep.press != before.press)
        return self._outcome

    def _perform_all(self, effects: list[Effect], before: Keep | None) -> None:
        """Once the disk has refused, what is left to do is to pause or resume alone."""
        refused = False
        for effect in effects:
            if refused and not isinstance(effect, ModeChange):
                continue
            try:
                self._perform(effect)
            except OSError as error:
                refused = True
                self._not_kept(error, effect, before)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case TakeBack(keep, before):
                self._take_back(keep, before)
            case Pause():
                self.sound.wipe()
                self._limits.change(effect)
            case PauseChanged() | Resume():
                self._limits.change(effect)
            case _:
                self._clip_writer.perform(effect)

    def _take_back(self, keep: Keep, before: Keep | None) -> None:
        try:
            self._clip_writer.take_back(keep, before)
        except OSError:
            sentence = "The pause took back what you just kept. The disk could not set it aside."
            self._reported(events.Refused(sentence, "It is erased."))

    def _not_kept(self, error: OSError, effect: Effect, before: Keep | None) -> None:
        """The disk refused. A keep that only could not reach further back goes on as it was."""
        goes_on = isinstance(effect, Write) and effect.keep.revision > 0
        keep = self.session.keeping.keep
        name = None if keep is None else self._clip_writer.name(keep)
        floor = 0 if goes_on else self._clip_writer.abandon()
        not_kept = NotKept(before if goes_on else None, floor)
        self.session, _ = step(self.session, not_kept, self.sound.heard)
        sentence = f"That could not be kept: the disk refused it ({error.strerror})."
        advice = "Free some space on the disk of the home, then press again."
        self._reported(events.Refused(sentence, advice, name))

    def _reported(self, event: events.OfKeep) -> None:
        if isinstance(event, events.Taken | events.Refused):
            self._outcome = event
        self._report(event)
