"""Open files that one process hands to another over a Unix socket (SCM_RIGHTS).

asyncio's lines read bytes alone, and a file that comes with them would be lost. So these sockets
read both, and hold the file until somebody takes it or the line ends.
"""

import array
import os
import socket
from typing import Any

_BYTES = array.array("i").itemsize

_SPACE = socket.CMSG_SPACE(_BYTES)
"""For one file. It is padded, so that a second may come with it; the kernel closes the others."""


class ListeningForFiles(socket.socket):
    """A Unix socket whose callers may hand in a file, one at a time."""

    def __init__(self) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self._lines: dict[int, _LineWithFile] = {}

    def accept(self) -> tuple[socket.socket, Any]:
        plain, address = super().accept()
        line = _LineWithFile(plain.detach(), self._lines)
        return line, address

    def take(self, line: int) -> int | None:
        """The file that came last over the line with this number; the taker closes it."""
        held = self._lines.get(line)
        return None if held is None else held.take()


class _LineWithFile(socket.socket):
    """One caller's line. Only the file that came last is held."""

    def __init__(self, number: int, lines: "dict[int, _LineWithFile]") -> None:
        super().__init__(fileno=number)
        self._file: int | None = None
        self._lines = lines
        lines[number] = self

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        data, ancillary, _, _ = self.recvmsg(bufsize, _SPACE, flags | socket.MSG_CMSG_CLOEXEC)
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                for file in array.array("i", content[: len(content) // _BYTES * _BYTES]):
                    self._hold(file)
        return data

    def take(self) -> int | None:
        file, self._file = self._file, None
        return file

    def close(self) -> None:
        if self._lines.get(self.fileno()) is self:
            del self._lines[self.fileno()]
        self._drop()
        super().close()

    def _hold(self, file: int) -> None:
        self._drop()
        self._file = file

    def _drop(self) -> None:
        file = self.take()
        if file is not None:
            os.close(file)
