"""What the scheduler may expect of a light and of a motor: fakes and mock pins both take this."""

import threading
from collections.abc import Callable, Iterator

import pytest
from gpiozero.pins.mock import MockFactory

from device.fakes import FakeLight, FakeMotor
from device.signals.lights import ColourLight, PinLight, TerminalLight
from device.signals.motors import PinMotor
from device.signals.patterns import Light, Motor, Pattern
from tests.waiting import PATIENCE_S

LONG = Pattern("refused", ((3600.0, 1.0),), "yellow", ((3600.0, 1.0),))
"""An hour: whoever waits for its end is seen."""

MakeLight = Callable[[MockFactory], Light]
MakeMotor = Callable[[MockFactory], Motor]


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    factory = MockFactory()
    yield factory
    factory.reset()


@pytest.fixture(
    params=[
        lambda _: FakeLight(),
        lambda _: TerminalLight(),
        lambda pins: PinLight(27, pins),
        lambda pins: ColourLight((5, 6, 13), pins),
    ],
    ids=["fake", "terminal", "pin", "colour"],
)
def light(request: pytest.FixtureRequest, pins: MockFactory) -> Light:
    make: MakeLight = request.param
    return make(pins)


@pytest.fixture(params=[lambda _: FakeMotor(), lambda pins: PinMotor("motor", 22, pins)])
def motor(request: pytest.FixtureRequest, pins: MockFactory) -> Motor:
    make: MakeMotor = request.param
    return make(pins)


def is_done(act: Callable[[], None]) -> bool:
    """Whether an act ends by itself, long before the pattern that it plays does."""
    acting = threading.Thread(target=act, daemon=True)
    acting.start()
    acting.join(PATIENCE_S)
    return not acting.is_alive()


def test_a_light_never_waits_for_its_pattern_and_the_next_one_takes_its_place(
    light: Light, pins: MockFactory
) -> None:
    def play_twice() -> None:
        light.play(LONG)
        light.play(LONG)
        light.stop()

    assert is_done(play_twice)
    assert not any(pin.state for pin in pins.pins.values())


def test_a_light_can_be_stopped_twice_and_unplayed(light: Light, pins: MockFactory) -> None:
    light.stop()
    light.stop()

    assert not any(pin.state for pin in pins.pins.values())


def test_a_motor_never_waits_and_is_at_rest_once_stopped(motor: Motor, pins: MockFactory) -> None:
    def play_twice() -> None:
        motor.play(LONG.touch)
        motor.play(LONG.touch)
        motor.stop()
        motor.stop()

    assert is_done(play_twice)
    assert not any(pin.state for pin in pins.pins.values())
