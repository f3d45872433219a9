"""Everything that the wearer may press or push, as the settings name it, brought to one inbox."""

from collections.abc import Callable, Iterator

from core.errors import UserError
from core.settings import DeviceSettings
from device.ports import Button, Edge, Other, SecondEdge, Switched

from .gpio_button import PinButton
from .input_device import InputButton

Put = Callable[[Other], bool]
Deliver = Callable[[Edge], None]


class Buttons:
    """All of them. One that cannot be had is told, and the others work."""

    def __init__(self, device: DeviceSettings, put: Put) -> None:
        self._wired = list(_wired(device, put))
        self._started: list[Button] = []

    def start(self) -> list[UserError]:
        """From now on, bring what is pressed; why some of them cannot be."""
        troubles: list[UserError] = []
        for button, deliver in self._wired:
            try:
                button.start(deliver)
            except UserError as error:
                troubles.append(error)
            else:
                self._started.append(button)
        return troubles

    @property
    def count(self) -> int:
        """How many of them could be had."""
        return len(self._started)

    def stop(self) -> None:
        """Bring nothing more. Idempotent."""
        for button in self._started:
            button.stop()


def _wired(device: DeviceSettings, put: Put) -> Iterator[tuple[Button, Deliver]]:
    if device.button_pin is not None:
        yield PinButton(device.button_pin), lambda edge: _bring(put, edge)
    if device.second_button_pin is not None:
        yield PinButton(device.second_button_pin), lambda edge: _bring(put, SecondEdge(edge))
    if device.pause_switch_pin is not None:
        switch = PinButton(device.pause_switch_pin, tell_first=True)
        yield switch, lambda edge: _bring(put, Switched(edge.down))
    if device.input is not None:
        yield InputButton(device.input, device.input_key), lambda edge: _bring(put, edge)


def _bring(put: Put, message: Other) -> None:
    put(message)
