"""The one owner of all that capture knows: sound comes in, presses come in, keeps go out.

The same for a live microphone and for a file that is heard faster than real time: the only
clock here is the sound's own.
"""

from typing import Any, Protocol

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ, Pcm, as_float

from .keeper import Keeper, Letterbox, Tell
from .listening import Gate, Listening
from .ring import Ring
from .session import Advanced, Event, HoldBegan, NotKept, Press, Release, Session, StreamEnded, step

RING_S = 120.0
"""How much of the past is held: a press reaches for the last minute, a long sentence for more."""


class Ears(Protocol):
    """Judges frames: the probability of speech in each."""

    def judge(self, frames: Pcm) -> list[float]: ...


class Porch:
    """Owned by one loop; not thread-safe.

    Until `listen_with` brings ears, sound is held unjudged and presses wait for a cut;
    `be_deaf` says that none will come.
    """

    def __init__(
        self, stream: str, letterbox: Letterbox, gate: Gate, tell: Tell, ring_s: float = RING_S
    ) -> None:
        self.stream = stream
        self.ring = Ring(round(ring_s * RATE_HZ))
        self.listening = Listening(gate, ring_s)
        self.session = Session()
        self.lost_samples = 0
        self._tell = tell
        self._keeper = Keeper(stream, self.ring, letterbox, tell)
        self._ears: Ears | None = None
        self._deaf = False
        self._waiting: list[Event] = []

    def hear(self, pcm: Pcm, lost_samples: int = 0) -> None:
        """Take in a block; `lost_samples` were lost before it."""
        if lost_samples:
            self.lost_samples += lost_samples
            self.ring.skip(lost_samples)
        self.ring.append(pcm)
        self._judge()
        self._do(Advanced())

    def listen_with(self, ears: Ears) -> None:
        """The speech model is ready: judge what the ring holds, and answer who waited."""
        self._ears = ears
        self._judge()
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

    def end(self) -> None:
        """No more sound will come: close what is open."""
        self._do(StreamEnded())

    def status(self) -> dict[str, Any]:
        """How things stand, in numbers."""
        return {
            "stream": self.stream,
            "ring_s": round((self.ring.now - self.ring.oldest) / RATE_HZ, 1),
            "lost_samples": self.lost_samples,
        }

    def _soon(self, event: Event) -> None:
        if self._ears is None and not self._deaf:
            self._waiting.append(event)
        else:
            self._do(event)

    def _answer_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            self._do(event)

    def _judge(self) -> None:
        """Judge every whole frame that has come in, and only once."""
        self.listening.moved(self.ring.oldest, self.ring.now)
        if self._ears is None:
            return
        first = self.listening.frames * FRAME_SAMPLES
        while first < self.ring.oldest:  # the ears came later than the ring is long
            self.listening.feed(0.0, 0.0)
            first += FRAME_SAMPLES
        last = self.ring.now // FRAME_SAMPLES * FRAME_SAMPLES
        frames = self.ring.copy(first, last)
        loudness = np.sqrt(np.mean(as_float(frames).reshape(-1, FRAME_SAMPLES) ** 2, axis=1))
        for probability, loud in zip(self._ears.judge(frames), loudness.tolist(), strict=True):
            self.listening.feed(probability, loud)

    def _do(self, event: Event) -> None:
        self.session, effects = step(self.session, event, self.listening)
        for effect in effects:
            try:
                self._keeper.perform(effect)
            except OSError as error:
                self._not_kept(error)
                return

    def _not_kept(self, error: OSError) -> None:
        self._keeper.abandon()
        self.session, _ = step(self.session, NotKept(), self.listening)
        sentence = f"It could not be kept: the disk refuses ({error.strerror})."
        advice = "Free some space on the disk of the home, then press again."
        self._tell({"event": "refused", "sentence": sentence, "advice": advice})
