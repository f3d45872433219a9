"""A button on a GPIO pin, to ground, with the pin's own pull-up."""

import time
from collections.abc import Callable
from typing import Any

from device.pins import Factory, claim
from device.ports import Edge


class PinButton:
    """Delivers every edge with the time that the pin gives it.

    There is no debounce here, since lgpio's does nothing; `session/gestures` does it. With
    `tell_first`, its position at the start is delivered as an edge too: a switch has no rest.
    """

    def __init__(
        self, pin: int, factory: Factory | None = None, *, tell_first: bool = False
    ) -> None:
        self._number = pin
        self._tell_first = tell_first
        self._factory = factory
        self._pin: Any = None

    def start(self, deliver: Callable[[Edge], None]) -> None:
        def listening(_: object, factory: Factory) -> Any:  # noqa: ANN401 - gpiozero has no types
            pin = factory.pin(self._number)
            pin.input_with_pull("up")
            pin.bounce = None
            pin.edges = "both"
            pin.when_changed = self._deliverer(factory, deliver)
            return pin

        self._pin = claim("button", self._number, self._factory, listening)
        if self._tell_first:
            deliver(Edge(down=not self._pin.state, at_s=time.monotonic()))

    def stop(self) -> None:
        if self._pin is not None:
            self._pin.when_changed = None
            self._pin.close()
            self._pin = None

    def _deliverer(
        self, factory: Factory, deliver: Callable[[Edge], None]
    ) -> Callable[[Any, Any], None]:
        def changed(ticks: Any, state: Any) -> None:  # noqa: ANN401 - the factory's own kind of time
            ago_s = max(0.0, factory.ticks_diff(factory.ticks(), ticks))
            deliver(Edge(down=not state, at_s=time.monotonic() - ago_s))

        self._changed = changed  # the pin holds it weakly
        return changed
