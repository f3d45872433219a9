"""Lights and motors: real gpiozero on mock pins, an SPI device that is a file, a terminal."""

import fcntl
import io
import os
import select
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory
from structlog.testing import capture_logs

from core.settings import DeviceSettings
from device.signals.apa102 import SpiLight, SpiUnusable, frame
from device.signals.lights import (
    ColourLight,
    PinLight,
    TerminalLight,
    lights,
)
from device.signals.motors import PinMotor, motors
from device.signals.patterns import Light, PatternName, dimmed, pattern
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


LATE_S = 0.4
"""By so much may a busy machine play a pattern too slowly."""


Span = tuple[bool, float]
"""Whether it was lit, and for how long so; the last one still lasts and counts as nothing."""


class Watched:
    """A light, and a record of when it was lit."""

    def __init__(self, light: Light, brightness: int, spans: Callable[[], list[Span]]) -> None:
        self.light = light
        self.brightness = brightness
        self._spans = spans

    @property
    def rises(self) -> int:
        """How often it has been switched on."""
        return sum(is_lit for is_lit, _ in self._spans())

    @property
    def lit_s(self) -> float:
        return sum(seconds for is_lit, seconds in self._spans() if is_lit)

    @property
    def is_lit(self) -> bool:
        return self._spans()[-1][0]


def pin_spans(pins: MockFactory, number: int) -> list[Span]:
    states = pins.pin(number).states
    lasted = [*(each.timestamp for each in states[1:]), 0.0]
    return [(bool(each.state), seconds) for each, seconds in zip(states, lasted, strict=True)]


def on_a_pin(pins: MockFactory, _: Path) -> Iterator[Watched]:
    yield Watched(PinLight(27, pins), 100, lambda: pin_spans(pins, 27))


def dimmed_on_a_pin(pins: MockFactory, _: Path) -> Iterator[Watched]:
    yield Watched(PinLight(27, pins, brightness=40), 40, lambda: pin_spans(pins, 27))


def in_colour(pins: MockFactory, _: Path) -> Iterator[Watched]:
    """By its green part, which white, green and yellow share."""
    yield Watched(ColourLight((5, 6, 13), pins), 100, lambda: pin_spans(pins, 6))


def by_spi(_: MockFactory, folder: Path) -> Iterator[Watched]:
    """A pipe stands for the device: what is written is read at once, with its time."""
    device = folder / "spidev0.1"
    os.mkfifo(device)
    reading = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    light = SpiLight(device)
    os.set_blocking(reading, True)
    written: list[tuple[bool, float]] = [(False, time.monotonic())]
    taken_in = threading.Lock()

    def read() -> None:
        while True:
            select.select([reading], [], [])
            with taken_in:
                frame_read = os.read(reading, len(frame((0, 0, 0), 0)))
                if not frame_read:
                    return
                written.append((any(frame_read[5:8]), time.monotonic()))

    def all_is_read() -> bool:
        with taken_in:
            return fcntl.ioctl(reading, termios.FIONREAD, bytes(4)) == bytes(4)

    def spans() -> list[Span]:
        wait_until(all_is_read)
        ends = [*(at_s for _, at_s in written[1:]), written[-1][1]]
        return [(is_lit, end_s - at_s) for (is_lit, at_s), end_s in zip(written, ends, strict=True)]

    reader = threading.Thread(target=read)
    reader.start()
    yield Watched(light, 100, spans)
    light.stop()
    reader.join()
    os.close(reading)


@pytest.fixture(params=[on_a_pin, dimmed_on_a_pin, in_colour, by_spi])
def watched(request: pytest.FixtureRequest, pins: MockFactory, tmp_path: Path) -> Iterator[Watched]:
    yield from request.param(pins, tmp_path)


@pytest.mark.parametrize("name", ["taken", "kept", "refused"])
def test_any_light_is_lit_for_the_time_of_its_pattern_and_dark_after(
    watched: Watched, name: PatternName
) -> None:
    steps = dimmed(pattern(name).light, watched.brightness)
    wanted_s = sum(on_s for on_s, _ in steps)

    watched.light.play(pattern(name))
    wait_until(lambda: watched.rises == len(steps) and not watched.is_lit)

    assert 0.95 * wanted_s <= watched.lit_s <= wanted_s + LATE_S
    watched.light.stop()
    assert watched.rises == len(steps)
    assert not watched.is_lit


def test_any_light_takes_a_new_pattern_in_place_of_the_one_it_shows(watched: Watched) -> None:
    refused, kept = (
        dimmed(pattern(name).light, watched.brightness) for name in ("refused", "kept")
    )
    watched.light.play(pattern("refused"))
    wait_until(lambda: watched.rises > 0)
    watched.light.play(pattern("kept"))
    wait_until(lambda: watched.rises > len(kept) and not watched.is_lit)
    watched.light.stop()

    assert watched.rises <= len(refused) + len(kept)
    assert watched.lit_s < sum(on_s for on_s, _ in refused + kept)
    assert not watched.is_lit


def test_any_light_is_dark_when_it_is_stopped_while_lit_and_stops_twice(watched: Watched) -> None:
    watched.light.play(pattern("refused"))
    wait_until(lambda: watched.rises > 0)
    watched.light.stop()
    rises = watched.rises
    watched.light.stop()

    whole = dimmed(pattern("refused").light, watched.brightness)
    assert watched.lit_s < sum(on_s for on_s, _ in whole)
    assert watched.rises == rises
    assert not watched.is_lit


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


def test_a_device_that_is_no_spi_is_told_and_closed_again() -> None:
    before = set(Path("/proc/self/fd").iterdir())

    with pytest.raises(SpiUnusable, match="/dev/null cannot be used"):
        SpiLight(Path("/dev/null"))

    assert set(Path("/proc/self/fd").iterdir()) <= before


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
