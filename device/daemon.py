"""The capture daemon (a root): builds the loop and everything with a wire, and runs it."""

import contextlib
import fcntl
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core import log
from core.access.private import make_private
from core.audio import RATE_HZ
from core.clock import Clock, SystemClock
from core.command_line import Screen
from core.errors import ArchiveBusy, SettingsWrong, UserError
from core.files import make_folder, make_way
from core.machine import LONGEST_RING_S, profile
from core.paths import Home, runtime_folder
from core.settings import Settings
from core.settings_file import load
from core.spool_port import SpoolPort
from device.buttons.configured import Buttons
from device.buttons.keyboard import Keyboard
from device.capture.assembly import Outside, assemble
from device.capture.candidates.worker_line import MOST_BYTES, MOST_BYTES_ZERO, WorkerLine
from device.capture.events import Event
from device.capture.heartbeat import Heartbeat, last_beat
from device.capture.loop import Capture, DetectorLoaded
from device.capture.pause_file import pause_file_of
from device.machine import power_off
from device.memory import swap_protection
from device.memory.recent_sound import Sound
from device.memory.stream_clock import StreamClock
from device.memory.utterances import FAINT
from device.microphone.child_microphone import ChildMicrophone, Tuning
from device.microphone.replayed_file import ReplayedFile
from device.pins import told_once
from device.ports import Key, Microphone, Typed
from device.signals import lights, motors
from device.signals.patterns import Light, Motor
from pipeline.speech import speech_detector
from pipeline.spool.formats import clip_bytes
from pipeline.spool.spool import Spool

_UNHEARD = UserError(
    "The speech model cannot be loaded, so a press keeps the last half minute, uncut.",
    advice="The log of capture says why; `afterthought models` tells which weights are there.",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the wearer sees and feels, and what of it cannot be had."""

    lights: list[Light]
    motors: list[Motor]
    troubles: list[UserError]


def new_capture(  # noqa: PLR0913 - what differs between a wearer and a test
    home: Home,
    microphone: Microphone,
    shown: Shown,
    *,
    settings: Settings | None = None,
    clock: Clock | None = None,
    spool: SpoolPort | None = None,
    power_off: Callable[[], UserError | None] = power_off.power_off,
    observe: Callable[[Event], None] = lambda _: None,
) -> Capture:
    """A loop that keeps into this home's spool."""
    settings, clock = settings or load(home.path), clock or SystemClock()
    device, runtime = settings.device, runtime_folder(home.path)
    longest_s = LONGEST_RING_S[profile(settings.machine.profile)]
    ring_s = min(device.ring_s, longest_s)
    capture = assemble(
        Outside(
            home=home,
            microphone=microphone,
            lights=shown.lights,
            motors=shown.motors,
            spool=spool or Spool(home.spool),
            reserve_bytes=device.reserve_mb * 1_000_000,
            stream_clock=StreamClock(Sound(speech_detector.new_gate(), ring_s), clock),
            heartbeat=Heartbeat(runtime, home.path, clock),
            pause_file=pause_file_of(home),
            before=last_beat(runtime, home.path, clock.recorded_now().boot),
            second_button=device.second_button,
            power_off=power_off,
            selection=settings.selection,
            worker=_worker_line(home, settings),
            observe=observe,
        )
    )
    for each in shown.troubles:
        capture.parts.troubles.trouble(each.sentence, each)
    if device.ring_s > longest_s:
        capture.parts.troubles.trouble("ring", _too_long(device.ring_s, longest_s))
    return capture


def _worker_line(home: Home, settings: Settings) -> WorkerLine:
    is_zero = profile(settings.machine.profile) == "zero"
    most_bytes = MOST_BYTES_ZERO if is_zero else MOST_BYTES
    return WorkerLine(home.worker_socket, clip_bytes, most_bytes)


def _too_long(asked_s: float, longest_s: float) -> UserError:
    return SettingsWrong(
        f"This machine's memory holds {longest_s:.0f} s of the past, not {asked_s:.0f}.",
        advice=f"Set device.ring_s to {longest_s:.0f} or less in settings.toml.",
    )


def run(home: Home, replay: str | None, screen: Screen) -> int:
    """The service: listen until told to stop."""
    swap_protection.harden()
    log.set_up("info")
    settings = load(home.path)
    with _only_capture(home):
        # lgpio makes files of its own in the folder it is started in, unless it is told another.
        os.environ.setdefault("LG_WD", str(runtime_folder(home.path)))
        lit, dark = lights.lights(settings.device)
        if sys.stderr.isatty():
            lit.append(lights.TerminalLight())
        moved, still = motors.motors(settings.device)
        shown = Shown(lit, moved, [*dark, *still])
        capture = new_capture(home, _microphone(settings, replay), shown, settings=settings)
        buttons = Buttons(settings.device, capture.inbox.put)
        for error in told_once([*shown.troubles, *_dead(buttons, capture)]):
            screen.say(str(error))
        _run(capture, buttons, settings, home, screen)
    return 0


def _dead(buttons: Buttons, capture: Capture) -> list[UserError]:
    """Start the buttons; the errors of those that cannot be used, of which capture is told."""
    errors = buttons.start()
    for each in errors:
        capture.parts.troubles.trouble("button", each)
    return errors


def _run(
    capture: Capture, buttons: Buttons, settings: Settings, home: Home, screen: Screen
) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: capture.stop())
    keyboard = Keyboard() if sys.stdin is not None and sys.stdin.isatty() else None
    capture.parts.control.start()
    threading.Thread(target=_load_detector, args=(capture, settings, home), daemon=True).start()
    try:
        if keyboard is not None:
            keyboard.start(lambda key, at_s: _typed(capture, key, at_s))
            screen.say(
                "I hear you. Space keeps what was said, h begins and ends a hold, "
                "p pauses and resumes, q ends."
            )
        capture.run()
    finally:
        outward = (capture.parts.listener.microphone, capture.parts.control)
        for part in (keyboard, buttons, *outward):
            if part is not None:
                part.stop()
        capture.parts.signals.stop()


def _typed(capture: Capture, key: Key, at_s: float) -> None:
    capture.inbox.put(Typed(key, at_s))


def _load_detector(capture: Capture, settings: Settings, home: Home) -> None:
    """Whatever comes of it, the loop is told: what is kept meanwhile is uncut."""
    try:
        capture.inbox.put(DetectorLoaded(speech_detector.load(settings, home.path, faint=FAINT)))
    except UserError as error:
        capture.inbox.put(DetectorLoaded(None, error))
    except Exception as error:  # noqa: BLE001 - a fault of ours must not leave keeps uncut for good
        log.get_log().error("speech_model_failed", exc_info=error)
        capture.inbox.put(DetectorLoaded(None, _UNHEARD))


def _microphone(settings: Settings, replay: str | None) -> Microphone:
    if replay is None:
        tuning = Tuning(settings.device.gain_db, settings.device.channel)
        return ChildMicrophone(settings.device.microphone, tuning=tuning)
    from pipeline.media import SoundFile  # noqa: PLC0415 - FFmpeg: a microphone does not need it

    sound = SoundFile(Path(replay))  # open as long as this process, for it may be a pipe
    samples = sum(len(chunk) for chunk in sound.chunks())  # a broken file is told here
    return ReplayedFile(sound.name, samples / RATE_HZ, sound.chunks)


@contextlib.contextmanager
def _only_capture(home: Home) -> Iterator[None]:
    """The lock of the one capture; the kernel gives it back when its process dies."""
    make_private(make_folder(home.spool))
    with make_way(home.spool / "capture.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sentence = "Capture is already running on this home."
            raise ArchiveBusy(sentence, advice="Use that one, or stop it first.") from None
        yield
