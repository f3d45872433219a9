"""Who is at the other end of a connection, as the kernel tells it: no other user may ask.

A Unix socket's peer is known by SO_PEERCRED, whatever the folder's mode allows. A TCP
connection over loopback has a row at its other end, too, with the user who opened it.
"""

import socket
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from .private import is_ours_or_roots
from .socket_diag import TCP, asked

_CREDENTIALS = struct.Struct("3i")
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_ESTABLISHED = 1

_WANTED = struct.Struct("=BBBBI")
_ENDS = struct.Struct("!HH16s16s")
_NO_INTERFACE_NO_COOKIE = struct.pack("=III", 0, 0xFFFF_FFFF, 0xFFFF_FFFF)
_STATE_AT = 1
_USER_AND_INODE = struct.Struct("=II")
_USER_AT = 64
"""struct inet_diag_req_v2 and struct inet_diag_msg of linux/inet_diag.h."""

Address = tuple[str, int]
"""A host in digits, with its zone where it is good on one link alone; and a port."""


@dataclass(frozen=True, slots=True)
class Row:
    """A TCP connection as its owner's end has it: the state, the user, the socket's inode.

    An inode of 0 is an end that its process has closed: the row's user is then nobody's.
    """

    state: int
    uid: int
    inode: int


def is_trusted_caller(caller: socket.socket) -> bool:
    """True where this user, or root, is at the other end of a Unix socket's connection."""
    told = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(told)
    return is_ours_or_roots(uid)


def is_trusted_visitor(visitor: Address, here: Address) -> bool:
    """True where this user, or root, opened the connection that came from `visitor` to `here`.

    For loopback alone: of another machine there is no row, and so no trust.
    """
    return may_enter(_rows(visitor, here))


def may_enter(rows: Iterable[Row]) -> bool:
    """True where one of the rows of the other end is a living connection of ours or root's. Pure.

    Who posts and hangs up at once leaves a row of user 0 and inode 0; that is not root's.
    """
    return any(
        row.state == _ESTABLISHED and row.inode != 0 and is_ours_or_roots(row.uid) for row in rows
    )


def _rows(visitor: Address, here: Address) -> list[Row]:
    """The rows of exactly this connection, seen from the visitor's end.

    Asked of the kernel it is 0.012 ms; looked for in its tables, 11 to 18 (x86, a table of
    262,144 places), which is for a system that does not let us ask.
    """
    try:
        return _asked_rows(visitor, here)
    except OSError:
        return listed_rows(visitor, here)


def _asked_rows(visitor: Address, here: Address) -> list[Row]:
    """Raises OSError where the kernel may not be asked."""
    family = socket.AF_INET6 if ":" in visitor[0] else socket.AF_INET
    ours, theirs = (
        socket.inet_pton(family, host).ljust(16, b"\0") for host in (visitor[0], here[0])
    )
    wanted = _WANTED.pack(family, TCP, 0, 0, 0xFFFF_FFFF)
    ends = _ENDS.pack(visitor[1], here[1], ours, theirs) + _NO_INTERFACE_NO_COOKIE
    try:
        (told,) = asked(wanted + ends, every=False)
    except FileNotFoundError:  # there is no such connection
        return []
    uid, inode = _USER_AND_INODE.unpack_from(told, _USER_AT)
    return [Row(state=told[_STATE_AT], uid=uid, inode=inode)]


def listed_rows(visitor: Address, here: Address) -> list[Row]:
    """The same out of the kernel's tables of all connections."""
    ends = {f" {_hex(visitor, mapped=m)} {_hex(here, mapped=m)} " for m in (False, True)}
    found = []
    for table in _TABLES:
        try:
            lines = table.read_text(encoding="ascii").splitlines()
        except OSError:  # a kernel without IPv6 has no such table
            continue
        for line in lines:
            if any(each in line for each in ends):
                fields = line.split()
                found.append(Row(int(fields[3], 16), int(fields[7]), int(fields[9])))
    return found


def _hex(address: Address, *, mapped: bool) -> str:
    """An address as the kernel's tables write it; `mapped`, as a socket of IPv6 has IPv4's."""
    host = ip_address(address[0])
    if mapped and host.version == 4:  # noqa: PLR2004 - of the Internet Protocol
        host = IPv6Address(f"::ffff:{host}")
    packed = host.packed
    words = [packed[at : at + 4] for at in range(0, len(packed), 4)]
    digits = "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
    return f"{digits}:{address[1]:04X}"
