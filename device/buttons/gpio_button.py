"""A button on a GPIO pin, to ground, with the pin's own pull-up."""

import time
from collections.abc import Callable
from typing import Any

from device.ports import Edge
from device.signals.lights import pin_unusable


class PinButton:
    """Hands over every edge with the time that the pin gives it.

    There is no debounce here, since lgpio's does nothing; `gestures` does it. With
    `tell_first`, how it stands at the start is an edge too: a switch has no rest.
    """

    def __init__(self, pin: int, factory: Any = None, *, tell_first: bool = False) -> None:  # noqa: ANN401 - gpiozero's own
        self._number = pin
        self._tell_first = tell_first
        self._factory = factory
        self._pin: Any = None

    def start(self, deliver: Callable[[Edge], None]) -> None:
        import gpiozero  # noqa: PLC0415 - only a board has pins

        try:
            factory = self._factory or _default_factory(gpiozero)
            pin = factory.pin(self._number)
            pin.input_with_pull("up")
            pin.bounce = None
            pin.edges = "both"
            pin.when_changed = self._teller(factory, deliver)
        except Exception as error:  # every pin library raises its own
            raise pin_unusable("button", self._number, error) from error
        self._pin = pin
        if self._tell_first:
            deliver(Edge(down=not pin.state, at_s=time.monotonic()))

    def stop(self) -> None:
        if self._pin is not None:
            self._pin.when_changed = None
            self._pin.close()
            self._pin = None

    def _teller(self, factory: Any, deliver: Callable[[Edge], None]) -> Callable[[Any, Any], None]:  # noqa: ANN401
        def changed(ticks: Any, state: Any) -> None:  # noqa: ANN401 - the factory's own kind of time
            ago_s = max(0.0, factory.ticks_diff(factory.ticks(), ticks))
            deliver(Edge(down=not state, at_s=time.monotonic() - ago_s))

        self._keep = changed  # the pin holds it weakly
        return changed


def _default_factory(gpiozero: Any) -> Any:  # noqa: ANN401 - it has no types
    if gpiozero.Device.pin_factory is None:
        gpiozero.Device.pin_factory = gpiozero.Device._default_pin_factory()  # noqa: SLF001
    return gpiozero.Device.pin_factory
