"""What the wearer feels, or hears: a coin vibration motor, a buzzer."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from core.errors import UserError
from core.settings import DeviceSettings

from .lights import claim
from .patterns import Motor, Steps
from .player import Player


class PinMotor:
    """Something that moves or sounds while its pin is high.

    A motor draws more than a pin can give, and needs its transistor and diode (docs/wiring.md);
    a buzzer must be an active one, which needs no tone.
    """

    def __init__(self, what: str, pin: int, factory: Any = None) -> None:  # noqa: ANN401 - gpiozero's own
        self._device = claim(
            what, pin, factory, lambda g, pins: g.DigitalOutputDevice(pin, pin_factory=pins)
        )
        self._player = Player(what, self._device.off)

    def play(self, steps: Steps) -> None:
        self._player.play(steps, self._device.on)

    def stop(self) -> None:
        self._player.stop()
        if not self._device.closed:
            self._device.off()
            self._device.close()


def motors(
    device: DeviceSettings,
    factory: Any = None,  # noqa: ANN401 - gpiozero's own
) -> tuple[list[Motor], list[UserError]]:
    """Whatever of the settings this machine has; and why the other is missing."""
    found: list[Motor] = []
    troubles: list[UserError] = []
    for make in _named(device, factory):
        try:
            found.append(make())
        except UserError as error:
            troubles.append(error)
    return found, troubles


def _named(device: DeviceSettings, factory: Any) -> Iterator[Callable[[], Motor]]:  # noqa: ANN401
    for what, pin in (("motor", device.motor_pin), ("buzzer", device.buzzer_pin)):
        if pin is not None:
            yield partial(PinMotor, what, pin, factory)
