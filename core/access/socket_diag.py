"""What the kernel tells of the sockets of this machine (sock_diag(7)), as the bytes it sends."""

import os
import socket
import struct
from collections.abc import Iterator

TCP = socket.IPPROTO_TCP

_SOCK_DIAG, _BY_FAMILY = 4, 20
_REQUEST, _DUMP = 0x001, 0x300
_ERROR, _DONE = 2, 3
_HEADER = struct.Struct("=IHHII")
_NUMBER = struct.Struct("=i")
_MOST_BYTES = 1 << 16
_WITHIN_S = 1.0


def asked(wanted: bytes, *, every: bool) -> Iterator[bytes]:
    """What is told of the socket that is wanted, or of every one: a struct inet_diag_msg each.

    Raises OSError; FileNotFoundError where there is no such socket.
    """
    flags = _REQUEST | (_DUMP if every else 0)
    header = _HEADER.pack(_HEADER.size + len(wanted), _BY_FAMILY, flags, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.settimeout(_WITHIN_S)
        kernel.sendto(header + wanted, (0, 0))
        is_over = False
        while not is_over:
            for kind, message in _messages(kernel.recv(_MOST_BYTES)):
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    (number,) = _NUMBER.unpack_from(message)
                    raise OSError(-number, os.strerror(-number))
                yield message
            is_over = not every


def aligned(length: int) -> int:
    """Where the next thing begins behind one of this length."""
    return (length + 3) & ~3


def _messages(told: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(told):
        length, kind, *_ = _HEADER.unpack_from(told, at)
        yield kind, told[at + _HEADER.size : at + length]
        at += aligned(length)
