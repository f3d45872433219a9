"""The real capture, its socket and its states, with a recording for a microphone."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.audio import RATE_HZ
from core.paths import Home
from core.pcm import Pcm
from device.capture.control_socket import Control, ask
from device.capture.events import Event
from device.capture.loop import DetectorLoaded
from device.daemon import Shown, new_capture
from device.memory.utterances import FAINT
from device.microphone.replayed_file import ReplayedFile
from device.ports import BLOCK_SAMPLES, Block, FromMicrophone, Microphone
from pipeline.hearing.fakes import FakeSpeechModel
from pipeline.speech.speech_detector import GatedSpeechDetector
from tests.waiting import PATIENCE_S, waited

BLOCK_S = BLOCK_SAMPLES / RATE_HZ


class PlayedMicrophone:
    """A microphone that heard all of `sound` just before it was opened; silence follows.

    `say_again` plays it once more, in its own time.
    """

    name = "a microphone"

    def __init__(self, sound: Pcm) -> None:
        self._sound = sound
        self._to_come = sound
        self._opened = False
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def say_again(self) -> None:
        self._to_come = self._sound

    def start(self, deliver: Callable[[FromMicrophone], None]) -> None:
        if not self._opened:
            self._opened, self._to_come = True, self._sound[:0]
            begin_s = time.monotonic() - len(self._sound) / RATE_HZ
            for first in range(0, len(self._sound), BLOCK_SAMPLES):
                block = self._sound[first : first + BLOCK_SAMPLES]
                deliver(Block(block, begin_s + (first + len(block)) / RATE_HZ))
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, args=(deliver,), daemon=True)
        self._thread.start()

    def relax(self, *, on: bool) -> bool:
        """No: it says little, and holds nothing back."""
        return False

    def hurry(self) -> None:
        """Nothing to do: it delivers every tenth of a second anyway."""

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)

    def _run(self, deliver: Callable[[FromMicrophone], None]) -> None:
        while not self._stopped.wait(BLOCK_S):
            block, self._to_come = np.split(self._to_come, [BLOCK_SAMPLES])
            deliver(Block(np.pad(block, (0, BLOCK_SAMPLES - len(block))), time.monotonic()))


class RealCapture:
    """A capture in a thread of the test. With `replay` it waits for somebody to play the sound."""

    def __init__(self, home: Path, sound: Pcm, *, replay: bool = False) -> None:
        self.home = Home(home)
        self.microphone = PlayedMicrophone(sound)
        recording = ReplayedFile("a recording", len(sound) / RATE_HZ, lambda: [sound], waits=True)
        microphone: Microphone = recording if replay else self.microphone
        self.capture = new_capture(self.home, microphone, Shown([], [], []))
        self.capture.inbox.put(DetectorLoaded(GatedSpeechDetector(FakeSpeechModel(), FAINT)))
        self._thread = threading.Thread(target=self.capture.run, daemon=True)
        self._callers = _remembered_callers(self.capture.parts.control)

    @property
    def presses(self) -> int:
        """The number of keeps so far."""
        return self.capture.engine.kept

    @property
    def state(self) -> str:
        return self.capture.engine.session.state

    @property
    def subscribers(self) -> int:
        return len(self.capture.parts.control._listeners)

    def ask(self, **asked: Any) -> dict[str, Any]:
        """The answer that another program would get."""
        return ask(self.home.capture_socket, asked)

    def publish(self, event: Event) -> None:
        """Send it to every subscriber."""
        self.capture.parts.control.publish(event)

    @contextlib.contextmanager
    def running(self) -> Iterator["RealCapture"]:
        self.capture.parts.control.start()
        self._thread.start()
        try:
            waited(lambda: self.state != "starting")
            yield self
        finally:
            self.capture.stop()
            self._thread.join(PATIENCE_S)
            self.capture.parts.listener.microphone.stop()
            self.capture.parts.control.stop()
            for caller in self._callers:  # a process that ends takes its connections along
                with contextlib.suppress(OSError):
                    caller.shutdown(socket.SHUT_RDWR)


def _remembered_callers(control: Control) -> list[socket.socket]:
    callers: list[socket.socket] = []
    converse = control._converse

    def remembered(caller: socket.socket) -> None:
        callers.append(caller)
        converse(caller)

    control._converse = remembered  # type: ignore[method-assign]
    return callers
