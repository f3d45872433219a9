"""The keyboard: a terminal of our own, and what each key does."""

import os
import pty
import queue
import termios
import typing
from collections.abc import Iterator

import pytest

from device.buttons.keyboard import KeyActions, Keyboard
from device.ports import Key
from tests.waiting import PATIENCE_S


@pytest.mark.parametrize("key", typing.get_args(Key))
def test_each_key_does_its_own_and_nothing_else(key: Key) -> None:
    done: list[str] = []
    actions = KeyActions(
        press=lambda at_s: done.append(f"press at {at_s}"),
        hold=lambda at_s: done.append(f"hold at {at_s}"),
        pause=lambda: done.append("pause"),
        quit=lambda: done.append("quit"),
    )

    actions.act(key, 1.5)

    assert done == [f"{key} at 1.5" if key in {"press", "hold"} else key]


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_keys_are_presses_holds_pauses_and_the_end(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    typed: queue.Queue[tuple[Key, float]] = queue.Queue()
    keyboard = Keyboard(theirs)
    keyboard.start(lambda key, at_s: typed.put((key, at_s)))

    os.write(ours, b" xhpq")
    found = [typed.get(timeout=PATIENCE_S)[0] for _ in range(4)]
    keyboard.stop()

    assert found == ["press", "hold", "pause", "quit"]


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
