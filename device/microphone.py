"""The microphone, read by a child process that is killed and started anew when frames stop.

A hung stream may never return from its close, and PortAudio sees a replugged device only when it
begins afresh; a child costs one fork and mends both.
"""

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO

import numpy as np

from core.audio import RATE_HZ, Pcm
from core.errors import UserError

from .ports import Block, Fault, FromMicrophone

SILENT_S = 2.0
"""A child that brings nothing for this long is ended: blocks come every 0.1 s."""

FIRST_S = 10.0
"""So long may its first block take: PortAudio looks at every device there is."""

HEAD_BYTES = 5
"""One of kind, four of length."""

AGAIN_AFTER_S = (0.0, 1.0, 2.0, 5.0, 10.0)
"""Pauses before a new try; the last one is repeated."""


class MicrophoneFault(UserError):
    """No sound comes, and why."""

    code = "microphone"


_FAULTS = {
    "no_portaudio": (
        "The PortAudio library is not installed, so no microphone can be read.",
        "Install it: sudo apt-get install libportaudio2.",
    ),
    "no_microphone": (
        "There is no microphone on this machine.",
        "Plug one in; capture goes on by itself when it is there.",
    ),
    "microphone_busy": (
        "Another program holds the microphone.",
        "Close that program; capture goes on by itself.",
    ),
    "microphone_silent": (
        "The microphone stopped sending sound.",
        "It is being started anew; if this stays, unplug it and plug it in again.",
    ),
    "microphone_failed": (
        "The microphone cannot be read.",
        "Unplug it and plug it in again; capture goes on by itself.",
    ),
}


class ChildMicrophone:
    """The parent's side. Tries for ever; what is wrong meanwhile is delivered as a Fault."""

    def __init__(self, device: str | None = None, command: Sequence[str] | None = None) -> None:
        self.name = device or "the default microphone"
        own = [sys.executable, "-m", "device.microphone_child", *([device] if device else [])]
        self._command = list(command or own)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._last_s: float | None = None  # when the last block came, whichever child brought it

    def start(self, deliver: Callable[[FromMicrophone], None]) -> None:
        self._thread = threading.Thread(target=self._run, args=(deliver,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        child = self._child
        if child is not None:
            child.kill()
        if self._thread is not None:
            self._thread.join(5.0)

    def _run(self, deliver: Callable[[FromMicrophone], None]) -> None:
        tries = 0
        while not self._stopped.wait(AGAIN_AFTER_S[min(tries, len(AGAIN_AFTER_S) - 1)]):
            blocks = self._run_child(deliver)
            tries = 0 if blocks else tries + 1

    def _run_child(self, deliver: Callable[[FromMicrophone], None]) -> int:
        """One child's life; how many blocks it brought."""
        child = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self._child = child
        assert child.stdout is not None
        try:
            return self._pass_on(child.stdout, deliver)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
            self._child = None

    def _pass_on(self, pipe: IO[bytes], deliver: Callable[[FromMicrophone], None]) -> int:
        blocks, overflowed, patience_s = 0, False, FIRST_S
        reader = _Messages(pipe.fileno())
        while not self._stopped.is_set():
            kind, content = reader.next(patience_s)
            if kind == b"S" and content:
                pcm = np.frombuffer(content, "<i2").astype(np.int16, copy=False)
                deliver(self._block(pcm, first=blocks == 0, overflowed=overflowed))
                blocks, overflowed, patience_s = blocks + 1, False, SILENT_S
            elif kind == b"O":
                overflowed = True
            elif kind == b"H":
                self.name = str(json.loads(content)["name"])
            elif kind == b"F":
                deliver(Fault(_fault(str(json.loads(content)["code"]))))
                break
            elif kind in {b"silent", b"ended"}:
                if not self._stopped.is_set():
                    deliver(Fault(_fault("microphone_silent")))
                break
        return blocks

    def _block(self, pcm: Pcm, *, first: bool, overflowed: bool) -> Block:
        """Stamp a block. What was lost is what the clock misses, where a loss is known of."""
        arrived_s = time.monotonic()
        lost = 0
        if self._last_s is not None and (first or overflowed):
            lost = max(0, round((arrived_s - self._last_s) * RATE_HZ) - len(pcm))
        self._last_s = arrived_s
        return Block(pcm, arrived_s, lost)


class _Messages:
    """The messages of the pipe, each awaited with patience."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._held = b""

    def next(self, patience_s: float) -> tuple[bytes, bytes]:
        """Kind and content; kind `silent` where none came in time, `ended` at the pipe's end."""
        while True:
            if len(self._held) >= HEAD_BYTES:
                end = HEAD_BYTES + int.from_bytes(self._held[1:5], "little")
                if len(self._held) >= end:
                    kind, content = self._held[:1], self._held[HEAD_BYTES:end]
                    self._held = self._held[end:]
                    return kind, content
            if not select.select([self._descriptor], [], [], patience_s)[0]:
                return b"silent", b""
            more = os.read(self._descriptor, 65536)
            if not more:
                return b"ended", b""
            self._held += more


def _fault(code: str) -> MicrophoneFault:
    sentence, advice = _FAULTS.get(code, _FAULTS["microphone_failed"])
    return MicrophoneFault(sentence, advice=advice)
