"""The capture loop: one inbox, one owner. Everything that happens is a message.

Kept is only said after the fsync, and the light changes last.
"""

import contextlib
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from core import log, socket_client
from core.audio import RATE_HZ, Span
from core.capture_status import CaptureState, RingMemory, TakenBack
from core.errors import UserError
from core.facts import Fact
from core.paths import Home
from device.memory.recent_sound import Sound, SpeechDetector
from device.memory.stream_clock import StreamClock
from device.microphone.level_meter import LevelMeter
from device.ports import (
    Block,
    Edge,
    Ended,
    Fault,
    FromMicrophone,
    Key,
    Microphone,
    SecondEdge,
    Switched,
    Typed,
)
from device.session.session import (
    Elapsed,
    Event,
    Pause,
    PauseChanged,
    PauseGesture,
    Resume,
    SwitchMoved,
)
from device.session.values import NoSound
from device.signals.patterns import Light, Motor
from device.signals.scheduler import Signals

from .clip_writer import Letterbox
from .control_socket import Control
from .controls import Controls
from .engine import Engine, ModeChange, Outcome
from .fact_log import FactLog
from .heartbeat import Beat, Heartbeat
from .inbox import Inbox
from .pause_file import PauseFile
from .pause_record import PauseRecord
from .requests import BUSY, Request, answer
from .systemd import Service, Watchdog
from .troubles import Troubles, level

TURN_AT_LEAST_S = 0.5
"""How often the loop looks at its clock when nothing comes and nothing is due."""

SILENT_S = 3.0
"""No block for so long is a fault, whatever the microphone's own thread says or does not say."""

CATCH_UP_S = 0.06
"""How long a press waits for what a relaxed microphone has heard and not handed over: what it is
asked for comes at once, and again after 10 ms; the wearer feels nothing before 100."""

LOOK_EVERY_S = 10.0
"""How often the disk is looked at: whether it has room, and what was taken back."""

WAKE_WITHIN_S = 2.0
"""A wake that is lost costs two seconds: the worker looks by itself."""

_LOGGED = frozenset({"keep", "revision", "seconds"})
"""What of an event the log is told."""


@dataclass(frozen=True, slots=True)
class DetectorLoaded:
    """The speech model is there; or, with None, there is none, and why."""

    detector: SpeechDetector | None
    error: UserError | None = None


Other = Edge | SecondEdge | Switched | Request | Typed | DetectorLoaded
Message = FromMicrophone | Other


def _presses(message: Message) -> bool:
    """Whether somebody wants to keep what was said."""
    match message:
        case Edge(down):
            return down
        case Typed(key):
            return key in {"press", "hold"}
        case Request(asked):
            return asked.get("do") == "press" or (
                asked.get("do") in {"hold", "record"} and asked.get("on") is True
            )
    return False


class Spooled(Letterbox, Protocol):
    """The letterbox, and what capture has to know of what lies in it."""

    reserve_bytes: int

    def post_fact(self, fact: Fact) -> object: ...
    def waiting_count(self) -> int: ...
    def free_bytes(self) -> int: ...
    def taken_back(self) -> list[TakenBack]: ...
    def bring_back(self, moment: str) -> bool: ...
    def erase_taken_back(self) -> object: ...


@dataclass(frozen=True, slots=True)
class Wires:
    """Everything that the loop holds and that reaches out of it. Roots build it."""

    home: Home
    microphone: Microphone
    lights: Sequence[Light]
    motors: Sequence[Motor]
    spooled: Spooled
    heartbeat: Heartbeat
    pause_file: PauseFile
    service: Service = field(default_factory=Service)
    second_button: Literal["recording", "shutdown"] = "recording"
    power_off: Callable[[], UserError | None] = lambda: None


class Capture:
    """Owns the engine; `run` is its loop, `inbox` the one way in."""

    def __init__(self, wires: Wires, stream_clock: StreamClock, before: Beat | None = None) -> None:
        """`before` is the last sign of the capture before this one."""
        self._now_s = stream_clock.clock.monotonic_s
        self.inbox: Inbox[Other] = Inbox(self._now_s)
        self.wires = wires
        self.control = Control(wires.home.capture_socket, self._asked)
        self.sound: Sound = stream_clock.sound
        self.clock = stream_clock
        self.meter = LevelMeter()
        self.ring_memory: RingMemory = self.sound.ring.hold_in_memory()
        self.troubles = Troubles()
        stream = secrets.token_hex(8)
        self.facts = FactLog(
            stream,
            stream_clock.clock,
            wires.spooled.post_fact,
            self._tell,
            None if before is None else before.recorded,
        )
        self.facts.await_sound(0, before)
        self._pause_record = PauseRecord(wires.pause_file, self.facts, self.troubles.note)
        self.engine = Engine(
            stream,
            self.sound,
            wires.spooled,
            self._told,
            change=self._change,
            pause=self._pause_record.pausing,
        )
        self.controls = Controls(
            self.engine.do,
            stream_clock,
            lambda: self.engine.session.keeping.open,
            wires.second_button,
            self._shut_down,
        )
        self.signals = Signals(wires.lights, wires.motors, self.buzzed, self._now_s)
        self.waiting = 0
        self._watchdog = Watchdog(wires.service)
        self._put_off: deque[Message] = deque()
        self._relaxed = self._held_back = False
        self._stopped = False
        self._block_came = False
        self._last_sound_s = self._now_s()
        self._last_turn_s = self._now_s()
        self._looked_s = float("-inf")
        self._state = ""

    def run(self) -> None:
        """Until `stop`. What waits is done before anything is opened: a switch may say pause."""
        while (waiting := self.inbox.get(0.0)) is not None:
            self.take(waiting)
        if self.engine.session.pause is None:
            self.wires.microphone.start(self.inbox.put_sound)
        self._last_sound_s = self._last_turn_s = self._now_s()
        while not self._stopped:
            message = self._next()
            if message is not None:
                self.take(message)
            self.turn(self._now_s())
        self.close()

    def close(self) -> None:
        """It ends because it was told to: what is open is closed, and what is known written."""
        self.wires.service.stopping()
        if self.engine.session.pause is None:
            self._note_silence()
        self.engine.end()
        self.facts.settle()
        self.wires.heartbeat.end()

    def stop(self) -> None:
        """End the loop soon. For signal handlers."""
        self._stopped = True

    def do(self, event: Event) -> Outcome:
        """What a request or a switch asks for; what came of it."""
        return self.engine.do(event)

    def brought_back(self, keep: str) -> None:
        """A keep that a pause took back lies in the spool again."""
        self._tell({"event": "brought_back", "keep": keep})
        self._wake()

    def _next(self) -> Message | None:
        if self._put_off:
            return self._put_off.popleft()
        return self.inbox.get(self._next_turn_s())

    def _next_turn_s(self) -> float:
        latest_s = self._now_s() + TURN_AT_LEAST_S
        due_s = self.controls.next_due_s()
        earliest_s = latest_s if due_s is None else min(latest_s, due_s)
        return min(earliest_s, self.signals.next_due_s())

    def take(self, message: Message) -> None:  # noqa: C901 - a table
        """One message. For the loop, and for whoever plays the loop in a simulated time."""
        if _presses(message):
            self._catch_up()
        match message:
            case Block():
                self._hear(message)
            case Fault(error):
                if self.engine.session.pause is None:
                    self.troubles.note_fault(error)
            case Edge(down, at_s):
                self.controls.edge(down=down, at_s=at_s)
            case SecondEdge(edge):
                self.controls.edge(down=edge.down, at_s=edge.at_s, second=True)
            case Switched(paused):
                self.do(SwitchMoved(paused))
            case Typed(key, at_s):
                self._type(key, at_s)
            case Request():
                message.answer(answer(self, message))
            case DetectorLoaded(detector, error):
                self._listen(detector, error)
            case Ended():
                pass

    def _catch_up(self) -> None:
        """Hear what is on its way before a press is cut: what it is about may be in it.

        And have the sound of the press itself sooner than it would come.
        """
        if self.engine.session.pause is not None:
            return
        now_s = self._now_s()
        self.wires.microphone.hurry()
        caught_up = not self._held_back
        self._relax(on=False)
        while not caught_up:
            message = self.inbox.get(now_s + CATCH_UP_S)
            caught_up = not isinstance(message, Block) or message.arrived_s >= now_s
            if isinstance(message, Block):
                self._hear(message)
            elif message is not None:
                self._put_off.append(message)

    def _relax(self, *, on: bool) -> None:
        if on != self._relaxed:
            self._relaxed = on
            self._held_back = self.wires.microphone.relax(on=on)

    def _hear(self, block: Block) -> None:
        if self.engine.session.pause is not None:
            return  # it was on its way when the microphone was closed
        if not self.clock.is_tied:
            self.facts.sound_came(self.clock.recorded(self.sound.now))
        self._block_came = True
        self._last_sound_s = self._now_s()
        self.troubles.mend()
        if block.lost is not None:
            position = self.sound.now
            self.facts.lost(block.lost, position, self.clock.recorded(position))
        self.engine.hear(block.pcm, 0 if block.lost is None else block.lost.samples)
        self.clock.tie(block.arrived_s)
        self.meter.take_in(block, speaking=self.sound.heard.speaking)
        if self.control.has_listeners:
            self.control.tell(level(self, block.pcm))

    def _listen(self, detector: SpeechDetector | None, error: UserError | None) -> None:
        if detector is not None:
            self.engine.listen_with(detector)
            return
        if error is not None:
            self.troubles.trouble("speech model", error)
        self.engine.be_deaf()

    def turn(self, now_s: float) -> None:
        """One turn of the loop: what time itself brings, and what follows from it."""
        # A release that is on its way must be known before a press is taken for a longer one.
        if self.inbox.is_empty and not self._put_off:
            self.controls.tick(now_s)
        elapsed_s, self._last_turn_s = now_s - self._last_turn_s, now_s
        if self.engine.session.pause is not None:
            self.do(Elapsed(elapsed_s))
            if self.engine.session.pause is not None:
                self._pause_record.goes_on(self.engine.session.pause, now_s)
        elif now_s - self._last_sound_s > SILENT_S or self.troubles.fault is not None:
            self.do(NoSound(now_s - self._last_sound_s))
        self._look_around(now_s)
        hears = self.engine.session.pause is None
        self.facts.turn(now_s, self.sound.now, hears=hears)
        self._show(now_s)

    def _show(self, now_s: float) -> None:
        """The light, the watchdog and the page follow what is true by now."""
        came, self._block_came = self._block_came, False
        state = self.engine.session.state
        if came or state == "paused":  # a beat says: until here it was heard
            self._beat(state)
        self.signals.turn(now_s, self.troubles.truth(self, block_came=came))
        if state != "starting" and (came or state in {"paused", "fault"}):
            self._watchdog.feed(now_s)
        self._relax(on=state == "listening" and not self.control.has_listeners)
        if state != self._state:
            self._state = state
            sentence = self.troubles.sentence(self)[0]
            self._tell({"event": "state", "state": state, "sentence": sentence})
            self.wires.service.status(sentence)
            if state != "starting":
                self.wires.service.ready()

    def _beat(self, state: CaptureState) -> None:
        position = self.facts.next_gap(self.sound.now)
        self.wires.heartbeat.beat(self._now_s(), self.engine.stream, position, state)

    def _look_around(self, now_s: float) -> None:
        if now_s - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = now_s
        self.troubles.note_stuck(stuck=self.controls.stuck)
        try:
            self.waiting = self.wires.spooled.waiting_count()
            self.wires.spooled.erase_taken_back()
        except OSError as error:
            log.get_log().error("spool_unreadable", reason=error.strerror)
        self.troubles.note("disk", self.wires.spooled.refusal())

    def _type(self, key: Key, at_s: float) -> None:
        match key:
            case "press":
                self.controls.press(at_s)
            case "hold":
                self.controls.hold_key(at_s)
            case "pause":
                self.do(PauseGesture())
            case "quit":
                self.stop()

    def _asked(self, asked: dict[str, Any], respond: Callable[[dict[str, Any]], None]) -> None:
        """In a thread of the socket's: the loop answers."""
        if not self.inbox.put(Request(asked, respond, self._now_s())):
            respond(BUSY)

    def _change(self, change: ModeChange) -> None:
        """The engine has paused or resumed: what has a wire follows."""
        match change:
            case Pause(pausing):
                self.wires.microphone.stop()
                self._note_silence()
                self.clock.let_go()
                self._pause_record.began(pausing, self.sound.now, self._now_s())
                self.signals.show("paused")
            case PauseChanged(pausing):
                self._pause_record.goes_on(pausing, self._now_s(), changed=True)
            case Resume(by):
                # Alive and not paused: from here on, what is not heard is a gap.
                self._beat("starting")
                self._pause_record.ended(by, self._now_s())
                self._last_sound_s = self._now_s()
                self.facts.await_sound(self.sound.now)
                self.meter = LevelMeter()
                self._relaxed = self._held_back = False  # as it starts
                self.troubles.mend()
                self.inbox.forget_dropped()
                self.wires.microphone.start(self.inbox.put_sound)
                self.signals.show("resumed")

    def _note_silence(self) -> None:
        """Where no sound came for long, or none has yet, nobody will count what was missed."""
        if not self.clock.is_tied:
            self.facts.sound_came(self.clock.clock.recorded_now())
        elif self._now_s() - self._last_sound_s > SILENT_S:
            self.facts.silent_since(self.clock.recorded(self.sound.now), self.sound.now)

    def buzzed(self, start_s: float, end_s: float) -> None:
        """The motor ran, or will: what is heard then is its own noise."""
        start = self.clock.position(start_s)
        self.sound.ignore(Span(start, start + round((end_s - start_s) * RATE_HZ)))

    def _told(self, event: dict[str, Any]) -> None:
        """What the engine says, to who listens, to the log; the light last."""
        kind = event["event"]
        self._tell({name: value for name, value in event.items() if name != "start"})
        told = {name: value for name, value in event.items() if name in _LOGGED}
        log.get_log().info(f"press_{kind}", **told)
        if kind == "closed":
            self._wake()
        elif kind in {"taken", "kept", "refused"}:
            self.signals.show(kind)

    def _tell(self, event: dict[str, Any]) -> None:
        self.control.tell({name: value for name, value in event.items() if name != "letter"})

    def _wake(self) -> None:
        """In a thread: a worker that is slow to answer must not cost the next press its tick."""
        self.waiting += 1
        threading.Thread(target=self._wake_worker, daemon=True).start()

    def _wake_worker(self) -> None:
        with contextlib.suppress(socket_client.NobodyThere, UserError):
            socket_client.ask(
                self.wires.home.worker_socket, {"do": "wake"}, patience_s=WAKE_WITHIN_S
            )

    def _shut_down(self) -> None:
        error = self.wires.power_off()
        if error is not None:
            self._told({"event": "refused", "sentence": error.sentence, "advice": error.advice})
