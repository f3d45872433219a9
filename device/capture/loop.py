"""The capture loop: one inbox, one owner. Everything that happens is a message.

Kept is only said after the fsync, and the light changes last.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from core import log
from core.capture_status import CaptureState, CaptureStatus, RingMemory
from core.disk_reserve import DiskReserve
from core.errors import UserError
from core.spool_port import SpoolPort
from device.buttons.keyboard import KeyActions
from device.machine.systemd import Service, Watchdog
from device.memory.recent_sound import Sound, SpeechDetector
from device.ports import (
    Block,
    Edge,
    Ended,
    Fault,
    FromMicrophone,
    Other,
    SecondEdge,
    Switched,
    Typed,
)
from device.session.session import Elapsed, Event, PauseAsked, ResumeAsked, SwitchMoved
from device.session.values import NoSound
from device.signals.scheduler import Signals, SignalState

from . import events, requests
from .candidates.unpressed import Unpressed
from .control_socket import Control
from .controls import Controls
from .engine import Engine, Outcome
from .fact_log import FactLog
from .heartbeat import Heartbeat
from .inbox import Inbox
from .listener import SILENT_S, Listener
from .pairing_shown import PairingShown
from .pause_record import PauseRecord
from .report import Report, Waiting
from .requests import Request
from .status import RingState, Snapshot, level, sentence_and_advice, status_of
from .troubles import Troubles

TURN_AT_LEAST_S = 0.5
"""How often the loop looks at its clock when nothing comes and nothing is due."""

CATCH_UP_S = 0.06
"""How long a press waits for what a relaxed microphone has heard and not handed over: what it is
asked for comes at once, and again after 10 ms; the wearer feels nothing before 100."""

WORKER_ERASES_WITHIN_S = 60.0
"""What a pause took back is the worker's to erase, for a press may come while it is overwritten.
After this no worker runs, and it is done here."""

LOOK_EVERY_S = 10.0
"""How often the disk is looked at: whether it has room, and what was taken back."""


class Paused(UserError):
    """The microphone is closed, and the request needs it open."""

    code = "paused"


@dataclass(frozen=True, slots=True)
class DetectorLoaded:
    """The speech detector is there; or, with None, there is none, and why."""

    detector: SpeechDetector | None
    error: UserError | None = None


ToCapture = Other | Request | DetectorLoaded
Message = FromMicrophone | ToCapture


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that the loop works with; `assembly` builds them."""

    inbox: Inbox[ToCapture]
    spool: SpoolPort
    sound: Sound
    ring_memory: RingMemory
    reserve: DiskReserve
    engine: Engine
    unpressed: Unpressed
    controls: Controls
    pairing: PairingShown
    listener: Listener
    facts: FactLog
    pause_record: PauseRecord
    heartbeat: Heartbeat
    troubles: Troubles
    signals: Signals
    waiting: Waiting
    report: Report
    control: Control
    service: Service
    watchdog: Watchdog
    power_off: Callable[[], UserError | None]
    now_s: Callable[[], float]


@dataclass(slots=True)
class Turns:
    """The memory of the loop itself, from turn to turn. Times are CLOCK_MONOTONIC."""

    last_s: float
    looked_s: float = float("-inf")
    state: CaptureState | None = None
    put_off: deque[Message] = field(default_factory=deque)
    stopped: bool = False


class Capture:
    """Owns its parts; `run` is its loop, `inbox` the one way in."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.inbox = parts.inbox
        self.engine = parts.engine
        self.controls = parts.controls
        self._turns = Turns(parts.now_s())
        self._keys = KeyActions(
            press=self.controls.press,
            hold=self.controls.hold_key,
            pause=self._toggle_pause,
            quit=self.stop,
        )

    def run(self) -> None:
        """Until `stop`. What waits is done before anything is opened: a switch may say pause."""
        while (waiting := self.inbox.get(0.0)) is not None:
            self.take(waiting)
        if not self._is_paused:
            self.parts.listener.open()
        self._turns.last_s = self.parts.now_s()
        while not self._turns.stopped:
            message = self._next()
            if message is not None:
                self.take(message)
            self.turn(self.parts.now_s())
        self.close()

    def close(self) -> None:
        """Close what is open and write down what is known: it ends because it was told to."""
        self.parts.service.stopping()
        if not self._is_paused:
            self.parts.listener.note_silence()
        self.engine.end()
        self.parts.unpressed.end()
        self.parts.facts.settle()
        self.parts.heartbeat.end()

    def stop(self) -> None:
        """End the loop soon. For signal handlers."""
        self._turns.stopped = True

    def take(self, message: Message) -> None:  # noqa: C901 - a table
        """Take in one message. For the loop, and for whoever plays it in a simulated time."""
        if _presses(message):
            self._catch_up()
        match message:
            case Block():
                self._hear(message)
            case Fault(error):
                if not self._is_paused:
                    self.parts.troubles.note_fault(error)
            case Edge(down, at_s):
                self.controls.edge(down=down, at_s=at_s)
            case SecondEdge(edge):
                self.controls.edge(down=edge.down, at_s=edge.at_s, second=True)
            case Switched(paused):
                self.do(SwitchMoved(paused))
            case Typed(key, at_s):
                self._keys.act(key, at_s)
            case Request():
                message.answer(requests.answer(self, message))
            case DetectorLoaded(detector, error):
                self._listen(detector, error)
            case Ended():
                pass

    def turn(self, now_s: float) -> None:
        """Do what time itself brings, and what follows from it: one turn of the loop."""
        # A release that is on its way must be known before a press is taken for a longer one.
        if self.inbox.is_empty and not self._turns.put_off:
            self.controls.tick(now_s)
        elapsed_s, self._turns.last_s = now_s - self._turns.last_s, now_s
        if self._is_paused:
            self._stay_paused(elapsed_s, now_s)
        else:
            self._notice_silence(now_s)
        self.parts.unpressed.turn(now_s)
        self._look_around(now_s)
        self.parts.pairing.turn(now_s)
        self.parts.facts.turn(now_s, self.parts.sound.now, hears=not self._is_paused)
        self._show(now_s)

    def do(self, event: Event) -> Outcome:
        """The outcome of an event of the session: a request, a switch, time."""
        return self.engine.do(event)

    def status(self) -> CaptureStatus:
        """The status of capture. Raises OSError where the disk cannot be asked."""
        return status_of(self._snapshot())

    def bring_back(self, keep: str) -> bool:
        """True where a keep that a pause took back could be brought back."""
        is_back = self.parts.spool.bring_back(keep)
        if is_back:
            self.parts.report(events.BroughtBack(keep))
        return is_back

    def power_off(self) -> UserError | None:
        """The reason why the machine stays on; None where it is being switched off."""
        return self.parts.power_off()

    def show_pairing(self, for_s: float) -> None:
        """Have the light show for so long that a phone may be let in; 0 ends it."""
        self.parts.pairing.show(for_s)

    def play(self) -> float:
        """The seconds of the file that plays from its start now. Raises UserError."""
        file = self.parts.listener.file()
        if self._is_paused:
            raise Paused("Paused, so nothing is played.", advice="Resume first.")
        self.engine.begin_anew()
        file.play()
        return file.progress().seconds

    @property
    def _is_paused(self) -> bool:
        return self.engine.session.pause is not None

    def _next(self) -> Message | None:
        if self._turns.put_off:
            return self._turns.put_off.popleft()
        return self.inbox.get(self._next_turn_s())

    def _next_turn_s(self) -> float:
        latest_s = self.parts.now_s() + TURN_AT_LEAST_S
        due_s = self.controls.next_due_s()
        earliest_s = latest_s if due_s is None else min(latest_s, due_s)
        return min(earliest_s, self.parts.signals.next_due_s())

    def _catch_up(self) -> None:
        """Hear what is on its way before a press is cut: what it is about may be in it.

        And have the sound of the press itself sooner than it would come.
        """
        if self._is_paused:
            return
        now_s = self.parts.now_s()
        caught_up = not self.parts.listener.hurry()
        while not caught_up:
            message = self.inbox.get(now_s + CATCH_UP_S)
            caught_up = not isinstance(message, Block) or message.arrived_s >= now_s
            if isinstance(message, Block):
                self._hear(message)
            elif message is not None:
                self._turns.put_off.append(message)

    def _hear(self, block: Block) -> None:
        if self._is_paused:
            return  # it was on its way when the microphone was closed
        parts = self.parts
        parts.troubles.mend()
        parts.listener.account(block)
        self.engine.hear(block.pcm, 0 if block.lost is None else block.lost.samples)
        parts.listener.measure(block, speaking=parts.sound.heard.speaking)
        if parts.control.has_listeners:
            speaking = parts.sound.heard.speaking
            parts.report(level(block.pcm, self._ring(), speaking=speaking))

    def _listen(self, detector: SpeechDetector | None, error: UserError | None) -> None:
        if detector is not None:
            self.engine.listen_with(detector)
            return
        if error is not None:
            self.parts.troubles.trouble("speech model", error)
        self.engine.go_without_detector()

    def _stay_paused(self, elapsed_s: float, now_s: float) -> None:
        self.do(Elapsed(elapsed_s))
        if self.engine.session.pause is not None:
            self.parts.pause_record.goes_on(self.engine.session.pause, now_s)

    def _notice_silence(self, now_s: float) -> None:
        silence_s = self.parts.listener.silence_s(now_s)
        if silence_s > SILENT_S or self.parts.troubles.fault is not None:
            self.do(NoSound(silence_s))

    def _show(self, now_s: float) -> None:
        """Let the light, the watchdog and the page follow what is true by now."""
        parts, state = self.parts, self.engine.session.state
        came = parts.listener.take_block_came()
        if came or state == "paused":  # a beat says: until here it was heard
            parts.listener.beat(state)
        parts.signals.turn(now_s, self._signal_state(block_came=came))
        if state != "starting" and (came or state in {"paused", "fault"}):
            parts.watchdog.feed(now_s)
        parts.listener.relax(on=state == "listening" and not parts.control.has_listeners)
        if state != self._turns.state:
            self._turns.state = state
            self._tell_state(state)

    def _tell_state(self, state: CaptureState) -> None:
        error, levels = self.parts.troubles.error(state), self.parts.listener.levels()
        sentence, _ = sentence_and_advice(state, error, levels, self.parts.unpressed.status())
        self.parts.report(events.StateChanged(state, sentence))
        self.parts.service.status(sentence)
        if state != "starting":
            self.parts.service.ready()

    def _look_around(self, now_s: float) -> None:
        if now_s - self._turns.looked_s < LOOK_EVERY_S:
            return
        self._turns.looked_s = now_s
        parts = self.parts
        parts.troubles.note_stuck(stuck=self.controls.stuck)
        try:
            parts.waiting.count = parts.spool.waiting_count()
            parts.spool.erase_taken_back(WORKER_ERASES_WITHIN_S)
        except OSError as error:
            log.get_log().error("spool_unreadable", reason=error.strerror)
        parts.troubles.note("disk", parts.reserve.refusal())

    def _toggle_pause(self) -> None:
        """A key's pause is no gesture: no chain of presses comes before it, so none is undone."""
        self.do(ResumeAsked("command") if self._is_paused else PauseAsked("command"))

    def _signal_state(self, *, block_came: bool) -> SignalState:
        state = self.engine.session.state
        return SignalState(
            state=state,
            part=self.parts.troubles.part(state),
            block_came=block_came,
            waiting=self.parts.waiting.count > 0,
            speaking=self.parts.sound.heard.speaking,
            pairing=self.parts.pairing.is_on,
            keeps_by_itself=self.parts.unpressed.is_on,
        )

    def _ring(self) -> RingState:
        ring = self.parts.sound.ring
        return RingState(ring.oldest, ring.now, ring.capacity)

    def _snapshot(self) -> Snapshot:
        parts, session = self.parts, self.engine.session
        return Snapshot(
            session=session,
            stream=self.engine.stream,
            ring=self._ring(),
            ring_memory=parts.ring_memory,
            kept=self.engine.kept,
            waiting=parts.spool.waiting_count(),
            gaps=parts.facts.gaps,
            lost_samples=parts.facts.lost_samples,
            free_bytes=parts.spool.free_bytes(),
            reserve_bytes=parts.reserve.bytes,
            microphone=parts.listener.microphone.name,
            taken_back=tuple(parts.spool.taken_back()),
            heard_today_s=parts.listener.heard_today_s(),
            error=parts.troubles.error(session.state),
            levels=parts.listener.levels(),
            replay=parts.listener.replay(),
            selection=parts.unpressed.status(),
        )


def _presses(message: Message) -> bool:
    """True where somebody wants to keep what was said."""
    match message:
        case Edge(down):
            return down
        case Typed(key):
            return key in {"press", "hold"}
        case Request(asked):
            return requests.presses(asked)
    return False
