"""Lights and motors: real gpiozero on mock pins, an SPI device that is a file, a terminal."""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory
from structlog.testing import capture_logs

from core.settings import DeviceSettings
from device.fakes import FakeLight
from device.signals.apa102 import SpiLight, SpiUnusable, frame
from device.signals.lights import (
    ColourLight,
    PinLight,
    TerminalLight,
    lights,
)
from device.signals.motors import PinMotor, motors
from device.signals.patterns import Light, pattern
from device.signals.player import Player
from device.signals.scheduler import Signals, SignalState


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.reset()


def levels(pins: MockFactory, number: int) -> list[bool]:
    return [bool(each.state) for each in pins.pin(number).states]


def wait_until(true: Callable[[], bool]) -> None:
    until_s = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until_s
        time.sleep(0.005)


Made = tuple[Light, Callable[[], bool]]
"""A light, and whether it is lit."""


def fake(pins: MockFactory, folder: Path) -> Made:
    return FakeLight(), lambda: False


def on_a_pin(pins: MockFactory, folder: Path) -> Made:
    return PinLight(27, pins), lambda: levels(pins, 27)[-1]


def dimmed_on_a_pin(pins: MockFactory, folder: Path) -> Made:
    return PinLight(27, pins, brightness=5), lambda: levels(pins, 27)[-1]


def in_colour(pins: MockFactory, folder: Path) -> Made:
    light = ColourLight((5, 6, 13), pins)
    return light, lambda: any(levels(pins, each)[-1] for each in (5, 6, 13))


def by_spi(pins: MockFactory, folder: Path) -> Made:
    device = folder / "spidev0.1"
    device.touch()
    dark = frame((0, 0, 0), 0)
    return SpiLight(device), lambda: not device.read_bytes().endswith(dark)


def in_a_terminal(pins: MockFactory, folder: Path) -> Made:
    return TerminalLight(io.StringIO()), lambda: False


@pytest.fixture(params=[fake, on_a_pin, dimmed_on_a_pin, in_colour, by_spi, in_a_terminal])
def made(request: pytest.FixtureRequest, pins: MockFactory, tmp_path: Path) -> Made:
    built: Made = request.param(pins, tmp_path)
    return built


def test_any_light_shows_every_pattern_and_ends_dark_by_itself(made: Made) -> None:
    light, is_lit = made

    light.play(pattern("taken"))
    wait_until(lambda: not is_lit())
    light.stop()

    assert not is_lit()


def test_any_light_takes_a_new_pattern_while_it_shows_one(made: Made) -> None:
    light, is_lit = made

    for name in ("paused", "refused", "kept", "listening"):
        light.play(pattern(name))
    wait_until(lambda: not is_lit())
    light.stop()

    assert not is_lit()


def test_any_light_is_dark_when_it_is_stopped_while_lit_and_stops_twice(made: Made) -> None:
    light, is_lit = made

    light.play(pattern("refused"))
    light.stop()
    light.stop()

    assert not is_lit()


def test_a_pin_goes_on_and_off_as_often_as_the_pattern_says(pins: MockFactory) -> None:
    light = PinLight(27, pins)

    light.play(pattern("kept"))
    wait_until(lambda: len(levels(pins, 27)) == 5)
    light.stop()

    assert levels(pins, 27) == [False, True, False, True, False]


def test_a_loop_that_hangs_after_a_blink_leaves_it_dark(pins: MockFactory) -> None:
    signals = Signals([PinLight(27, pins)], [], lambda *_: None)

    signals.turn(time.monotonic(), SignalState("listening", block_came=True))
    wait_until(lambda: len(levels(pins, 27)) == 3)

    assert levels(pins, 27) == [False, True, False]


def test_a_colour_is_made_of_channels_that_are_on_or_off(pins: MockFactory) -> None:
    light = ColourLight((5, 6, 13), pins)

    light.play(pattern("paused"))  # yellow
    wait_until(lambda: len(levels(pins, 6)) >= 3)
    light.stop()

    assert [True in levels(pins, each) for each in (5, 6, 13)] == [True, True, False]


def test_a_frame_is_a_start_a_word_for_each_light_and_an_end() -> None:
    red = frame((1, 0, 0), 31)

    assert red == bytes(4) + b"\xff\x00\x00\xff" * 3 + bytes(5)
    assert frame((0, 1, 1), 1, lights=1)[4:8] == b"\xe1\xff\xff\x00"


def test_the_faintest_spi_light_is_not_off(tmp_path: Path) -> None:
    device = tmp_path / "spidev0.1"
    device.touch()
    light = SpiLight(device, brightness=5)

    light.play(pattern("taken"))
    wait_until(lambda: len(device.read_bytes()) >= 42)
    light.stop()

    assert device.read_bytes()[4] & 0x1F > 0


def test_a_chain_that_is_not_there_is_a_sentence_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(SpiUnusable, match="do_spi"):
        SpiLight(tmp_path / "spidev0.1")


def test_the_terminal_tells_what_happens_and_what_stands_once() -> None:
    told = io.StringIO()
    light = TerminalLight(told)

    for name in ("listening", "taken", "kept", "listening", "paused", "paused", "resumed"):
        light.play(pattern(name))

    assert told.getvalue().split() == ["taken", "kept", "paused", "resumed"]


def test_a_motor_moves_as_told_and_is_at_rest_after_stop(pins: MockFactory) -> None:
    motor = PinMotor("motor", 18, pins)

    motor.play(pattern("kept").touch)
    wait_until(lambda: len(levels(pins, 18)) == 5)
    motor.play(pattern("refused").touch)
    motor.stop()
    motor.stop()

    assert levels(pins, 18)[:5] == [False, True, False, True, False]
    assert levels(pins, 18)[-1] is False


def test_what_the_settings_name_is_built_and_what_fails_is_told(
    pins: MockFactory, tmp_path: Path
) -> None:
    device = DeviceSettings(light_pin=27, light_spi=tmp_path / "none", motor_pin=18, buzzer_pin=12)

    found, troubles = lights(device, pins)
    moving, others = motors(device, pins)

    assert [type(each) for each in found] == [PinLight]
    assert [each.code for each in troubles] == ["spi_unusable"]
    assert len(moving) == 2
    assert others == []


def test_half_a_colour_light_is_told(pins: MockFactory) -> None:
    found, troubles = lights(DeviceSettings(light_pin=5, light_blue_pin=13), pins)

    assert found == []
    assert "light_green_pin" in troubles[0].advice


def test_one_pin_for_two_parts_is_told_and_the_first_one_works(pins: MockFactory) -> None:
    device = DeviceSettings(light_pin=18, motor_pin=18)

    found, _ = lights(device, pins)
    moving, troubles = motors(device, pins)

    assert len(found) == 1
    assert moving == []
    assert "two uses" in troubles[0].sentence
    found[0].stop()


def test_a_wire_that_breaks_is_told_once_in_the_log() -> None:
    def broken() -> None:
        raise OSError(5, "Input/output error")

    player = Player("light", broken)
    with capture_logs() as told:
        for _ in range(3):
            player.play(pattern("taken").light, broken)
            player.stop()

    assert [each["event"] for each in told] == ["signal_failed"]
