"""The three APA102 lights of a ReSpeaker hat, by plain writes to their SPI device.

No `spidev` package has a wheel for aarch64, and none is needed: the kernel's character device
takes mode and speed by ioctl (linux/spi/spidev.h) and then bytes.

The frame is that of the data sheet (APA102C): 32 zero bits; for each light 111 and five bits of
brightness, then a byte each of blue, green, red. Its end, 32 one bits, is too short for a long
chain, would be white to a fourth light, and leaves an SK9822, which is sold as the same part, one
pattern behind. Zeros serve both: 32, and half a bit for each light (cpldcpu.com, 2016-12-13).
"""

import contextlib
import errno
import fcntl
import os
import stat
import struct
from functools import partial
from pathlib import Path

from core.errors import UserError

from .patterns import RED_GREEN_BLUE, Pattern
from .player import Player

LIGHTS = 3
"""On the hats for two microphones; the rest of a longer chain stays as it was: dark."""

MODE = 0
SPEED_HZ = 500_000
"""A frame of 21 bytes takes 0.3 ms; the lights would take 20 MHz, long wires would not."""

BRIGHTEST = 31
END_BYTES = 5

_SET_MODE = 0x40016B01  # _IOW('k', 1, __u8)
_SET_SPEED = 0x40046B04  # _IOW('k', 4, __u32)


class SpiUnusable(UserError):
    """The lights' SPI device cannot be used."""

    code = "spi_unusable"


class SpiLight:
    """All lights of the chain together, in one colour."""

    def __init__(self, path: Path, brightness: int = 100) -> None:
        self._descriptor: int | None = _opened(path)
        # Never 0: that would be off.
        self._brightness = max(1, round(BRIGHTEST * brightness / 100))
        self._player = Player("light", partial(self._write, (0, 0, 0), 0))

    def play(self, pattern: Pattern) -> None:
        on = partial(self._write, RED_GREEN_BLUE[pattern.colour], self._brightness)
        self._player.play(pattern.light, on)

    def stop(self) -> None:
        self._player.stop()
        if self._descriptor is not None:
            with contextlib.suppress(OSError):  # unplugged: nothing is left to darken
                self._write((0, 0, 0), 0)
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, colour: tuple[int, int, int], brightness: int) -> None:
        if self._descriptor is not None:
            os.write(self._descriptor, frame(colour, brightness))


def frame(colour: tuple[int, int, int], brightness: int, lights: int = LIGHTS) -> bytes:
    """The bytes that make every light show this colour; channels are 0 or 1, brightness to 31."""
    red, green, blue = (255 * channel for channel in colour)
    return bytes(4) + bytes((0xE0 | brightness, blue, green, red)) * lights + bytes(END_BYTES)


def _opened(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except OSError as error:
        raise _unusable(path, error) from error
    if not stat.S_ISCHR(os.fstat(descriptor).st_mode):
        return descriptor  # no device: the bytes are looked at, not shown
    try:
        fcntl.ioctl(descriptor, _SET_MODE, struct.pack("B", MODE))
        fcntl.ioctl(descriptor, _SET_SPEED, struct.pack("I", SPEED_HZ))
    except OSError as error:
        os.close(descriptor)
        raise _unusable(path, error) from error
    return descriptor


def _unusable(path: Path, error: OSError) -> SpiUnusable:
    if error.errno == errno.ENOENT:
        why = f"There is no {path}, so its lights stay dark."
        advice = "Switch SPI on: sudo raspi-config nonint do_spi 0, then restart."
    elif error.errno in {errno.EACCES, errno.EPERM}:
        why = f"The lights at {path} may not be used by this user."
        advice = "Run `sudo usermod -aG spi $USER`, then log in again."
    else:
        why = f"The lights at {path} cannot be used ({error.strerror})."
        advice = "Check light_spi in settings.toml: /dev/spidev0.1 on a ReSpeaker hat."
    return SpiUnusable(why, advice=advice)
