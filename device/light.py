"""What the wearer sees: a light on a pin, or a line in the terminal."""

import sys
from typing import Any, TextIO

from core.errors import UserError

from .ports import Light, Signal

_BLINKS: dict[Signal, tuple[float, float, int]] = {
    "listening": (0.02, 0.0, 1),
    "taken": (0.1, 0.05, 1),
    "kept": (0.1, 0.1, 2),
    "refused": (0.6, 0.1, 1),
    "fault": (0.6, 0.3, 3),
}
"""How long on, how long off in seconds, how often."""

_LINES: dict[Signal, str] = {
    "taken": "taken",
    "kept": "kept",
    "refused": "refused",
    "fault": "a fault",
}

LISTENING_EVERY = 20
"""Blocks between two blinks: two seconds. It is fired by a block that has arrived, so that a
stopped loop leaves the light dark; the kernel would keep a steady one on for ever."""


class PinUnusable(UserError):
    """A pin of the board cannot be had."""

    code = "pin_unusable"


def pin_unusable(what: str, pin: int, error: Exception) -> PinUnusable:
    """Why a pin cannot be had, and the next step."""
    if isinstance(error, PermissionError):
        return PinUnusable(
            f"The {what} on GPIO {pin} may not be used by this user.",
            advice="Run `sudo usermod -aG gpio $USER`, then log in again.",
        )
    return PinUnusable(
        f"The {what} on GPIO {pin} cannot be used ({type(error).__name__}).",
        advice="Check the number in settings.toml, and that this machine has such pins.",
    )


class PinLight:
    """A light between a GPIO pin and ground."""

    def __init__(self, pin: int, factory: Any = None) -> None:  # noqa: ANN401 - gpiozero's own
        import gpiozero  # noqa: PLC0415 - only a board has pins

        try:
            self._led = gpiozero.LED(pin, pin_factory=factory)
        except Exception as error:  # every pin library raises its own
            raise pin_unusable("light", pin, error) from error
        self._blocks = 0

    def show(self, signal: Signal) -> None:
        if signal == "listening":
            self._blocks += 1
            if self._blocks % LISTENING_EVERY:
                return
        on_s, off_s, times = _BLINKS[signal]
        self._led.blink(on_s, off_s, times, background=True)

    def stop(self) -> None:
        if not self._led.closed:
            self._led.off()
            self._led.close()


class TerminalLight:
    """The same in words, where somebody watches."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr

    def show(self, signal: Signal) -> None:
        if signal in _LINES:
            print(f"\r{_LINES[signal]}", file=self._stream, flush=True)

    def stop(self) -> None:
        return


class Lights:
    """Several lights that show the same."""

    def __init__(self, *lights: Light) -> None:
        self._lights = lights

    def show(self, signal: Signal) -> None:
        for light in self._lights:
            light.show(signal)

    def stop(self) -> None:
        for light in self._lights:
            light.stop()
