"""Finds other installs on the local network, and has them find this one.

By avahi where that runs, since one responder on a machine is enough; else by a process of our own.
Each way is a child process: nothing of it is in the memory of who asks.
"""

import asyncio
import contextlib
import ipaddress
import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.access.peers import Address
from core.clock import Clock
from core.network.local_addresses import is_public

from .mdns import MOST_FOUND, SERVICE

AVAHI = Path("/run/avahi-daemon/socket")

ID_DIGITS = 16
"""Of the key: what is announced of an install, beside where it is."""

LOOKS_S = 2.0
"""How long others have to answer; most do within 120 ms."""

_TREE = Path(__file__).parents[3]
_PATIENCE_S = 15.0
"""For all that a search takes, those that do not answer included."""

_AGAIN_AFTER_S = 30.0
"""An announcement that ended may find its daemon again."""

_ID = re.compile("[0-9a-f]{16}")
_LONGEST_LINE = 4096
_AVAHI_COLUMNS = 10
_MOST_PORT = 65_535
_WITH_US = ("setpriv", "--pdeathsig", "TERM")
"""The child ends with the process that started it, however that ends."""


@dataclass(frozen=True, slots=True)
class Found:
    """An install that says it is there: the first digits of its key, which TLS proves later."""

    id: str
    address: Address


class Announcement:
    """Has others find this install while it is open. Nothing is waited for."""

    def __init__(self, clock: Clock, avahi: Path = AVAHI) -> None:
        self._clock, self._avahi = clock, avahi
        self._wanted: tuple[str, int, tuple[str, ...]] = "", 0, ()
        self._child: subprocess.Popen[bytes] | None = None
        self._again_s = float("-inf")

    def keep(self, key: str, port: int, hosts: Sequence[str]) -> None:
        """Be announced with these; call it again now and then, and where something changes."""
        wanted = key[:ID_DIGITS], port, tuple(hosts)
        if wanted != self._wanted:
            self.close()
            self._wanted, self._again_s = wanted, float("-inf")
        if self._child is not None and self._child.poll() is not None:
            self._child, self._again_s = None, self._clock.monotonic_s() + _AGAIN_AFTER_S
        if self._child is None and hosts and self._clock.monotonic_s() >= self._again_s:
            self._begin()

    @property
    def is_on(self) -> bool:
        """True while a child announces."""
        return self._child is not None and self._child.poll() is None

    def close(self) -> None:
        """Announce nothing any more."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait()
            self._child = None

    def _begin(self) -> None:
        command = announcing(*self._wanted, by_avahi=has_avahi(self._avahi, "avahi-publish"))
        try:
            self._child = subprocess.Popen(
                command,
                cwd=_TREE,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._again_s = self._clock.monotonic_s() + _AGAIN_AFTER_S


async def find(hosts: Sequence[str], avahi: Path = AVAHI, looks_s: float = LOOKS_S) -> list[Found]:
    """The installs that answer now, this one perhaps among them; none where nothing can be asked.

    It takes some seconds. Whoever is cancelled meanwhile leaves no process behind.
    """
    by_avahi = has_avahi(avahi, "avahi-browse")
    command = browsing(hosts, looks_s, by_avahi=by_avahi)
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            cwd=_TREE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            limit=_LONGEST_LINE,
        )
    except OSError:
        return []
    read = read_avahi if by_avahi else read_ours
    found: list[Found] = []
    try:
        async with asyncio.timeout(looks_s + _PATIENCE_S):
            assert child.stdout is not None
            while len(found) < MOST_FOUND and (line := await child.stdout.readline()):
                found += read(line)
    except (TimeoutError, ValueError):  # a line longer than any of ours
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    return list(dict.fromkeys(found))[:MOST_FOUND]


def has_avahi(path: Path, program: str) -> bool:
    """True where avahi's daemon answers at its socket, and this program to ask it is there."""
    if shutil.which(program) is None:
        return False
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as line:
        line.settimeout(1)
        return line.connect_ex(str(path)) == 0


def announcing(name: str, port: int, hosts: Sequence[str], *, by_avahi: bool) -> list[str]:
    """What to run while this install is to be found."""
    if by_avahi:
        return [*_WITH_US, "avahi-publish", "-s", name, SERVICE, str(port), f"id={name}"]
    return [*_WITH_US, *_ours("announce"), name, str(port), *hosts]


def browsing(hosts: Sequence[str], looks_s: float, *, by_avahi: bool) -> list[str]:
    """What to run to find others."""
    if by_avahi:
        return [*_WITH_US, "avahi-browse", "-rpt", SERVICE]
    return [*_WITH_US, *_ours("find"), str(looks_s), *hosts]


def read_avahi(line: bytes) -> list[Found]:
    """What one line of avahi-browse says; nothing for what is none, or not near."""
    columns = line.decode("utf-8", "replace").strip().split(";", _AVAHI_COLUMNS - 1)
    if len(columns) != _AVAHI_COLUMNS or columns[0] != "=":
        return []
    interface, host, port, text = columns[1], columns[7], columns[8], columns[9]
    named = re.search(r'"id=([^"]*)"', text)
    if host.startswith("fe80:"):
        host = f"{host}%{interface}"
    return list(_found(named[1] if named else "", [host], port))


def read_ours(line: bytes) -> list[Found]:
    """What one line of our own process says."""
    try:
        told = json.loads(line)
        return list(_found(told["id"], told["hosts"], told["port"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return []


def _found(name: object, hosts: Sequence[str], port: object) -> Iterator[Found]:
    """Only what can be: strangers may announce whatever they like."""
    digits = str(port)
    is_port = digits.isascii() and digits.isdigit() and 0 < int(digits) <= _MOST_PORT
    if not isinstance(name, str) or not _ID.fullmatch(name) or not is_port:
        return
    for host in hosts:
        if _is_near(host):
            yield Found(name, (host, int(digits)))


def _is_near(host: str) -> bool:
    try:
        return not is_public(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return False


def _ours(what: str) -> list[str]:
    return [sys.executable, "-m", "pipeline.sync.peers.mdns", what]
