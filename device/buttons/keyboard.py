"""The keyboard of a terminal as a button: its keys, and what each of them does.

docs/capture.md has the same as a table, which the test presses.
"""

import contextlib
import os
import select
import sys
import termios
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from device.ports import Key

_KEYS: dict[bytes, Key] = {b" ": "press", b"h": "hold", b"p": "pause", b"q": "quit"}


@dataclass(frozen=True, slots=True)
class KeyActions:
    """Actions for the keys of one terminal. `press` and `hold` get the time of the key.

    `hold` and `pause` begin what they are called after, and the next time end it.
    """

    press: Callable[[float], object]
    hold: Callable[[float], object]
    pause: Callable[[], object]
    quit: Callable[[], object]

    def act(self, key: Key, at_s: float) -> None:
        """Do what this key is for. Wherever a key is typed, it is understood here."""
        match key:
            case "press":
                self.press(at_s)
            case "hold":
                self.hold(at_s)
            case "pause":
                self.pause()
            case "quit":
                self.quit()
            case _:
                assert_never(key)


class Keyboard:
    """Reads keys in a thread of its own. After `stop` the terminal is as it was."""

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = sys.stdin.fileno() if descriptor is None else descriptor
        self._before: list[object] | None = None
        self._stopping, self._stop = os.pipe()
        self._thread: threading.Thread | None = None

    def start(self, deliver: Callable[[Key, float], None]) -> None:
        """Deliver keys with their time. Nothing happens where this is no terminal."""
        if not os.isatty(self._descriptor):
            return
        self._before = termios.tcgetattr(self._descriptor)
        tty.setcbreak(self._descriptor)  # Ctrl-C still ends
        self._thread = threading.Thread(target=self._run, args=(deliver,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Put the terminal back as it was. Idempotent."""
        if self._before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]
            self._before = None
        if self._thread is not None:
            os.write(self._stop, b".")
            self._thread.join(2.0)
            self._thread = None

    def _run(self, deliver: Callable[[Key, float], None]) -> None:
        while True:
            ready = select.select([self._descriptor, self._stopping], [], [])[0]
            if self._stopping in ready:
                return
            try:
                typed = os.read(self._descriptor, 1)
            except OSError:
                return
            if not typed:
                return
            if typed in _KEYS:
                deliver(_KEYS[typed], time.monotonic())
