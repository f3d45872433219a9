"""The device's name on the network: by avahi where that runs, else by a process of our own.

Beside its own name, the one that all Afterthoughts share, as long as no other answers to it.

avahi has the port of multicast DNS already where it runs, and one responder on a machine is
enough. Each way is a child process that publishes while it lives.
"""

import contextlib
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from core.clock import Clock
from core.network.local_addresses import Address
from dashboard.network.answering import CONFLICT
from dashboard.network.names import SHARED

_TREE = Path(__file__).parents[2]
_AVAHI = Path("/run/avahi-daemon/socket")

_AGAIN_AFTER_S = 30.0
"""A publisher that ended may find its daemon again, or the other device gone."""

_TAKEN = "collision"
"""What avahi-publish says of a name that another device has."""


_UNLESS_ANOTHER = """
if avahi-resolve -4 -n "$0" | grep -q .; then echo collision >&2; exit 1; fi
exec avahi-publish -a -R "$0" "$1"
"""
"""Not every responder defends its name when avahi probes for it (zeroconf 0.154 does not), so it is
asked for first. avahi-resolve takes five seconds where nobody answers, and prints nothing then."""


class Publisher(Protocol):
    """Has the name answered for, or says why not."""

    def publish(self, host: str, ips: Iterable[Address]) -> None:
        """From now on this name stands for these addresses; for none where there are none."""

    def trouble(self) -> str:
        """Why phones may not find the name, with the next step; empty where they do."""

    def close(self) -> None:
        """Publish nothing any more."""


class BothNames:
    """The device's own name, and the shared one: who else has that is no trouble."""

    def __init__(self, own: Publisher, shared: Publisher) -> None:
        self._own, self._shared = own, shared

    def publish(self, host: str, ips: Iterable[Address]) -> None:
        wanted = tuple(ips)
        self._own.publish(host, wanted)
        self._shared.publish(SHARED if host else "", wanted)

    def trouble(self) -> str:
        self._shared.trouble()  # asked, so that it is tried again
        return self._own.trouble()

    def close(self) -> None:
        self._own.close()
        self._shared.close()


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
        by_avahi = runs(self._avahi) and shutil.which("avahi-publish") is not None
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


def runs(avahi: Path) -> bool:
    """True where avahi's daemon answers at its socket: the file alone may outlive it."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as line:
        line.settimeout(1)
        return line.connect_ex(str(avahi)) == 0


def commands(host: str, ips: Sequence[Address], *, by_avahi: bool) -> list[list[str]]:
    """What to run, side by side. Each ends with the process that started it, however that ends.

    For the shared name there is nothing to run without avahi: who answers for the own one does.
    """
    with_us = ["setpriv", "--pdeathsig", "TERM"]
    digits = [str(each) for each in ips]
    if by_avahi and host == SHARED:
        return [[*with_us, "sh", "-c", _UNLESS_ANOTHER, host, each] for each in digits]
    if by_avahi:
        return [[*with_us, "avahi-publish", "-a", "-R", host, each] for each in digits]
    if host == SHARED:
        return []
    return [[*with_us, sys.executable, "-m", "dashboard.network.answering", host, *digits]]


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
    if status == CONFLICT or _TAKEN in told.lower():
        return (
            f"Another device on this network answers to {host}. This one keeps its name: "
            "open the page by its address until the other is gone."
        )
    reason = told.rpartition("\n")[2] or f"status {status}"
    return (
        f"The name {host} cannot be published ({reason}). "
        "Open the page by its address; it is tried again every half minute."
    )
