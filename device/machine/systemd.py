"""Reports the service's state to systemd: the datagrams of sd_notify(3), without its library."""

import math
import os
import socket
from collections.abc import Mapping

FEED_EVERY_S = 1.0
"""The watchdog's time is many times this; the loop turns far more often."""


class Service:
    """Reports to the service manager; where there is none, it does nothing.

    A manager that is gone or slow is no trouble of ours: what it does not take is not sent again.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))

    def ready(self) -> None:
        """Report that it is ready: the light shows a true state."""
        self._send("READY=1")

    def status(self, sentence: str) -> None:
        """Report a sentence for `systemctl status`."""
        self._send(f"STATUS={sentence.splitlines()[0] if sentence else ''}")

    def stopping(self) -> None:
        """Report that it ends on purpose."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Report that it works; see `Watchdog`."""
        self._send("WATCHDOG=1")

    def _send(self, line: str) -> None:
        if self._address is None:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker:
            speaker.setblocking(False)  # noqa: FBT003 - the library's own
            try:
                speaker.sendto(line.encode(), self._address)
            except OSError:
                return


class Watchdog:
    """The service's heartbeat to systemd. The loop that does the work feeds it, and nobody else."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._fed_s = -math.inf

    def feed(self, now_s: float) -> None:
        """Report a loop that is not stuck, and that saw a block or knows why there is none."""
        if now_s - self._fed_s >= FEED_EVERY_S:
            self._fed_s = now_s
            self._service.alive()


def _address(named: str) -> str | None:
    """The socket's address: an abstract one, written with @, begins with a zero byte."""
    if named.startswith("@"):
        return f"\0{named[1:]}"
    return named if named.startswith("/") else None
