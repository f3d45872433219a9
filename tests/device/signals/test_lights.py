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
from tests.waiting import waited


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.reset()


def levels(pins: MockFactory, number: int) -> list[bool]:
    return [bool(each.state) for each in pins.pin(number).states]


class Time:
    """The time of all players: it passes at once, or not at all while it stands still."""

    def __init__(self) -> None:
        self.stands_still = False
        self.waits: list[float] = []
        self.Thread = threading.Thread

    def Event(self) -> threading.Event:  # noqa: N802 - it stands in the place of the module
        return Cut(self)


class Cut(threading.Event):
    """What cuts a pattern short."""

    def __init__(self, time: Time) -> None:
        super().__init__()
        self._time = time

    def wait(self, timeout: float | None = None) -> bool:
        if self._time.stands_still:
            return super().wait()
        assert timeout is not None
        self._time.waits.append(timeout)
        return self.is_set()


@pytest.fixture
def time_of_players(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr("device.signals.player.threading", time)
    return time


class Watched:
    """A light, and how often it was switched on and off."""

    def __init__(self, light: Light, brightness: int, levels: Callable[[], list[bool]]) -> None:
        self.light = light
        self.brightness = brightness
        self._levels = levels

    @property
    def rises(self) -> int:
        """How often it has been switched on."""
        return sum(self._levels())

    @property
    def is_lit(self) -> bool:
        return self._levels()[-1]


def on_a_pin(pins: MockFactory, _: Path) -> Iterator[Watched]:
    yield Watched(PinLight(27, pins), 100, lambda: levels(pins, 27))


def dimmed_on_a_pin(pins: MockFactory, _: Path) -> Iterator[Watched]:
    yield Watched(PinLight(27, pins, brightness=40), 40, lambda: levels(pins, 27))


def in_colour(pins: MockFactory, _: Path) -> Iterator[Watched]:
    """By its green part, which white, green and yellow share."""
    yield Watched(ColourLight((5, 6, 13), pins), 100, lambda: levels(pins, 6))


def by_spi(_: MockFactory, folder: Path) -> Iterator[Watched]:
    """A pipe stands for the device: what is written is read at once."""
    device = folder / "spidev0.1"
    os.mkfifo(device)
    reading = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    light = SpiLight(device)
    os.set_blocking(reading, True)
    written = [False]
    taken_in = threading.Lock()

    def read() -> None:
        while True:
            select.select([reading], [], [])
            with taken_in:
                frame_read = os.read(reading, len(frame((0, 0, 0), 0)))
                if not frame_read:
                    return
                written.append(any(frame_read[5:8]))

    def all_is_read() -> bool:
        with taken_in:
            return fcntl.ioctl(reading, termios.FIONREAD, bytes(4)) == bytes(4)

    def read_so_far() -> list[bool]:
        waited(all_is_read)
        return list(written)

    reader = threading.Thread(target=read)
    reader.start()
    yield Watched(light, 100, read_so_far)
    light.stop()
    reader.join()
    os.close(reading)


@pytest.fixture(params=[on_a_pin, dimmed_on_a_pin, in_colour, by_spi])
def watched(request: pytest.FixtureRequest, pins: MockFactory, tmp_path: Path) -> Iterator[Watched]:
    yield from request.param(pins, tmp_path)


@pytest.mark.parametrize("name", ["taken", "kept", "refused"])
def test_any_light_is_lit_for_the_time_of_its_pattern_and_dark_after(
    watched: Watched, time_of_players: Time, name: PatternName
) -> None:
    steps = dimmed(pattern(name).light, watched.brightness)

    watched.light.play(pattern(name))
    waited(lambda: len(time_of_players.waits) == 2 * len(steps) and not watched.is_lit)

    assert time_of_players.waits == [length_s for step in steps for length_s in step]
    watched.light.stop()
    assert watched.rises == len(steps)
    assert not watched.is_lit


def test_any_light_takes_a_new_pattern_in_place_of_the_one_it_shows(
    watched: Watched, time_of_players: Time
) -> None:
    kept = dimmed(pattern("kept").light, watched.brightness)
    time_of_players.stands_still = True
    watched.light.play(pattern("refused"))
    waited(lambda: watched.is_lit)
    time_of_players.stands_still = False

    watched.light.play(pattern("kept"))
    waited(lambda: watched.rises == 1 + len(kept) and not watched.is_lit)
    watched.light.stop()

    assert watched.rises == 1 + len(kept)
    assert not watched.is_lit


def test_any_light_is_dark_when_it_is_stopped_while_lit_and_stops_twice(
    watched: Watched, time_of_players: Time
) -> None:
    time_of_players.stands_still = True
    watched.light.play(pattern("refused"))
    waited(lambda: watched.is_lit)

    watched.light.stop()
    watched.light.stop()

    assert watched.rises == 1
    assert not watched.is_lit


def test_a_pin_goes_on_and_off_as_often_as_the_pattern_says(pins: MockFactory) -> None:
    light = PinLight(27, pins)

    light.play(pattern("kept"))
    waited(lambda: len(levels(pins, 27)) == 5)
    light.stop()

    assert levels(pins, 27) == [False, True, False, True, False]


def test_a_loop_that_hangs_after_a_blink_leaves_it_dark(pins: MockFactory) -> None:
    signals = Signals([PinLight(27, pins)], [], lambda *_: None)

    signals.turn(time.monotonic(), SignalState("listening", block_came=True))
    waited(lambda: len(levels(pins, 27)) == 3)

    assert levels(pins, 27) == [False, True, False]


def test_a_colour_is_made_of_channels_that_are_on_or_off(pins: MockFactory) -> None:
    light = ColourLight((5, 6, 13), pins)

    light.play(pattern("paused"))  # yellow
    waited(lambda: len(levels(pins, 6)) >= 3)
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
    waited(lambda: len(device.read_bytes()) >= 42)
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
    waited(lambda: len(levels(pins, 18)) == 5)
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
