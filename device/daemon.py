"""The capture daemon (a root): builds the loop and everything with a wire, and runs it."""

import contextlib
import fcntl
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from core import log
from core.audio import RATE_HZ, Pcm
from core.clock import Clock, Recorded, SystemClock
from core.command_line import Screen
from core.errors import ArchiveBusy, UserError
from core.places import Home
from core.settings import DeviceSettings, Settings, load
from device import ears
from device.capture import Capture, Hears, Typed
from device.keyboard import Keyboard
from device.light import Lights, PinLight, TerminalLight
from device.microphone import ChildMicrophone
from device.ports import Button, Light, Microphone
from device.replay import ReplayedFile
from device.sound import Sound
from device.stream_clock import StreamClock
from pipeline.open_clip import OpenClip
from pipeline.spool import Clip, Spool

_UNHEARD = UserError(
    "The speech model cannot be loaded, so a press keeps the last half minute, uncut.",
    advice="The log of capture says why; `afterthought models` tells which weights are there.",
)


class SpoolLetterbox:
    """Clips go to the spool, stamped with the time at which their first sample was heard."""

    def __init__(self, spool: Spool, clock: Clock, stream_clock: StreamClock) -> None:
        self._spool = spool
        self._clock = clock
        self._stream_clock = stream_clock

    def open_clip(self, moment: str, revision: int, start: int, pcm: Pcm) -> OpenClip:
        recorded = _earlier(self._clock.recorded_now(), self._stream_clock.ago_ms(start))
        return self._spool.open_clip(Clip(moment, "press", recorded, (), revision), pcm)


def new_capture(
    home: Home, microphone: Microphone, light: Light, clock: Clock | None = None
) -> Capture:
    """A loop that keeps into this home's spool."""
    stream_clock = StreamClock(Sound(ears.new_gate()))
    letterbox = SpoolLetterbox(Spool(home.spool), clock or SystemClock(), stream_clock)
    return Capture(home, microphone, light, stream_clock, letterbox)


def run(home: Home, replay: str | None, screen: Screen) -> int:
    """The service: listen until told to stop."""
    log.set_up("info")
    settings = load(home.path)
    with _only_capture(home):
        microphone = _microphone(settings, replay)
        troubles: list[UserError] = []
        capture = new_capture(home, microphone, _light(settings.device, troubles))
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
        for part in (keyboard, button, capture.microphone, capture.control, capture.light):
            if part is not None:
                part.stop()


def _load_ears(capture: Capture, settings: Settings, home: Home) -> None:
    """Whatever comes of it, the loop is told: presses wait for it."""
    try:
        capture.inbox.put(Hears(ears.load(settings, home.path)))
    except UserError as error:
        capture.inbox.put(Hears(None, error))
    except Exception as error:  # noqa: BLE001 - a fault of ours must not leave presses unanswered
        log.get_log().error("speech_model_failed", exc_info=error)
        capture.inbox.put(Hears(None, _UNHEARD))


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


def _earlier(recorded: Recorded, by_ms: int) -> Recorded:
    at_ms, boottime_ms = recorded.at_ms, recorded.boottime_ms
    return replace(
        recorded,
        at_ms=None if at_ms is None else at_ms - by_ms,
        boottime_ms=None if boottime_ms is None else boottime_ms - by_ms,
    )
