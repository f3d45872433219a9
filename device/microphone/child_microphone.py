"""The microphone, read by a child process that is killed and started anew when frames stop.

A hung stream may never return from its close, and PortAudio sees a replugged device only when it
begins afresh; a child costs one fork and mends both.
"""

import contextlib
import fcntl
import json
import os
import select
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from core import log
from device.ports import Fault, FromMicrophone

from .blocks import Blocks
from .conversion import Channel, Form, Intake
from .faults import MicrophoneFault, fault
from .losses import Account
from .sound_cards import CARDS, Card, card

__all__ = ["FIRST_S", "ChildMicrophone", "MicrophoneFault"]

SILENT_S = 2.0
"""A child that brings nothing for this long is ended: blocks come every 0.1 s."""

FIRST_S = 10.0
"""The longest that its first block may take: PortAudio looks at every device there is."""

DIES_S = 3.0
"""How long a killed child is waited for; one that a driver holds is left to the kernel."""

HEAD_BYTES = 5
"""One of kind, four of length."""

STAMP = struct.Struct("<d")

PIPE_BYTES = 1 << 20
"""What the kernel holds while this process is not let run: half a minute at 16 kHz, 3 s of the
largest form. It is the most that anybody may ask for, and taken up only as it is needed."""

AGAIN_AFTER_S = (0.0, 1.0, 2.0, 5.0, 10.0)
"""Pauses before a new try; the last one is repeated."""

Deliver = Callable[[FromMicrophone], None]


@dataclass(frozen=True, slots=True)
class Tuning:
    """Gain and channel for whatever device is found. `gain_db` None: by its card."""

    gain_db: float | None = None
    channel: Channel = "auto"
    cards: Sequence[Card] = CARDS

    def intake(self, name: str, form: Form) -> Intake:
        known = card(name, self.cards)
        by_card_db = 0.0 if known is None else known.gain_db
        gain_db = by_card_db if self.gain_db is None else self.gain_db
        return Intake(form, gain_db=gain_db, channel=self.channel)

    def asked(self, device: str | None) -> str:
        """The JSON that the child takes as its argument."""
        cards = [(each.pattern, each.format, each.channels, each.rate_hz) for each in self.cards]
        channels = 1 if self.channel == "auto" else 2
        return json.dumps({"device": device, "channels": channels, "cards": cards})


class ChildMicrophone:
    """A microphone that a child reads. It is tried for ever; errors are delivered as Faults."""

    def __init__(
        self,
        device: str | None = None,
        command: Sequence[str] | None = None,
        tuning: Tuning | None = None,
    ) -> None:
        self.name = device or "the default microphone"
        self._tuning = tuning or Tuning()
        own = [sys.executable, "-m", "device.microphone.child", self._tuning.asked(device)]
        self._command = list(command or own)
        self._listening: _Listening | None = None

    def start(self, deliver: Deliver) -> None:
        self._listening = _Listening(self._command, self._tuning, self._is_called, deliver)
        self._listening.thread.start()

    def stop(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.stop()

    def hurry(self) -> None:
        listening = self._listening
        if listening is not None:
            listening.ask(b"h")

    def relax(self, *, on: bool) -> bool:
        listening = self._listening
        if listening is not None:
            listening.pace(relaxed=on)
        return on

    def _is_called(self, name: str) -> None:
        self.name = name


class _Listening:
    """The time from start to stop: one child after the other, one account of what they lost."""

    def __init__(
        self,
        command: Sequence[str],
        tuning: Tuning,
        is_called: Callable[[str], None],
        deliver: Deliver,
    ) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self._command = command
        self._tuning = tuning
        self._is_called = is_called
        self._deliver = deliver
        self._account = Account()
        self._pace = b"a"
        self._stopped = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        self._stopped.set()
        child = self._child
        if child is not None:
            child.kill()
        self.thread.join(DIES_S + 1)

    def pace(self, *, relaxed: bool) -> None:
        """Ask for each block as it comes, or for several at once; of the next child as well."""
        self._pace = b"r" if relaxed else b"a"
        self.ask(self._pace)

    def ask(self, what: bytes) -> None:
        """Send the child a request; `child` lists them."""
        child = self._child
        if child is not None and child.stdin is not None:
            with contextlib.suppress(OSError, ValueError):  # it has ended, or is just ending
                child.stdin.write(what)

    def _run(self) -> None:
        tries = 0
        while not self._stopped.wait(AGAIN_AFTER_S[min(tries, len(AGAIN_AFTER_S) - 1)]):
            tries = 0 if self._try_child() else tries + 1

    def _try_child(self) -> bool:
        """True if one child brought sound. Any error is delivered: this thread must not end."""
        try:
            return self._run_child()
        except Exception as error:  # noqa: BLE001 - no process, no memory, nonsense in the pipe
            log.get_log().error("microphone_thread_failed", exc_info=error)
            if not self._stopped.is_set():
                self._deliver(Fault(fault({"code": "microphone_failed"})))
            return False

    def _run_child(self) -> bool:
        """Run one child to its end; True if it brought sound."""
        child = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        assert child.stdout is not None
        assert child.stdin is not None
        with contextlib.suppress(OSError):  # the kernel's limit for this user is lower
            fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._child = child
        try:
            return self._pass_on(child.stdout)
        finally:
            self._child = None
            child.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(DIES_S)
            child.stdin.close()
            child.stdout.close()

    def _pass_on(self, pipe: IO[bytes]) -> bool:
        blocks: Blocks | None = None
        brought, overflowed, wrong = False, False, None
        messages = _Messages(pipe.fileno())
        while wrong is None and not self._stopped.is_set():
            kind, content = messages.next(SILENT_S if brought else FIRST_S)
            if kind in {b"S", b"N"} and blocks is not None:
                brought = True
                self._give(blocks, content, overflowed=overflowed, hurried=kind == b"N")
                overflowed = False
            elif kind == b"O":
                overflowed = True
            elif kind == b"H":
                blocks = self._begun(json.loads(content))
            else:
                wrong = json.loads(content) if kind == b"F" else {"code": "microphone_silent"}
        self._end(blocks, wrong)
        return brought

    def _begun(self, head: dict[str, Any]) -> Blocks:
        self._is_called(str(head["name"]))
        self.ask(self._pace)
        form = Form(int(head["rate_hz"]), int(head["channels"]), str(head["format"]))
        return Blocks(form, self._tuning.intake(str(head["name"]), form), self._account)

    def _give(self, blocks: Blocks, content: bytes, *, overflowed: bool, hurried: bool) -> None:
        (stamped_s,) = STAMP.unpack_from(content)
        raw = content[STAMP.size :]
        for block in blocks.take(raw, stamped_s, overflowed=overflowed, hurried=hurried):
            self._deliver(block)

    def _end(self, blocks: Blocks | None, wrong: dict[str, Any] | None) -> None:
        """Deliver the rest of the sound, then why there is no more; nothing after a stop."""
        if self._stopped.is_set() or wrong is None:
            return
        for block in blocks.finish() if blocks is not None else ():
            self._deliver(block)
        self._deliver(Fault(fault(wrong)))


class _Messages:
    """Reads messages from the pipe, each with a time limit."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._held = b""

    def next(self, patience_s: float) -> tuple[bytes, bytes]:
        """A kind and a content; `silent` where none came in time, `ended` at the pipe's end."""
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
