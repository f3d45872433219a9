"""Says what happened: to who listens at the socket, to the log, to the worker; the light last."""

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from core import log
from core.errors import UserError
from core.sockets import socket_client
from device.signals.patterns import Once

from . import events

WAKE_WITHIN_S = 2.0
"""A wake that is lost costs two seconds: the worker looks by itself."""


class Waiting:
    """The number of clips that wait for the worker, as far as capture knows, and how to wake it."""

    def __init__(self, worker_socket: Path) -> None:
        self.count = 0
        self._socket = worker_socket

    def one_more(self) -> None:
        """Wake it in a thread: a slow worker must not cost the next press its tick."""
        self.count += 1
        threading.Thread(target=self._wake, daemon=True).start()

    def _wake(self) -> None:
        with contextlib.suppress(socket_client.NobodyThere, UserError):
            socket_client.ask(self._socket, {"do": "wake"}, patience_s=WAKE_WITHIN_S)


class Report:
    """Receives every event of capture, in order. `show` is the light's and the motor's."""

    def __init__(
        self,
        publish: Callable[[events.Event], None],
        waiting: Waiting,
        show: Callable[[Once], None],
    ) -> None:
        self._publish = publish
        self._waiting = waiting
        self._show = show

    def __call__(self, event: events.Event) -> None:
        self._publish(event)
        match event:
            case events.Taken():
                self._log_and_show(event, "taken")
            case events.Kept():
                self._log_and_show(event, "kept")
            case events.Refused():
                self._log_and_show(event, "refused")
            case events.Closed():
                _log(event)
                self._waiting.one_more()
            case events.TakenBack() | events.BecameRecording():
                _log(event)
            case events.BroughtBack():
                self._waiting.one_more()
            case (
                events.Pressed()
                | events.PairingAsked()
                | events.GapFound()
                | events.StateChanged()
                | events.LevelMeasured()
            ):
                pass  # for who listens alone

    def _log_and_show(self, event: events.OfKeep, shown: Once) -> None:
        _log(event)
        self._show(shown)


def _log(event: events.OfKeep) -> None:
    fields = {name: getattr(event, name, None) for name in ("keep", "revision", "seconds")}
    known = {name: value for name, value in fields.items() if value is not None}
    log.get_log().info(f"press_{events.name_of(event)}", **known)
