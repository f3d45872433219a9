"""A coin vibration motor and a buzzer, on GPIO pins."""

from collections.abc import Callable, Iterator
from functools import partial

from core.errors import UserError
from core.settings import DeviceSettings
from device.pins import Factory, build_all, claim

from .patterns import Motor, Steps
from .player import Player


class PinMotor:
    """A motor or buzzer that runs while its pin is high.

    A motor draws more than a pin can give, and needs its transistor and diode (docs/wiring.md);
    a buzzer must be an active one, which needs no tone.
    """

    def __init__(self, part: str, pin: int, factory: Factory | None = None) -> None:
        self._device = claim(
            part, pin, factory, lambda g, pins: g.DigitalOutputDevice(pin, pin_factory=pins)
        )
        self._player = Player(part, self._device.off)

    def play(self, steps: Steps) -> None:
        self._player.play(steps, self._device.on)

    def stop(self) -> None:
        self._player.stop()
        if not self._device.closed:
            self._device.off()
            self._device.close()


def motors(
    device: DeviceSettings, factory: Factory | None = None
) -> tuple[list[Motor], list[UserError]]:
    """Every motor and buzzer that the settings name and that works; and why another does not."""
    return build_all(_named(device, factory))


def _named(device: DeviceSettings, factory: Factory | None) -> Iterator[Callable[[], Motor]]:
    for part, pin in (("motor", device.motor_pin), ("buzzer", device.buzzer_pin)):
        if pin is not None:
            yield partial(PinMotor, part, pin, factory)
