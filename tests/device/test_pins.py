"""Claiming a pin, for whatever hangs on it; and the sentence where that fails."""

import sys
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from core.errors import UserError
from device import pins
from device.buttons.gpio_button import PinButton
from device.pins import PinLibraryMissing, PinUnusable, build_all, claim, pin_unusable, told_once
from device.signals.lights import ColourLight, PinLight
from device.signals.motors import PinMotor


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stands for the board's own pins: what the library finds where nobody names a source."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    yield
    gpiozero.Device.pin_factory.reset()


@pytest.fixture
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for /dev."""
    monkeypatch.setattr(pins, "DEVICES", tmp_path)
    return tmp_path


@pytest.fixture
def without_library(devices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A board with pins, and a Python that finds no library for them."""
    (devices / "gpiochip0").touch()
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)


@pytest.mark.usefixtures("board")
def test_without_a_source_of_pins_they_are_the_boards_own() -> None:
    first = claim("light", 27, None, lambda _, pins: pins)
    again = claim("button", 17, None, lambda _, pins: pins)

    assert isinstance(first, MockFactory)
    assert first is again is gpiozero.Device.pin_factory


class _Locked(MockFactory):  # type: ignore[misc]
    def pin(self, name: object) -> object:
        raise PermissionError(name)


@pytest.mark.parametrize(
    ("part", "use"),
    [
        ("button", lambda pins: PinButton(17, pins).start(lambda _: None)),
        ("light", lambda pins: PinLight(17, pins)),
        ("light", lambda pins: ColourLight((17, 5, 6), pins)),
        ("motor", lambda pins: PinMotor("motor", 17, pins)),
    ],
)
def test_whatever_hangs_on_a_pin_that_may_not_be_used_says_so(
    part: str, use: Callable[[Any], object]
) -> None:
    with pytest.raises(PinUnusable, match=f"GPIO 17.*, of the {part}, .*usermod -aG gpio"):
        use(_Locked())


def test_what_cannot_be_built_is_a_trouble_and_the_rest_is_there() -> None:
    error = UserError("It is broken.", advice="Mend it.")

    def broken() -> str:
        raise error

    assert build_all([lambda: "a", broken, lambda: "b"]) == (["a", "b"], [error])


class _Lgpio(Exception):
    """What lgpio raises is an exception of its own, with a text."""


@pytest.mark.parametrize(
    ("error", "chips", "words"),
    [
        (_Lgpio("'GPIO busy'"), ["gpiochip0"], "lsof /"),
        (PermissionError(13, "Permission denied"), ["gpiochip0"], "usermod -aG gpio"),
        (_Lgpio("can not open gpiochip"), [], "no pins"),
        (_Lgpio("bad GPIO number"), ["gpiochip0"], "Check its number"),
        (ModuleNotFoundError("No module named 'lgpio'"), [], "no pins"),
        (gpiozero.PinUnknownPi("unknown"), ["gpiochip0"], "no Raspberry Pi"),
    ],
)
def test_a_pin_that_cannot_be_had_is_a_sentence_with_the_next_step(
    devices: Path, error: Exception, chips: list[str], words: str
) -> None:
    for chip in chips:
        (devices / chip).touch()

    told = pin_unusable("light", 27, error)

    assert isinstance(told, PinUnusable)
    assert words in str(told)
    assert "GPIO 27, of the light" in told.sentence


PARTS: list[Callable[[], object]] = [
    lambda: PinLight(27),
    lambda: PinMotor("motor", 23),
    lambda: PinButton(17).start(lambda _: None),
]


@pytest.mark.usefixtures("without_library")
def test_a_missing_library_is_told_as_such_once_for_all_parts_and_blames_no_pin() -> None:
    with warnings.catch_warnings(record=True) as warned:
        _, errors = build_all(PARTS)

    assert [type(each) for each in errors] == [PinLibraryMissing] * len(PARTS)
    (told,) = told_once(errors)
    assert "lgpio, is missing" in told.sentence
    assert "apt-get install python3-lgpio" in told.advice
    assert not any(number in str(told) for number in ("27", "23", "17"))
    assert warned == []


@pytest.mark.usefixtures("without_library")
def test_a_library_that_is_an_empty_module_is_missing_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", types.ModuleType("lgpio"))

    with pytest.raises(PinLibraryMissing):
        PinLight(27)
