"""The board's GPIO pins: how one is claimed, and why one cannot be used."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from core.errors import UserError

Factory = Any
"""gpiozero's source of pins: the board's own, or the mock one of a test. It has no types."""

DEVICES = Path("/dev")

T = TypeVar("T")


class PinUnusable(UserError):
    """A pin of the board cannot be used."""

    code = "pin_unusable"


class PinLibraryMissing(PinUnusable):
    """The library for all pins is missing; the sentence is the same for whatever hangs on them."""

    code = "pin_library_missing"

    def __init__(
        self,
        sentence: str = "The pins cannot be used: their library, lgpio, is missing.",
        *,
        advice: str = "Run `sudo apt-get install python3-lgpio` (Raspberry Pi OS has it), then "
        "`./run setup`, and start again.",
    ) -> None:
        super().__init__(sentence, advice=advice)


def claim(
    part: str, pin: int | str, factory: Factory | None, make: Callable[[Any, Factory], Any]
) -> Any:  # noqa: ANN401 - gpiozero has no types
    """The thing that `make` builds on this pin, given the library and a source of pins.

    Without a `factory` they are the board's own. Raises PinUnusable, which names the part.
    """
    import gpiozero  # noqa: PLC0415 - it takes 0.13 s (x86), and few machines have pins

    try:
        return make(gpiozero, factory or _board(gpiozero))
    except Exception as error:  # every pin library raises its own
        raise pin_unusable(part, pin, error) from error


def build_all(makers: Iterable[Callable[[], T]]) -> tuple[list[T], list[UserError]]:
    """Everything that can be built on this machine, and why the rest cannot."""
    built: list[T] = []
    troubles: list[UserError] = []
    for make in makers:
        try:
            built.append(make())
        except UserError as error:
            troubles.append(error)
    return built, troubles


def told_once(errors: Iterable[UserError]) -> list[UserError]:
    """The errors in their order, each sentence once: what all parts lack is told for all."""
    return list({each.sentence: each for each in errors}.values())


def pin_unusable(part: str, pin: int | str, error: Exception) -> PinUnusable:
    """The reason why a pin cannot be used, and the next step.

    Every pin library raises errors of its own, so what it says is only one of the clues.
    """
    chips = sorted(DEVICES.glob("gpiochip*"))
    if chips and isinstance(error, ImportError):
        return PinLibraryMissing()
    if type(error).__name__ == "GPIOPinInUse":
        why, advice = "has two uses", "Give each part a pin of its own in settings.toml."
    elif "busy" in str(error).lower():  # lgpio: 'GPIO busy'; another chip: EBUSY
        why = "is held by another program"
        advice = f"See which one and end it: sudo lsof {chips[0] if chips else '/dev/gpiochip0'}."
    elif type(error).__name__ == "PinUnknownPi":  # another board's or a laptop's chips
        why = "is not there: this machine is no Raspberry Pi that gpiozero knows"
        advice = "Take it out of settings.toml."
    elif isinstance(error, PermissionError) or _are_closed(chips):
        why = "may not be used by this user"
        advice = "Run `sudo usermod -aG gpio $USER`, then log in again."
    elif not chips:
        why = "is not there: this machine shows no pins"
        advice = "Take it out of settings.toml; only a Raspberry Pi has pins."
    else:
        why = f"cannot be used ({type(error).__name__})"
        advice = "Check its number in settings.toml."
    return PinUnusable(f"GPIO {pin}, of the {part}, {why}.", advice=advice)


def _board(gpiozero: Any) -> Factory:  # noqa: ANN401
    """The board's pins, by lgpio unless GPIOZERO_PIN_FACTORY names another library.

    Left to itself gpiozero tries four libraries, warns of each, and ends with one that no current
    kernel gives an edge: the error is then about a pin, and not about what is missing.
    """
    device = gpiozero.Device
    if device.pin_factory is None and "GPIOZERO_PIN_FACTORY" not in os.environ:
        device.pin_factory = _by_lgpio()
    device.ensure_pin_factory()
    return device.pin_factory


def _by_lgpio() -> Factory:
    try:
        from gpiozero.pins.lgpio import LGPIOFactory  # noqa: PLC0415 - only where there are pins
    except AttributeError as error:  # what an index has for a Python without a wheel is empty
        raise ImportError("lgpio is an empty module") from error
    return LGPIOFactory()


def _are_closed(chips: list[Path]) -> bool:
    return bool(chips) and not any(os.access(each, os.R_OK | os.W_OK) for each in chips)
