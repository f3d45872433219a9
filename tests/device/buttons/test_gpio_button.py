"""A button on a pin: real gpiozero on mock pins."""

import time
from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory

from device.buttons.gpio_button import PinButton
from device.ports import Edge


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.reset()


def test_a_pin_that_goes_low_is_a_press_with_its_own_time(pins: MockFactory) -> None:
    edges: list[Edge] = []
    button = PinButton(17, pins)
    button.start(edges.append)
    before_s = time.monotonic()

    pins.pin(17).drive_low()
    pins.pin(17).drive_high()
    button.stop()

    assert [each.down for each in edges] == [True, False]
    assert all(before_s - 0.001 <= each.at_s <= time.monotonic() for each in edges)


def test_a_stopped_button_tells_nothing_and_stops_twice(pins: MockFactory) -> None:
    edges: list[Edge] = []
    button = PinButton(17, pins)
    button.start(edges.append)
    button.stop()
    button.stop()

    pins.pin(17).drive_low()

    assert edges == []
