"""What the wearer sees: lights on pins, and words in a terminal."""

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from core.errors import SettingsWrong, UserError
from core.settings import DeviceSettings

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


class PinUnusable(UserError):
    """A pin of the board cannot be had."""

    code = "pin_unusable"


def pin_unusable(
    what: str, pin: int | str, error: Exception, devices: Path = Path("/dev")
) -> PinUnusable:
    """Why a pin cannot be had, and the next step. Every pin library raises its own errors."""
    chips = sorted(devices.glob("gpiochip*"))
    if type(error).__name__ == "GPIOPinInUse":
        why, advice = "has two uses", "Give each part a pin of its own in settings.toml."
    elif "busy" in str(error).lower():  # lgpio: 'GPIO busy'; another chip: EBUSY
        why = "is held by another program"
        advice = f"See which one and end it: sudo lsof {chips[0] if chips else '/dev/gpiochip0'}."
    elif isinstance(error, PermissionError) or _are_closed(chips):
        why = "may not be used by this user"
        advice = "Run `sudo usermod -aG gpio $USER`, then log in again."
    elif not chips:
        why = "is not there: this machine shows no pins"
        advice = "Take it out of settings.toml; only a Raspberry Pi has pins."
    else:
        why = f"cannot be used ({type(error).__name__})"
        advice = "Check its number in settings.toml."
    return PinUnusable(f"GPIO {pin}, of the {what}, {why}.", advice=advice)


def _are_closed(chips: list[Path]) -> bool:
    return bool(chips) and not any(os.access(each, os.R_OK | os.W_OK) for each in chips)


def claim(what: str, pin: int | str, factory: Any, make: Callable[[Any, Any], Any]) -> Any:  # noqa: ANN401
    """What `make` builds of gpiozero and of this factory's pins, or the board's own.

    Raises PinUnusable.
    """
    import gpiozero  # noqa: PLC0415 - only a board has pins

    try:
        return make(gpiozero, factory or _the_boards(gpiozero))
    except Exception as error:  # every pin library raises its own
        raise pin_unusable(what, pin, error) from error


def _the_boards(gpiozero: Any) -> Any:  # noqa: ANN401 - it has no types
    with warnings.catch_warnings():
        # It tries one library after the other and warns of each; we tell what came of it.
        warnings.simplefilter("ignore")
        gpiozero.Device.ensure_pin_factory()
    return gpiozero.Device.pin_factory


class PinLight:
    """A light of one colour between a GPIO pin and ground."""

    def __init__(self, pin: int, factory: Any = None, brightness: int = 100) -> None:  # noqa: ANN401
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
        factory: Any = None,  # noqa: ANN401
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
    """The same in words, where somebody watches."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._last: PatternName | None = None

    def play(self, pattern: Pattern) -> None:
        """A line for what happens; what stands is told once."""
        if pattern.name in _LINES and not (pattern.every_s and pattern.name == self._last):
            print(f"\r{_LINES[pattern.name]}", file=self._stream, flush=True)
        self._last = pattern.name

    def stop(self) -> None:
        return


def lights(
    device: DeviceSettings,
    factory: Any = None,  # noqa: ANN401 - gpiozero's own
) -> tuple[list[Light], list[UserError]]:
    """Every light that the settings name and this machine has; and why another is missing."""
    found: list[Light] = []
    troubles: list[UserError] = []
    for make in _named(device, factory):
        try:
            found.append(make())
        except UserError as error:
            troubles.append(error)
    return found, troubles


def _named(device: DeviceSettings, factory: Any) -> Iterator[Callable[[], Light]]:  # noqa: ANN401
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
