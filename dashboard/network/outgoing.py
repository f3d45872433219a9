"""What this device's own processes send to the internet, as the kernel knows their connections.

Nothing of ours calls anybody there. This looks whether that is so: it sees what a library does,
too, which asks nobody here.
"""

import os
import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from core.access.socket_diag import TCP, aligned, asked
from core.network.local_addresses import Address, is_public
from dashboard.network.counter import SentCounter, sent_of

_WANTED = struct.Struct("=BBBBI48x")
_INFO = 2
_CONNECTED = sum(1 << state for state in (1, 4, 5, 8, 9, 11))
"""Every state in which something may still be sent: established, and closing (tcp_states.h)."""

_MESSAGE = struct.Struct("=BBBB 4x 16x 16s 4x Q 12x II")
"""struct inet_diag_msg of linux/inet_diag.h: family, the other side, cookie, user, inode."""

_ATTRIBUTE = struct.Struct("=HH")
_OWN = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class Line:
    """A TCP connection of this machine. `cookie` is the kernel's, and no other's while it runs."""

    cookie: int
    uid: int
    inode: int
    to: Address
    sent_bytes: int


class Outgoing:
    """Counts what goes to public addresses, by looking now and then.

    Of every process of this user where the user `is_ours_alone` (under the units), else of this
    process: other programs of the same person call whom they like.
    """

    def __init__(self, counter: SentCounter, *, is_ours_alone: bool) -> None:
        self._counter, self._is_ours_alone = counter, is_ours_alone
        self._seen: dict[int, int] = {}

    def look(self) -> None:
        """Count what was sent since the last look. Raises OSError where the kernel says nothing."""
        ours = {each.cookie: each.sent_bytes for each in self._ours()}
        for cookie, sent_bytes in ours.items():
            self._counter.count("internet", sent_bytes - self._seen.get(cookie, 0))
        self._seen = ours

    def _ours(self) -> list[Line]:
        public = [each for each in lines() if each.uid == os.getuid() and is_public(each.to)]
        if not public or self._is_ours_alone:
            return public
        inodes = _own_inodes()
        return [each for each in public if each.inode in inodes]


def lines() -> list[Line]:
    """Every TCP connection of this machine. Raises OSError."""
    return [
        _line(message)
        for family in (socket.AF_INET, socket.AF_INET6)
        for message in asked(_WANTED.pack(family, TCP, 1 << (_INFO - 1), 0, _CONNECTED), every=True)
    ]


def _line(message: bytes) -> Line:
    family, _, _, _, to, cookie, uid, inode = _MESSAGE.unpack_from(message)
    address = ip_address(to[:4] if family == socket.AF_INET else to)
    return Line(cookie, uid, inode, address, sent_of(_info_in(message)))


def _info_in(message: bytes) -> bytes:
    """The struct tcp_info behind a message; nothing where there is none."""
    at = _MESSAGE.size
    while at + _ATTRIBUTE.size <= len(message):
        length, kind = _ATTRIBUTE.unpack_from(message, at)
        if kind == _INFO:
            return message[at + _ATTRIBUTE.size : at + length]
        at += aligned(max(length, _ATTRIBUTE.size))
    return b""


def _own_inodes() -> set[int]:
    """The sockets that this process has open."""
    found = set()
    for each in _OWN.iterdir():
        try:
            target = str(each.readlink())
        except OSError:  # closed in this instant
            continue
        if target.startswith("socket:["):
            found.add(int(target[8:-1]))
    return found
