"""Button and keyboard: mock pins, and a terminal of our own."""

import os
import pty
import queue
import termios
import time
from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory

from device.buttons.gpio_button import PinButton
from device.buttons.keyboard import Keyboard
from device.ports import Edge, Key


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


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_keys_are_presses_holds_and_the_end(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    typed: queue.Queue[tuple[Key, float]] = queue.Queue()
    keyboard = Keyboard(theirs)
    keyboard.start(lambda key, at_s: typed.put((key, at_s)))

    os.write(ours, b" xhq")
    found = [typed.get(timeout=5)[0] for _ in range(3)]
    keyboard.stop()

    assert found == ["press", "hold", "quit"]


def test_the_terminal_is_put_back_as_it_was(terminal: tuple[int, int]) -> None:
    _, theirs = terminal
    before = termios.tcgetattr(theirs)
    keyboard = Keyboard(theirs)
    keyboard.start(lambda *_: None)
    assert termios.tcgetattr(theirs) != before

    keyboard.stop()
    keyboard.stop()

    assert termios.tcgetattr(theirs) == before


def test_what_is_no_terminal_is_left_alone() -> None:
    reading, writing = os.pipe()
    os.write(writing, b" ")
    keyboard, typed = Keyboard(reading), list[object]()

    keyboard.start(lambda *key: typed.append(key))
    keyboard.stop()

    assert typed == []
    assert os.read(reading, 1) == b" "
    os.close(reading)
    os.close(writing)
