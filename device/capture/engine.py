"""The one owner of all that capture knows: sound comes in, presses come in, keeps go out.

The same for a live microphone and for a file that is heard faster than real time: the only
clock here is the sound's own.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.audio import Pcm
from core.capture_status import Pausing
from core.errors import UserError
from device.memory.recent_sound import Sound, SpeechDetector
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

from .clip_writer import ClipWriter, Letterbox, Tell

ModeChange = Pause | PauseChanged | Resume
Outcome = dict[str, Any]
"""What came of an act, for whoever did it: taken, refused, or done."""

_DONE: Outcome = {"outcome": "done"}


class Engine:
    """Owned by one loop; not thread-safe.

    Until `listen_with` brings a speech detector, sound is held unjudged and a press keeps it uncut;
    `be_deaf` says that none will come. `change` is told when the microphone is to be closed
    or opened.
    """

    def __init__(  # noqa: PLR0913 - what it owns, and whom it tells
        self,
        stream: str,
        sound: Sound,
        letterbox: Letterbox,
        tell: Tell,
        *,
        change: Callable[[ModeChange], None] | None = None,
        pause: Pausing | None = None,
    ) -> None:
        self.stream = stream
        self.sound = sound
        self.session = Session(Keeping(unjudged=sound.detector is None), pause=pause)
        self.kept = 0
        self._letterbox = letterbox
        self._tell_others = tell
        self._change = change
        self._outcome = _DONE
        self._clip_writer = ClipWriter(stream, sound.ring, letterbox, self._tell)

    def hear(self, pcm: Pcm, lost_samples: int = 0) -> None:
        """Take in a block; `lost_samples` were lost before it."""
        self.sound.take_in(pcm, lost_samples)
        keep = self.session.keeping.open
        if keep is not None and keep.held and self._letterbox.refusal() is not None:
            self.do(NoRoom())
        self.do(Advanced())

    def listen_with(self, detector: SpeechDetector) -> None:
        """The speech model is ready: judge what the ring holds, and cut what was kept uncut."""
        self.sound.listen_with(detector)
        self.do(Judged())

    def be_deaf(self) -> None:
        """There is no speech model: what is kept ends with its press, and stays uncut."""
        self.do(Judged(by_ears=False))

    def press(self, at: int, *, again: bool = False) -> Outcome:
        """A press went down at this position; what came of it."""
        return self.do(Press(at, again))

    def hold(self, at: int) -> None:
        """The press that is down is a hold."""
        self.do(HoldBegan(at))

    def release(self, at: int) -> None:
        """The press came up."""
        self.do(Release(at))

    def begin_anew(self) -> None:
        """Forget what is held; no press reaches back over this instant."""
        self.end()
        known = self.session.keeping
        anew = Keeping(floor=self.sound.now, unjudged=known.unjudged, newest=known.newest)
        self.session = replace(self.session, keeping=anew)
        self.sound.wipe()

    def end(self) -> None:
        """No more sound will come: close what is open."""
        self.do(StreamEnded())

    def do(self, event: Event) -> Outcome:
        """Take in an event and do what follows from it; what came of it."""
        self._outcome = _DONE
        if isinstance(event, Press | RecordingBegan) and self.session.pause is None:
            refusal = self._letterbox.refusal()
            if refusal is not None:
                self._refuse(refusal)
                return self._outcome
        before = self.session.keeping.keep
        self.session, effects = step(self.session, event, self.sound.heard)
        refused = False
        for effect in effects:
            if refused and not isinstance(effect, ModeChange):
                continue
            try:
                self._perform(effect)
            except OSError as error:
                refused = True
                self._not_kept(error, effect, before)
        keep = self.session.keeping.keep
        self.kept += keep is not None and (before is None or keep.press != before.press)
        return self._outcome

    def _perform(self, effect: Effect) -> None:
        match effect:
            case TakeBack(keep, before):
                self._take_back(keep, before)
            case Pause() | PauseChanged() | Resume():
                if isinstance(effect, Pause):
                    self.sound.wipe()
                if self._change is not None:
                    self._change(effect)
            case _:
                self._clip_writer.perform(effect)

    def _take_back(self, keep: Keep, before: Keep | None) -> None:
        try:
            self._clip_writer.take_back(keep, before)
        except OSError:
            sentence = "What was just kept is taken back, and the disk could not hold it for you."
            self._tell({"event": "refused", "sentence": sentence, "advice": "It is erased."})

    def _not_kept(self, error: OSError, effect: Effect, before: Keep | None) -> None:
        """The disk refused. A keep that only could not reach further back goes on as it was."""
        goes_on = isinstance(effect, Write) and effect.keep.revision > 0
        keep = self.session.keeping.keep
        name = "" if keep is None else self._clip_writer.name(keep)
        floor = 0 if goes_on else self._clip_writer.abandon()
        not_kept = NotKept(before if goes_on else None, floor)
        self.session, _ = step(self.session, not_kept, self.sound.heard)
        sentence = f"It could not be kept: the disk refuses ({error.strerror})."
        advice = "Free some space on the disk of the home, then press again."
        self._tell({"event": "refused", "keep": name, "sentence": sentence, "advice": advice})

    def _refuse(self, why: UserError) -> None:
        self._tell({"event": "refused", "sentence": why.sentence, "advice": why.advice})

    def _tell(self, event: dict[str, Any]) -> None:
        if event["event"] in {"taken", "refused"}:
            about = {name: value for name, value in event.items() if name != "event"}
            self._outcome = {"outcome": event["event"], **about}
        self._tell_others(event)
