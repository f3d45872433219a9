"""A button behind /dev/input/event*: a Bluetooth shutter, a foot switch, a single-switch interface.

The kernel's own records are read, since the package that wraps them has no wheel for the Pi.
"""

import contextlib
import errno
import fcntl
import os
import select
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core import log
from core.errors import UserError
from device.ports import Edge

RECORD = struct.Struct("llHHi")
"""`struct input_event`: seconds, microseconds, type, code, value. 24 bytes where a long has 64
bits, 16 where it has 32."""

EVIOCSCLOCKID = 0x400445A0
"""Which clock stamps the records: from <linux/input.h>, _IOW('E', 0xa0, int)."""

EVIOCGRAB = 0x40044590
"""Nobody else gets the records: _IOW('E', 0x90, int). A shutter's key is the volume key."""

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
UP, DOWN = 0, 1

RECORDS_AT_ONCE = 64

AGAIN_AFTER_S = 2.0
"""How often a device that is not there is looked for. Bluetooth needs longer to come back."""

Open = Callable[[Path], int]


class InputUnusable(UserError):
    """An input device may not be read."""

    code = "input_unusable"


@dataclass(slots=True)
class Keys:
    """The keys of one button, which is down while any of them is: records in, edges out.

    A shutter may send two keys at one press, so a key for itself is no edge. `key` None: any key.
    """

    key: int | None = None
    _down: set[int] = field(default_factory=set)

    def edges(self, raw: bytes) -> Iterator[Edge]:
        """The edges in whole records, with the kernel's times; autorepeat makes none.

        Where the kernel dropped records, the button counts as released: a key whose release was
        dropped would else be down for ever.
        """
        for seconds, microseconds, kind, code, value in RECORD.iter_unpack(raw):
            at_s = seconds + microseconds / 1e6
            if (kind, code) == (EV_SYN, SYN_DROPPED):
                yield from self.release_all(at_s)
            elif kind == EV_KEY and self.key in {None, code}:
                yield from self._turn(code, value, at_s)

    def release_all(self, at_s: float) -> Iterator[Edge]:
        """An edge up if the button is down: the device has gone, or records were dropped."""
        if self._down:
            self._down.clear()
            yield Edge(down=False, at_s=at_s)

    def _turn(self, code: int, value: int, at_s: float) -> Iterator[Edge]:
        was_down = bool(self._down)
        if value == DOWN:
            self._down.add(code)
        elif value == UP:
            self._down.discard(code)
        if bool(self._down) != was_down:
            yield Edge(down=not was_down, at_s=at_s)


class InputButton:
    """A button that reads an input device, in a thread of its own; waits for one that is away.

    `start` raises InputUnusable only where the device is there and may not be read, which only
    the wearer can mend. One that is not there yet is no error: a Bluetooth device that saves its
    battery comes back when it is pressed.
    """

    def __init__(self, path: Path, key: int | None = None, open_device: Open | None = None) -> None:
        self._path = path
        self._key = key
        self._open = open_device or _open
        self._stop: int | None = None
        self._thread: threading.Thread | None = None

    def start(self, deliver: Callable[[Edge], None]) -> None:
        try:
            device: int | None = self._open(self._path)
        except PermissionError as error:
            raise _forbidden(self._path) from error
        except OSError as error:
            device = None
            log.get_log().info("input_awaited", reason=errno.errorcode.get(error.errno or 0))
        stopping, self._stop = os.pipe()
        self._thread = threading.Thread(
            target=self._run, args=(device, stopping, deliver), daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._stop is None or self._thread is None:
            return
        os.close(self._stop)
        self._thread.join(2.0)
        self._stop = self._thread = None

    def _run(self, device: int | None, stopping: int, deliver: Callable[[Edge], None]) -> None:
        """Read, and wait for the device, until the other end of `stopping` is closed."""
        try:
            while True:
                if device is not None and not self._read(device, stopping, deliver):
                    return
                device = None
                if select.select([stopping], [], [], AGAIN_AFTER_S)[0]:
                    return
                with contextlib.suppress(OSError):  # still away
                    device = self._open(self._path)
        finally:
            os.close(stopping)

    def _read(self, device: int, stopping: int, deliver: Callable[[Edge], None]) -> bool:
        """Read until the device goes (True) or the button is stopped (False)."""
        keys = Keys(self._key)
        try:
            while stopping not in select.select([device, stopping], [], [])[0]:
                raw = _records(device)
                if not raw:
                    for edge in keys.release_all(time.monotonic()):
                        deliver(edge)
                    log.get_log().info("input_gone")
                    return True
                for edge in keys.edges(raw):
                    deliver(edge)
        finally:
            os.close(device)
        return False


def _records(device: int) -> bytes:
    """Whole records, as the kernel hands them over; none where the device has gone."""
    try:
        return os.read(device, RECORD.size * RECORDS_AT_ONCE)
    except OSError as error:
        if error.errno != errno.ENODEV:
            log.get_log().warning("input_failed", reason=errno.errorcode.get(error.errno or 0))
        return b""


def _open(path: Path) -> int:
    device = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.ioctl(device, EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
        fcntl.ioctl(device, EVIOCGRAB, 1)
    except OSError:
        os.close(device)
        raise
    return device


def _forbidden(path: Path) -> InputUnusable:
    return InputUnusable(
        f"The button at {path} may not be read by this user.",
        advice="Run `sudo usermod -aG input $USER`, then log in again.",
    )
