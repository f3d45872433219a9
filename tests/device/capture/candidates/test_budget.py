"""The minutes an hour are for what is written down because nobody pressed for it."""

from pathlib import Path

import pytest

from device.capture.candidates import chosen
from tests.device.capture.candidates.test_ambient import ambient_wearer, status, think


@pytest.fixture(autouse=True)
def cool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever machine the tests run on."""
    monkeypatch.setattr(chosen, "celsius", lambda: None)
    monkeypatch.setattr(chosen, "battery_percent", lambda: None)


def test_what_a_press_takes_costs_nothing_of_the_minutes_an_hour(home: Path) -> None:
    """Twelve seconds an hour are enough for one thought, and the press has the first."""
    wearer = ambient_wearer(home, minutes_an_hour=0.2)
    think(wearer)
    assert status(wearer)["waiting"] == 1
    wearer.ask(do="press")
    wearer.silence(10)

    think(wearer)

    assert (status(wearer)["waiting"], status(wearer)["passed"]) == (1, {})
    wearer.capture.close()


def test_what_nobody_presses_for_costs_what_it_takes(home: Path) -> None:
    wearer = ambient_wearer(home, minutes_an_hour=0.2)
    think(wearer)
    wearer.silence(10)
    think(wearer)

    assert (status(wearer)["waiting"], status(wearer)["passed"]) == (1, {"budget": 1})
    wearer.capture.close()
