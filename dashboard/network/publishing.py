"""The device's name on the network: by avahi where that runs, else by a process of our own.

avahi has the port of multicast DNS already where it runs, and one responder on a machine is
enough. Each way is a child process that publishes while it lives.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from core.access.private import keep_to_ourselves
from core.clock import Clock
from core.command_line import Screen
from dashboard.network.ranges import Address

_TREE = Path(__file__).parents[2]
_AVAHI = Path("/run/avahi-daemon/socket")

_AGAIN_AFTER_S = 30.0
"""A publisher that ended may find its daemon again, or the other device gone."""

_QUESTION_MS = 1500
"""How long another device has to say that it has this name; most answer within 120 ms."""

_CONFLICT = 3
"""The exit status of our own process where another device answers to the name."""

_TAKEN = "collision"
"""What avahi-publish says of a name that another device has."""


class Publisher(Protocol):
    """Has the name answered for, or says why not."""

    def publish(self, host: str, ips: Iterable[Address]) -> None:
        """From now on this name stands for these addresses; for none where there are none."""

    def trouble(self) -> str:
        """Why phones may not find the name, with the next step; empty where they do."""

    def close(self) -> None:
        """Publish nothing any more."""


class ByChild:
    """A child process for each thing to publish, begun again where it ended.

    Nothing is waited for: a child takes a second to say goodbye to the network, and the next is
    begun once it is gone, since until then it would answer for the old addresses.
    """

    def __init__(self, clock: Clock, avahi: Path = _AVAHI) -> None:
        self._clock = clock
        self._avahi = avahi
        self._wanted: tuple[str, tuple[Address, ...]] = "", ()
        self._children: list[subprocess.Popen[str]] = []
        self._leaving: list[subprocess.Popen[str]] = []
        self._begins_s: float | None = None
        self._trouble = ""

    def publish(self, host: str, ips: Iterable[Address]) -> None:
        wanted = host, tuple(ips)
        if wanted != self._wanted:
            self._wanted, self._trouble = wanted, ""
            self._dismiss()
            self._begins_s = self._clock.monotonic_s()
        self._leaving = [each for each in self._leaving if not _is_gone(each)]
        is_time = self._begins_s is not None and self._clock.monotonic_s() >= self._begins_s
        if is_time and not self._leaving:
            self._begin()

    def trouble(self) -> str:
        ended = next((each for each in self._children if each.poll() is not None), None)
        if ended is not None:
            told = ended.stderr.read().strip() if ended.stderr else ""
            self._trouble = _why(self._wanted[0], ended.returncode, told)
            self._dismiss()
            self._begins_s = self._clock.monotonic_s() + _AGAIN_AFTER_S
        return self._trouble

    def close(self) -> None:
        self._dismiss()
        for child in self._leaving:
            with child:
                pass
        self._leaving = []

    def _begin(self) -> None:
        self._begins_s, self._trouble = None, ""
        host, ips = self._wanted
        if not host or not ips:
            return
        by_avahi = self._avahi.exists() and shutil.which("avahi-publish") is not None
        try:
            self._children = [_begun(each) for each in commands(host, ips, by_avahi=by_avahi)]
        except OSError as error:
            self._trouble = _why(host, 1, error.strerror or "")

    def _dismiss(self) -> None:
        for child in self._children:
            child.terminate()
        self._leaving += self._children
        self._children = []


def _is_gone(child: "subprocess.Popen[str]") -> bool:
    if child.poll() is None:
        return False
    with child:  # closes what it told by
        return True


def commands(host: str, ips: Sequence[Address], *, by_avahi: bool) -> list[list[str]]:
    """What to run, side by side. Each ends with the process that started it, however that ends."""
    with_us = ["setpriv", "--pdeathsig", "TERM"]
    digits = [str(each) for each in ips]
    if by_avahi:
        return [[*with_us, "avahi-publish", "-a", "-R", host, each] for each in digits]
    return [[*with_us, sys.executable, "-m", "dashboard.network.publishing", host, *digits]]


def _begun(command: Sequence[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        cwd=_TREE,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _why(host: str, status: int, told: str) -> str:
    if status == _CONFLICT or _TAKEN in told.lower():
        return (
            f"Another device on this network answers to {host}. This one keeps its name: "
            "open the page by its address until the other is gone."
        )
    reason = told.rpartition("\n")[2] or f"status {status}"
    return (
        f"The name {host} cannot be published ({reason}). "
        "Open the page by its address; it is tried again every half minute."
    )


def main(arguments: Sequence[str]) -> int:
    """Answer for a name until a signal to stop; status 3 where another device does."""
    import zeroconf  # noqa: PLC0415 - 10 MB, for the child alone

    keep_to_ourselves()
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    host, *ips = arguments
    try:
        responder = zeroconf.Zeroconf(interfaces=ips)
    except OSError as error:
        Screen(as_json=False).say(error.strerror or "multicast cannot be used")
        return 1
    try:
        others = zeroconf.AddressResolver(f"{host}.")  # type: ignore[attr-defined]
        others.request(responder, _QUESTION_MS)
        if set(others.parsed_addresses()) - set(ips):
            return _CONFLICT
        kind = "_https._tcp.local."
        name = f"{host.removesuffix('.local')}.{kind}"
        responder.register_service(
            zeroconf.ServiceInfo(kind, name, port=443, server=f"{host}.", parsed_addresses=ips)
        )
        signal.sigwait((signal.SIGTERM, signal.SIGINT))
    except zeroconf.NonUniqueNameException:
        return _CONFLICT
    finally:
        responder.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
