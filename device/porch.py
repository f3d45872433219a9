"""The one owner of all that capture knows: sound comes in, presses come in, keeps go out.

The same for a live microphone and for a file that is heard faster than real time: the only
clock here is the sound's own.
"""

from typing import Any

from core.audio import RATE_HZ, Pcm

from .keeper import Keeper, Letterbox, Tell
from .session import Advanced, Event, HoldBegan, NotKept, Press, Release, Session, StreamEnded, step
from .sound import Ears, Sound


class Porch:
    """Owned by one loop; not thread-safe.

    Until `listen_with` brings ears, sound is held unjudged and presses wait for a cut;
    `be_deaf` says that none will come.
    """

    def __init__(self, stream: str, sound: Sound, letterbox: Letterbox, tell: Tell) -> None:
        self.stream = stream
        self.sound = sound
        self.session = Session()
        self.kept = 0
        self._tell = tell
        self._keeper = Keeper(stream, sound.ring, letterbox, tell)
        self._deaf = False
        self._waiting: list[Event] = []

    def hear(self, pcm: Pcm, lost_samples: int = 0) -> None:
        """Take in a block; `lost_samples` were lost before it."""
        self.sound.take_in(pcm, lost_samples)
        self._do(Advanced())

    def listen_with(self, ears: Ears) -> None:
        """The speech model is ready: judge what the ring holds, and answer who waited."""
        self.sound.listen_with(ears)
        self._answer_waiting()

    def be_deaf(self) -> None:
        """There is no speech model: presses keep the last half minute, uncut."""
        self._deaf = True
        self._answer_waiting()

    def press(self, at: int) -> None:
        """A press went down at this position; `tell` hears taken or refused, and then the rest."""
        self._soon(Press(at))

    def hold(self, at: int) -> None:
        """The press that is down is a hold."""
        self._soon(HoldBegan(at))

    def release(self, at: int) -> None:
        """The press came up."""
        self._soon(Release(at))

    def begin_anew(self) -> None:
        """Forget what is held; no press reaches back over this instant."""
        self.end()
        self.session = Session(floor=self.sound.now)
        self.sound.ring.clear()

    def end(self) -> None:
        """No more sound will come: close what is open."""
        self._do(StreamEnded())

    def status(self) -> dict[str, Any]:
        """How things stand, in numbers."""
        ring = self.sound.ring
        return {
            "ring_s": round((ring.now - ring.oldest) / RATE_HZ, 1),
            "stream": self.stream,
            "lost_samples": self.sound.lost_samples,
            "kept": self.kept,
        }

    def _soon(self, event: Event) -> None:
        if self.sound.ears is None and not self._deaf:
            self._waiting.append(event)
        else:
            self._do(event)

    def _answer_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self._do(event)

    def _do(self, event: Event) -> None:
        had = self.session.keep
        self.session, effects = step(self.session, event, self.sound.heard)
        for effect in effects:
            try:
                self._keeper.perform(effect)
            except OSError as error:
                self._not_kept(error)
                return
        keep = self.session.keep
        self.kept += keep is not None and (had is None or keep.press != had.press)

    def _not_kept(self, error: OSError) -> None:
        keep = self.session.keep
        name = "" if keep is None else self._keeper.name(keep)
        self._keeper.abandon()
        self.session, _ = step(self.session, NotKept(), self.sound.heard)
        sentence = f"It could not be kept: the disk refuses ({error.strerror})."
        advice = "Free some space on the disk of the home, then press again."
        told = {"event": "refused", "keep": name, "sentence": sentence, "advice": advice}
        self._tell(told)
