"""Counts the bytes that leave this device, by whom they go to."""

import socket
import struct
import threading

from core.sent import Sent, Whom

_NOT_SENT, _SENT = struct.Struct("=I"), struct.Struct("=Q")
_NOT_SENT_AT, _SENT_AT = 144, 200
_INFO_BYTES = 256
"""tcpi_notsent_bytes and tcpi_bytes_sent in struct tcp_info of linux/tcp.h (since Linux 4.19)."""


class SentCounter:
    """What was sent so far. Any thread may count."""

    def __init__(self, so_far: Sent | None = None) -> None:
        self._lock = threading.Lock()
        self._sent = so_far or Sent()

    @property
    def now(self) -> Sent:
        return self._sent

    def count(self, whom: Whom, sent_bytes: int) -> None:
        """So many bytes more."""
        if sent_bytes > 0:
            with self._lock:
                self._sent = self._sent.with_more(whom, sent_bytes)


def sent_on(line: socket.socket) -> int:
    """The bytes that this connection has sent and is about to; 0 where the kernel does not say.

    As they are on the wire: TLS and its handshake counted, and what had to be sent twice; without
    the headers of TCP and IP.
    """
    try:
        info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    except OSError:  # closed already
        return 0
    return sent_of(info)


def sent_of(info: bytes) -> int:
    """The same out of a struct tcp_info."""
    if len(info) < _SENT_AT + _SENT.size:
        return 0
    return int(_SENT.unpack_from(info, _SENT_AT)[0] + _NOT_SENT.unpack_from(info, _NOT_SENT_AT)[0])
