"""Lights on GPIO pins, and words in a terminal in place of one."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TextIO

from core.errors import SettingsWrong, UserError
from core.settings import DeviceSettings
from device.pins import Factory, build_all, claim

from .apa102 import SpiLight
from .patterns import RED_GREEN_BLUE, Light, Pattern, PatternName, dimmed
from .player import Player

_LINES: dict[PatternName, str] = {
    "taken": "taken",
    "kept": "kept",
    "refused": "refused",
    "paused": "paused",
    "resumed": "resumed",
    "fault": "a fault",
}


class PinLight:
    """A light of one colour between a GPIO pin and ground."""

    def __init__(self, pin: int, factory: Factory | None = None, brightness: int = 100) -> None:
        self._led = claim("light", pin, factory, lambda g, pins: g.LED(pin, pin_factory=pins))
        self._brightness = brightness
        self._player = Player("light", self._led.off)

    def play(self, pattern: Pattern) -> None:
        self._player.play(dimmed(pattern.light, self._brightness), self._led.on)

    def stop(self) -> None:
        self._player.stop()
        if not self._led.closed:
            self._led.off()
            self._led.close()


class ColourLight:
    """Red, green and blue in one part, with a common cathode to ground."""

    def __init__(
        self,
        pins: tuple[int, int, int],
        factory: Factory | None = None,
        brightness: int = 100,
    ) -> None:
        named = ", ".join(map(str, pins))
        self._led = claim(
            "light", named, factory, lambda g, board: g.RGBLED(*pins, pwm=False, pin_factory=board)
        )
        self._brightness = brightness
        self._player = Player("light", self._led.off)

    def play(self, pattern: Pattern) -> None:
        on = partial(setattr, self._led, "value", RED_GREEN_BLUE[pattern.colour])
        self._player.play(dimmed(pattern.light, self._brightness), on)

    def stop(self) -> None:
        self._player.stop()
        if not self._led.closed:
            self._led.off()
            self._led.close()


class TerminalLight:
    """Words on a terminal in place of a light, for development."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._last: PatternName | None = None

    def play(self, pattern: Pattern) -> None:
        """Write a line for what happens; what lasts is written once."""
        if pattern.name in _LINES and not (pattern.every_s and pattern.name == self._last):
            print(f"\r{_LINES[pattern.name]}", file=self._stream, flush=True)
        self._last = pattern.name

    def stop(self) -> None:
        return


def lights(
    device: DeviceSettings, factory: Factory | None = None
) -> tuple[list[Light], list[UserError]]:
    """Every light that the settings name and that works; and why another does not."""
    return build_all(_named(device, factory))


def _named(device: DeviceSettings, factory: Factory | None) -> Iterator[Callable[[], Light]]:
    pins = (device.light_pin, device.light_green_pin, device.light_blue_pin)
    match pins:
        case (None, None, None):
            pass
        case (int(pin), None, None):
            yield partial(PinLight, pin, factory, device.brightness)
        case (int(red), int(green), int(blue)):
            yield partial(ColourLight, (red, green, blue), factory, device.brightness)
        case _:
            yield _half_a_colour_light
    if device.light_spi is not None:
        yield partial(SpiLight, device.light_spi, device.brightness)


def _half_a_colour_light() -> Light:
    raise SettingsWrong(
        "The light has some of its three pins, and not all.",
        advice="Set light_pin, light_green_pin and light_blue_pin, or light_pin alone.",
    )
