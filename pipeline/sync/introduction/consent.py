"""What the wearer says: Enter or `n` at the terminal, or a press at the device."""

import asyncio
import contextlib
import os
import sys
import termios
import time
from pathlib import Path
from typing import Protocol, TextIO

from core.errors import UserError
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere

_PATIENCE_S = 5.0


class Consent(Protocol):
    """Asks the wearer of this side."""

    async def ask(self) -> bool:
        """True for yes. Returns once something was said, however long that takes."""


class SaidBefore:
    """`--yes`: who started this has said so."""

    async def ask(self) -> bool:
        return True


class AtThisMachine:
    """The first of both that says something counts; what was said before it was asked does not."""

    def __init__(self, capture_socket: Path, shown_s: float, stdin: TextIO | None = None) -> None:
        """`shown_s` is how long the device's light may show that it waits for a press."""
        self._capture, self._shown_s = capture_socket, shown_s
        self._stdin = sys.stdin if stdin is None else stdin

    @property
    def has_terminal(self) -> bool:
        return self._stdin is not None and self._stdin.isatty()

    @property
    def has_button(self) -> bool:
        return socket_client.answers(self._capture)

    async def ask(self) -> bool:
        asked = [asyncio.create_task(self._press())]
        if self.has_terminal:
            asked.append(asyncio.create_task(self._typed()))
        try:
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for each in asked:
                each.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
            await self._show(0.0)

    async def _typed(self) -> bool:
        file = self._stdin.fileno()
        termios.tcflush(file, termios.TCIFLUSH)
        said: asyncio.Queue[bytes] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        loop.add_reader(file, lambda: said.put_nowait(_read(file)))
        try:
            typed = b""
            while True:
                piece = await said.get()
                if not piece:  # the terminal is gone: only a press can say something
                    loop.remove_reader(file)
                    await asyncio.Event().wait()
                *lines, typed = (typed + piece).split(b"\n")
                for line in lines:
                    if (answer := _answer(line)) is not None:
                        return answer
        finally:
            loop.remove_reader(file)

    async def _press(self) -> bool:
        """True with the next press; never returns where none can come."""
        since_s = time.monotonic()
        with contextlib.suppress(NobodyThere, UserError):
            events = socket_client.events(self._capture, levels=False)
            async with contextlib.aclosing(events) as told:
                async for event in told:
                    match event:
                        case {"event": "subscribed"}:
                            await self._show(self._shown_s)
                        case {"event": "pressed", "at_s": float(at_s), "by": by}:
                            if by != "phone" and at_s > since_s:
                                return True
        await asyncio.Event().wait()
        return False

    async def _show(self, for_s: float) -> None:
        request = {"do": "pairing", "for_s": for_s}
        with contextlib.suppress(NobodyThere, UserError):
            await asyncio.to_thread(
                socket_client.ask, self._capture, request, patience_s=_PATIENCE_S
            )


def _read(file: int) -> bytes:
    try:
        return os.read(file, 4096)
    except OSError:
        return b""


def _answer(line: bytes) -> bool | None:
    said = line.strip().lower()
    if said in {b"", b"y", b"yes"}:
        return True
    return False if said in {b"n", b"no"} else None
