"""The capture daemon (a root): one inbox, one owner. Everything that happens is a message.

Kept is only said after the fsync, and the light changes last.
"""

import contextlib
import fcntl
import math
import os
import queue
import secrets
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core import line, log
from core.audio import RATE_HZ, Pcm
from core.clock import Clock, Recorded, SystemClock
from core.command_line import Screen
from core.errors import ArchiveBusy, UserError
from core.places import Home
from core.settings import DeviceSettings, Settings, load
from device import ears, gestures
from device.control import Answer, Control
from device.keyboard import Key, Keyboard
from device.light import Lights, PinLight, TerminalLight
from device.microphone import ChildMicrophone
from device.porch import Porch
from device.ports import Block, Button, Edge, Ended, Fault, Light, Microphone
from device.replay import ReplayedFile
from device.sound import Ears, Sound
from pipeline.open_clip import OpenClip
from pipeline.spool import Clip, Spool

INBOX = 1200
"""Two minutes of blocks: a disk that stalls longer makes the microphone's own buffers count."""

TICK_S = 0.05
"""How late a hold may be recognised, and how often the clock is looked at when nothing comes."""

HOLD_RENEWED_S = 3.0
"""A page that holds says so each second; after this without it, the hold is over."""


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


class SpoolLetterbox:
    """Clips go to the spool, stamped with the time at which their first sample was heard."""

    def __init__(self, spool: Spool, clock: Clock) -> None:
        self._spool = spool
        self._clock = clock
        self.position: Callable[[], int] = int  # the daemon says better

    def open_clip(self, moment: str, revision: int, start: int, pcm: Pcm) -> OpenClip:
        ago_ms = (self.position() - start) * 1000 // RATE_HZ
        recorded = _earlier(self._clock.recorded_now(), ago_ms)
        return self._spool.open_clip(Clip(moment, "press", recorded, (), revision), pcm)


class Capture:
    """Owns the porch; `run` is its loop, `inbox` the one way in."""

    def __init__(
        self, home: Home, microphone: Microphone, light: Light, clock: Clock | None = None
    ) -> None:
        self.inbox: queue.Queue[Message] = queue.Queue(INBOX)
        self.microphone = microphone
        self.control = Control(home.capture_socket, self._serve)
        self._home = home
        self._light = light
        letterbox = SpoolLetterbox(Spool(home.spool), clock or SystemClock())
        letterbox.position = self._position_now
        sound = Sound(ears.new_gate())
        self._porch = Porch(secrets.token_hex(8), sound, letterbox, self._told)
        self._fingers = gestures.Fingers()
        self._answers: deque[Answer | None] = deque()
        self._last_taken: dict[str, Any] = {}
        self._anchor_s: float | None = None  # when the newest sample of the ring was heard
        self._hold_until_s: float | None = None
        self._typed_hold = False
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
                self._fingers, found = gestures.edge(self._fingers, down=down, at_s=at_s)
                self._act(found)
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
        self._anchor_s = block.arrived_s
        self._light.show("listening")
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
            self._light.show("fault")
        self._fault = error

    def _tick(self, now_s: float) -> None:
        self._fingers, found = gestures.tick(self._fingers, now_s)
        self._act(found)
        if self._hold_until_s is not None and now_s >= self._hold_until_s:
            self._let_go(now_s)
        state = self._true_state()
        if state != self._state:
            self._state = state
            self.control.tell({"event": "state", "state": state, "sentence": self._sentence()[0]})

    def _act(self, found: list[gestures.Gesture]) -> None:
        for gesture in found:
            at = self._position(gesture.at_s)
            if gesture.kind == "press":
                self._press(at, None)
            elif gesture.kind == "hold":
                self._porch.hold(at)
            else:
                self._porch.release(at)

    def _type(self, key: Key, at_s: float) -> None:
        at = self._position(at_s)
        if key == "quit":
            self.stop()
        elif key == "press":
            self._press(at, None)
            self._porch.release(at)
        elif self._typed_hold:
            self._typed_hold = False
            self._porch.release(at)
        else:
            self._typed_hold = True
            self._press(at, None)
            self._porch.hold(at)

    def _press(self, at: int, answer: Answer | None) -> None:
        self._answers.append(answer)
        self._porch.press(at)

    def _serve(self, asked: dict[str, Any], answer: Answer) -> None:
        """In a thread of the socket's: the loop answers."""
        self.inbox.put(Request(asked, answer, time.monotonic()))

    def _answer(self, request: Request) -> None:
        match request.asked["do"]:
            case "press":
                at = self._position(request.at_s)
                self._press(at, request.answer)
                self._porch.release(at)
            case "hold":
                self._hold(request)
            case "status":
                request.answer(self.status())
            case "play":
                request.answer(self._play())
            case other:
                request.answer(
                    {
                        "error": "wrong_usage",
                        "sentence": f"Capture does not do '{str(other)[:40]}'.",
                        "advice": "Ask it for press, hold, status, play or subscribe.",
                    }
                )

    def _hold(self, request: Request) -> None:
        if not request.asked.get("on"):
            self._let_go(request.at_s)
            request.answer(self._last_taken)
        elif self._hold_until_s is not None:
            self._hold_until_s = request.at_s + HOLD_RENEWED_S
            request.answer(self._last_taken)
        else:
            at = self._position(request.at_s)
            self._hold_until_s = request.at_s + HOLD_RENEWED_S
            self._press(at, request.answer)
            self._porch.hold(at)

    def _let_go(self, at_s: float) -> None:
        if self._hold_until_s is not None:
            self._hold_until_s = None
            self._porch.release(self._position(at_s))

    def _play(self) -> dict[str, Any]:
        if not isinstance(self.microphone, ReplayedFile):
            return {
                "error": "no_replay",
                "sentence": "A real microphone is listening; there is no file to play.",
                "advice": "Start capture with --replay FILE.",
            }
        self._porch.begin_anew()
        self.microphone.play()
        return {"ok": True, "seconds": self.microphone.progress().seconds}

    def _told(self, event: dict[str, Any]) -> None:
        """What the porch says, to whoever pressed, to who listens, to the log; the light last."""
        kind = event["event"]
        if kind == "taken" or (kind == "refused" and "keep" not in event):
            outcome = {"outcome": kind, **{k: v for k, v in event.items() if k != "event"}}
            self._last_taken = outcome
            answer = self._answers.popleft() if self._answers else None
            if answer is not None:
                answer(outcome)
        told = {name: value for name, value in event.items() if name not in {"letter", "start"}}
        self.control.tell(told)
        log.get_log().info(f"press_{kind}", **{k: told[k] for k in told if k in _LOGGED})
        if kind == "closed":
            _wake_worker(self._home.worker_socket)
        elif kind in {"taken", "kept", "refused"}:
            self._light.show(kind)

    def status(self) -> dict[str, Any]:
        """What the socket answers."""
        sentence, advice = self._sentence()
        replay = None
        if isinstance(self.microphone, ReplayedFile):
            progress = self.microphone.progress()
            replay = {
                "seconds": round(progress.seconds, 2),
                "at_s": round(progress.at_s, 2),
                "playing": progress.playing,
            }
        return {
            "process": os.getpid(),
            "state": self._true_state(),
            "sentence": sentence,
            "advice": advice,
            **self._porch.status(),
            "microphone": self.microphone.name,
            "replay": replay,
        }

    def _true_state(self) -> State:
        if self._fault is not None:
            return "fault"
        if self._anchor_s is None:
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

    def _position_now(self) -> int:
        return self._position(time.monotonic())

    def _position(self, at_s: float) -> int:
        """The sample that was heard at this instant; a second ahead of the ring at most."""
        now = self._porch.sound.now
        if self._anchor_s is None:
            return now
        ahead = round((at_s - self._anchor_s) * RATE_HZ)
        return max(0, now + min(ahead, RATE_HZ))


_LOGGED = frozenset({"keep", "revision", "seconds"})


def run(home: Home, replay: str | None, screen: Screen) -> int:
    """The service: listen until told to stop."""
    log.set_up("info")
    settings = load(home.path)
    with _only_capture(home):
        microphone = _microphone(settings, replay)
        troubles: list[UserError] = []
        capture = Capture(home, microphone, _light(settings.device, troubles))
        for error in troubles:
            capture.trouble(error)
            screen.say(str(error))
        _run(capture, settings, home, screen)
    return 0


def _run(capture: Capture, settings: Settings, home: Home, screen: Screen) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: capture.stop())
    keyboard = Keyboard() if sys.stdin is not None and sys.stdin.isatty() else None
    button = _button(settings.device, capture, screen)
    capture.control.start()
    # Bytes are read before onnxruntime is imported: frames are judged from the ring later.
    capture.microphone.start(capture.inbox.put)
    threading.Thread(target=_load_ears, args=(capture, settings, home), daemon=True).start()
    try:
        if keyboard is not None:
            keyboard.start(lambda key, at_s: capture.inbox.put(Typed(key, at_s)))
            screen.say("I hear you. Space keeps what was said, h holds and lets go, q ends.")
        capture.run()
    finally:
        for part in (keyboard, button, capture.microphone, capture.control, capture._light):  # noqa: SLF001
            if part is not None:
                part.stop()


def _load_ears(capture: Capture, settings: Settings, home: Home) -> None:
    try:
        capture.inbox.put(Hears(ears.load(settings, home.path)))
    except UserError as error:
        capture.inbox.put(Hears(None, error))


def _microphone(settings: Settings, replay: str | None) -> Microphone:
    if replay is None:
        return ChildMicrophone(settings.device.microphone)
    from pipeline import media  # noqa: PLC0415 - FFmpeg, which a real microphone does not need

    path = Path(replay)
    samples = sum(len(chunk) for chunk in media.decode(path))  # a broken file is told here
    return ReplayedFile(path.name, samples / RATE_HZ, lambda: media.decode(path))


def _light(settings: DeviceSettings, troubles: list[UserError]) -> Light:
    lights: list[Light] = [TerminalLight()] if sys.stderr.isatty() else []
    if settings.light_pin is not None:
        try:
            lights.append(PinLight(settings.light_pin))
        except UserError as error:
            troubles.append(error)
    return Lights(*lights)


def _button(settings: DeviceSettings, capture: Capture, screen: Screen) -> Button | None:
    if settings.button_pin is None:
        return None
    from device.button import PinButton  # noqa: PLC0415

    button = PinButton(settings.button_pin)
    try:
        button.start(capture.inbox.put)
    except UserError as error:
        capture.trouble(error)
        screen.say(str(error))
        return None
    return button


@contextlib.contextmanager
def _only_capture(home: Home) -> Iterator[None]:
    """The lock of the one capture; the kernel gives it back when its process dies."""
    home.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home.spool / "capture.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sentence = "Capture is running for this home already."
            raise ArchiveBusy(sentence, advice="Leave it to that one, or stop it first.") from None
        yield


def _wake_worker(path: Path) -> None:
    """A wake that is lost costs two seconds: the worker looks by itself."""
    with contextlib.suppress(line.NobodyThere):
        line.ask(path, {"do": "wake"}, patience_s=0.2)


def _earlier(recorded: Recorded, by_ms: int) -> Recorded:
    at_ms, boottime_ms = recorded.at_ms, recorded.boottime_ms
    return replace(
        recorded,
        at_ms=None if at_ms is None else at_ms - by_ms,
        boottime_ms=None if boottime_ms is None else boottime_ms - by_ms,
    )
