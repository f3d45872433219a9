"""The buttons and switches that the settings name, brought to one inbox."""

from collections.abc import Callable, Iterator

from core.errors import UserError
from core.settings import DeviceSettings
from device.ports import Button, Edge, Other, SecondEdge, Switched

from .gpio_button import PinButton
from .input_device import InputButton

Put = Callable[[Other], bool]
Deliver = Callable[[Edge], None]


class Buttons:
    """All buttons and switches of the settings. Where one cannot be used, the others work."""

    def __init__(self, device: DeviceSettings, put: Put) -> None:
        self._wired = list(_wired(device, put))
        self._started: list[Button] = []

    def start(self) -> list[UserError]:
        """Deliver what is pressed from now on; the errors of those that cannot be used."""
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
        """The number of those that work."""
        return len(self._started)

    def stop(self) -> None:
        """Deliver nothing more. Idempotent."""
        for button in self._started:
            button.stop()


def _wired(device: DeviceSettings, put: Put) -> Iterator[tuple[Button, Deliver]]:
    if device.button_pin is not None:
        yield PinButton(device.button_pin), lambda edge: _deliver(put, edge)
    if device.second_button_pin is not None:
        yield PinButton(device.second_button_pin), lambda edge: _deliver(put, SecondEdge(edge))
    if device.pause_switch_pin is not None:
        switch = PinButton(device.pause_switch_pin, tell_first=True)
        yield switch, lambda edge: _deliver(put, Switched(edge.down))
    if device.input is not None:
        yield InputButton(device.input, device.input_key), lambda edge: _deliver(put, edge)


def _deliver(put: Put, message: Other) -> None:
    put(message)
