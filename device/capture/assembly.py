"""Builds the loop of capture out of its parts."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.clock import Recorded
from core.disk_reserve import DiskReserve
from core.errors import UserError
from core.paths import Home
from core.settings import SecondButton, SelectionSettings
from core.spool_port import SpoolPort
from device.machine.systemd import Service, Watchdog
from device.memory.stream_clock import StreamClock
from device.ports import Microphone
from device.session.kept_unpressed import KeptUnpressed
from device.signals.patterns import Light, Motor
from device.signals.scheduler import Signals

from . import events
from .candidates.unpressed import Capturing, PressesAlone, Unpressed
from .candidates.worker_line import WorkerLine
from .clip_writer import ClipSource
from .control_socket import Control
from .controls import Controls
from .engine import Engine, Limits
from .fact_log import FactLog
from .heartbeat import Beat, Heartbeat
from .inbox import Inbox
from .listener import Listener
from .loop import Capture, Parts, ToCapture
from .modes import Modes
from .pairing_shown import PairingShown
from .pause_file import PauseFile
from .pause_record import PauseRecord
from .report import Report, Waiting
from .requests import BUSY, Request
from .troubles import Troubles


@dataclass(frozen=True, slots=True)
class Outside:
    """Everything that the loop holds and that reaches out of it. Roots build it.

    `before` is the last sign of life of the capture before this one; `worker` is how candidates
    come to it, without which only presses keep; `observe` receives every event in this process,
    for benchmarks.
    """

    home: Home
    microphone: Microphone
    lights: Sequence[Light]
    motors: Sequence[Motor]
    spool: SpoolPort
    reserve_bytes: int
    stream_clock: StreamClock
    heartbeat: Heartbeat
    pause_file: PauseFile
    before: Beat | None = None
    service: Service = field(default_factory=Service)
    second_button: SecondButton = "recording"
    power_off: Callable[[], UserError | None] = lambda: None
    selection: SelectionSettings = field(default_factory=SelectionSettings)
    worker: WorkerLine | None = None
    observe: Callable[[events.Event], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where messages come in and events go out. `publish` tells an event to whoever subscribed."""

    stream: str
    inbox: Inbox[ToCapture]
    control: Control
    publish: Callable[[events.Event], None]


@dataclass(frozen=True, slots=True)
class _Hearing:
    """What brings sound in, notes what was missed, and shows how that stands."""

    facts: FactLog
    troubles: Troubles
    pause_record: PauseRecord
    listener: Listener
    signals: Signals


@dataclass(frozen=True, slots=True)
class _Keeping:
    """What keeps, pressed for or not, and tells of it."""

    reserve: DiskReserve
    waiting: Waiting
    report: Report
    engine: Engine
    unpressed: Unpressed


def assemble(outside: Outside) -> Capture:
    """A loop that keeps into this spool, once it is run."""
    clock, ends = outside.stream_clock, _ends(outside)
    hearing = _hearing(outside, ends)
    keeping = _keeping(outside, ends, hearing)
    pairing = PairingShown(keeping.report, clock.clock.monotonic_s)
    return Capture(
        Parts(
            inbox=ends.inbox,
            spool=outside.spool,
            sound=clock.sound,
            ring_memory=clock.sound.ring.hold_in_memory(),
            reserve=keeping.reserve,
            engine=keeping.engine,
            unpressed=keeping.unpressed,
            controls=_controls(outside, keeping.engine, keeping.report, pairing),
            pairing=pairing,
            listener=hearing.listener,
            facts=hearing.facts,
            pause_record=hearing.pause_record,
            heartbeat=outside.heartbeat,
            troubles=hearing.troubles,
            signals=hearing.signals,
            waiting=keeping.waiting,
            report=keeping.report,
            control=ends.control,
            service=outside.service,
            watchdog=Watchdog(outside.service),
            power_off=outside.power_off,
            now_s=clock.clock.monotonic_s,
        )
    )


def _ends(outside: Outside) -> _Ends:
    now_s = outside.stream_clock.clock.monotonic_s
    inbox: Inbox[ToCapture] = Inbox(now_s)
    control = Control(outside.home.capture_socket, _requests_into(inbox, now_s))

    def publish(event: events.Event) -> None:
        control.publish(event)
        outside.observe(event)

    return _Ends(secrets.token_hex(8), inbox, control, publish)


def _hearing(outside: Outside, ends: _Ends) -> _Hearing:
    clock = outside.stream_clock
    outside.heartbeat.go_on_from(outside.before)
    facts, troubles = _fact_log(outside, ends.stream, ends.publish), Troubles()
    listener = Listener(outside.microphone, ends.inbox.put_sound, clock, facts, outside.heartbeat)
    return _Hearing(
        facts,
        troubles,
        PauseRecord(outside.pause_file, facts, troubles.note),
        listener,
        Signals(outside.lights, outside.motors, listener.ignore_motor, clock.clock.monotonic_s),
    )


def _keeping(outside: Outside, ends: _Ends, hearing: _Hearing) -> _Keeping:
    clock, kept = outside.stream_clock, KeptUnpressed()
    waiting = Waiting(outside.home.worker_socket)
    report = Report(ends.publish, waiting, hearing.signals.show)
    reserve = DiskReserve(outside.spool, outside.reserve_bytes)
    modes = Modes(
        hearing.listener,
        hearing.pause_record,
        hearing.troubles,
        hearing.signals,
        forget_dropped=ends.inbox.forget_dropped,
        now_s=clock.clock.monotonic_s,
    )
    engine = Engine(
        ClipSource(ends.stream, clock.recorded),
        clock.sound,
        outside.spool,
        report,
        Limits(reserve.refusal, modes.change, kept.within),
        pause=hearing.pause_record.pausing,
    )
    capturing = Capturing(engine, clock, outside.spool, reserve, hearing.facts, report, kept)
    modes.unpressed = _unpressed(outside, capturing)
    return _Keeping(reserve, waiting, report, engine, modes.unpressed)


def _unpressed(outside: Outside, capturing: Capturing) -> Unpressed:
    if outside.selection.policy == "button" or outside.worker is None:
        return PressesAlone()
    from .candidates.chosen import chosen  # noqa: PLC0415 - most wearers press

    return chosen(outside.selection, capturing, outside.worker)


def _fact_log(outside: Outside, stream: str, publish: Callable[[events.Event], None]) -> FactLog:
    before = outside.before
    earlier: Recorded | None = None if before is None else before.recorded
    clock, post = outside.stream_clock.clock, outside.spool.post_fact
    facts = FactLog(stream, clock, post, publish, earlier)
    facts.await_sound(0, before)
    return facts


def _controls(outside: Outside, engine: Engine, report: Report, pairing: PairingShown) -> Controls:
    return Controls(
        engine.do,
        outside.stream_clock,
        lambda: engine.session.keeping.open,
        outside.second_button,
        lambda: _shut_down(outside.power_off, report),
        ask_pairing=pairing.ask,
        pressed=lambda at_s, by: report(events.Pressed(at_s, by)),
    )


def _requests_into(
    inbox: Inbox[ToCapture], now_s: Callable[[], float]
) -> Callable[[dict[str, Any], Callable[[dict[str, Any]], None]], None]:
    """A function by which the socket's threads ask the loop, which answers."""

    def serve(asked: dict[str, Any], respond: Callable[[dict[str, Any]], None]) -> None:
        if not inbox.put(Request(asked, respond, now_s())):
            respond(BUSY)

    return serve


def _shut_down(power_off: Callable[[], UserError | None], report: Report) -> None:
    error = power_off()
    if error is not None:
        report(events.Refused(error.sentence, error.advice))
