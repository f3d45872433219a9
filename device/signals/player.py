"""Plays steps of on and off in a thread of its own: a loop that hangs leaves no light on."""

import threading
from collections.abc import Callable

from core import log

from .patterns import Steps

STOP_WITHIN_S = 1.0
"""A bus that hangs may not hold the loop for longer."""

Switch = Callable[[], None]


class Player:
    """Plays steps on one light or motor. `on` and `off` are called from the player's own thread."""

    def __init__(self, name: str, off: Switch) -> None:
        self._name = name
        self._off = off
        self._cut = threading.Event()
        self._thread: threading.Thread | None = None
        self._warned = False

    def play(self, steps: Steps, on: Switch) -> None:
        """Play it from the start, in place of what is being played; returns at once."""
        self.stop()
        # An event for each play: one that was cut can never be woken again by the next.
        self._cut = threading.Event()
        arguments = (steps, on, self._cut)
        self._thread = threading.Thread(target=self._run, args=arguments, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Switch off. Idempotent."""
        self._cut.set()
        if self._thread is not None:
            self._thread.join(STOP_WITHIN_S)
            self._thread = None

    def _run(self, steps: Steps, on: Switch, cut: threading.Event) -> None:
        try:
            self._play(steps, on, cut)
        except Exception as error:  # noqa: BLE001 - every pin library raises its own
            self._warn(error)

    def _play(self, steps: Steps, on: Switch, cut: threading.Event) -> None:
        try:
            for on_s, off_s in steps:
                on()
                cut.wait(on_s)
                self._off()
                if cut.wait(off_s):
                    return
        finally:
            self._off()

    def _warn(self, error: Exception) -> None:
        """Log it once: a broken light must not fill the log."""
        if not self._warned:
            self._warned = True
            log.get_log().warning("signal_failed", what=self._name, reason=type(error).__name__)
