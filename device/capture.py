"""The capture loop: one inbox, one owner. Everything that happens is a message.

Kept is only said after the fsync, and the light changes last.
"""

import contextlib
import math
import os
import queue
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from core import line, log
from core.audio import Pcm
from core.errors import UserError
from core.places import Home

from .control import Answer, Control
from .hands import Hands
from .keeper import Letterbox
from .keyboard import Key
from .porch import Porch
from .ports import Block, Edge, Ended, Fault, Light, Microphone
from .replay import ReplayedFile
from .sound import Ears
from .stream_clock import StreamClock

INBOX = 1200
"""Two minutes of blocks: a disk that stalls longer makes the microphone's own buffers count."""

TICK_S = 0.05
"""How late a hold may be recognised, and how often the clock is looked at when nothing comes."""

WAKE_WITHIN_S = 2.0
"""A wake that is lost costs two seconds: the worker looks by itself."""


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks at the socket."""

    asked: dict[str, Any]
    answer: Answer
    at_s: float


@dataclass(frozen=True, slots=True)
class Typed:
    """A key of the terminal."""

    key: Key
    at_s: float


@dataclass(frozen=True, slots=True)
class Hears:
    """The speech model is there; or, with None, there is none, and why."""

    ears: Ears | None
    error: UserError | None = None


Message = Block | Fault | Ended | Edge | Request | Typed | Hears
State = Literal["starting", "listening", "keeping", "fault"]

_SENTENCES: dict[State, str] = {
    "starting": "Capture is starting.",
    "listening": "I hear you. Nothing is being kept.",
    "keeping": "Keeping what was said.",
}

_LOGGED = frozenset({"keep", "revision", "seconds"})
"""What of an event the log is told."""


class Capture:
    """Owns the porch; `run` is its loop, `inbox` the one way in."""

    def __init__(
        self,
        home: Home,
        microphone: Microphone,
        light: Light,
        stream_clock: StreamClock,
        letterbox: Letterbox,
    ) -> None:
        self.inbox: queue.Queue[Message] = queue.Queue(INBOX)
        self.microphone = microphone
        self.light = light
        self.control = Control(home.capture_socket, self._serve)
        self._home = home
        self._stream_clock = stream_clock
        self._porch = Porch(secrets.token_hex(8), stream_clock.sound, letterbox, self._told)
        self._hands = Hands(self._porch, stream_clock)
        self._fault: UserError | None = None
        self._trouble: UserError | None = None
        self._state: State = "starting"
        self._stopped = False

    def run(self) -> None:
        """Until `stop`."""
        while not self._stopped:
            try:
                message: Message | None = self.inbox.get(timeout=TICK_S)
            except queue.Empty:
                message = None
            if message is not None:
                self._take(message)
            self._tick(time.monotonic())
        self._porch.end()

    def stop(self) -> None:
        """End the loop soon. For signal handlers, which must not wait for a full inbox."""
        self._stopped = True

    def trouble(self, error: UserError) -> None:
        """Something is not as it should be, and sound comes all the same."""
        log.get_log().warning("capture_trouble", reason=error.code)
        self._trouble = error

    def _take(self, message: Message) -> None:
        match message:
            case Block():
                self._hear(message)
            case Fault(error):
                self._note_fault(error)
            case Edge(down, at_s):
                self._hands.edge(down=down, at_s=at_s)
            case Typed(key, at_s):
                self._type(key, at_s)
            case Request():
                self._answer(message)
            case Hears(found_ears, error):
                self._listen(found_ears, error)
            case _:
                pass

    def _hear(self, block: Block) -> None:
        self._fault = None
        self._porch.hear(block.pcm, block.lost_samples)
        self._stream_clock.tie(block.arrived_s)
        self.light.show("listening")
        if self.control.has_listeners:
            self.control.tell(self._level(block.pcm))

    def _listen(self, found: Ears | None, error: UserError | None) -> None:
        if found is not None:
            self._porch.listen_with(found)
            return
        if error is not None:
            self.trouble(error)
        self._porch.be_deaf()

    def _note_fault(self, error: UserError) -> None:
        if self._fault is None or self._fault.sentence != error.sentence:
            log.get_log().error("microphone_fault", sentence=error.sentence)
            self.light.show("fault")
        self._fault = error

    def _tick(self, now_s: float) -> None:
        self._hands.tick(now_s)
        state = self._true_state()
        if state != self._state:
            self._state = state
            self.control.tell({"event": "state", "state": state, "sentence": self._sentence()[0]})

    def _type(self, key: Key, at_s: float) -> None:
        match key:
            case "press":
                self._hands.press(at_s)
            case "hold":
                self._hands.hold_key(at_s)
            case "quit":
                self.stop()

    def _serve(self, asked: dict[str, Any], answer: Answer) -> None:
        """In a thread of the socket's: the loop answers."""
        self.inbox.put(Request(asked, answer, time.monotonic()))

    def _answer(self, request: Request) -> None:
        match request.asked["do"]:
            case "press":
                self._hands.press(request.at_s, request.answer)
            case "hold":
                on = bool(request.asked.get("on"))
                self._hands.hold_page(request.at_s, request.answer, on=on)
            case "status":
                request.answer(self.status())
            case "play":
                request.answer(self._play())
            case other:
                request.answer(_unknown(str(other)))

    def _play(self) -> dict[str, Any]:
        if not isinstance(self.microphone, ReplayedFile):
            return _NO_REPLAY
        self._porch.begin_anew()
        self.microphone.play()
        return {"ok": True, "seconds": self.microphone.progress().seconds}

    def _told(self, event: dict[str, Any]) -> None:
        """What the porch says, to whoever pressed, to who listens, to the log; the light last."""
        kind = event["event"]
        if kind == "taken" or (kind == "refused" and "keep" not in event):
            about = {name: value for name, value in event.items() if name != "event"}
            self._hands.came_of_it({"outcome": kind, **about})
        told = {name: value for name, value in event.items() if name not in {"letter", "start"}}
        self.control.tell(told)
        log.get_log().info(f"press_{kind}", **{k: told[k] for k in told if k in _LOGGED})
        if kind == "closed":
            # In a thread: a worker that is slow to answer must not cost the next press its tick.
            threading.Thread(target=self._wake_worker, daemon=True).start()
        else:
            self.light.show(kind)

    def _wake_worker(self) -> None:
        with contextlib.suppress(line.NobodyThere, UserError):
            line.ask(self._home.worker_socket, {"do": "wake"}, patience_s=WAKE_WITHIN_S)

    def status(self) -> dict[str, Any]:
        """What the socket answers."""
        sentence, advice = self._sentence()
        return {
            "process": os.getpid(),
            "state": self._true_state(),
            "sentence": sentence,
            "advice": advice,
            **self._porch.status(),
            "microphone": self.microphone.name,
            "replay": self._replay(),
        }

    def _replay(self) -> dict[str, Any] | None:
        if not isinstance(self.microphone, ReplayedFile):
            return None
        progress = self.microphone.progress()
        return {
            "seconds": round(progress.seconds, 2),
            "at_s": round(progress.at_s, 2),
            "playing": progress.playing,
        }

    def _true_state(self) -> State:
        if self._fault is not None:
            return "fault"
        if not self._stream_clock.is_tied:
            return "starting"
        return "keeping" if self._porch.session.keeping else "listening"

    def _sentence(self) -> tuple[str, str]:
        error = self._fault or self._trouble
        if error is not None:
            return error.sentence, error.advice
        return _SENTENCES[self._true_state()], ""

    def _level(self, pcm: Pcm) -> dict[str, Any]:
        rms = math.sqrt(float(np.mean(pcm.astype(np.float64) ** 2))) / 32768
        return {
            "event": "level",
            "dbfs": round(20 * math.log10(max(rms, 1e-5)), 1),
            "speaking": self._porch.sound.heard.speaking,
            "ring_s": self._porch.status()["ring_s"],
        }


_NO_REPLAY = {
    "error": "no_replay",
    "sentence": "A real microphone is listening; there is no file to play.",
    "advice": "Start capture with --replay FILE.",
}


def _unknown(asked: str) -> dict[str, Any]:
    return {
        "error": "wrong_usage",
        "sentence": f"Capture does not do '{asked[:40]}'.",
        "advice": "Ask it for press, hold, status, play or subscribe.",
    }
