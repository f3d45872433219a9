"""Ambient while it may keep nothing: it says so, and does not look as if it kept."""

from pathlib import Path
from typing import Any

import pytest

from core.clock import FakeClock
from core.settings import SelectionSettings, Settings
from device.capture.loop import DetectorLoaded
from tests.device.capture.candidates.test_ambient import status, think
from tests.device.capture.test_engine import LoudDetector
from tests.device.wearer import Wearer


@pytest.mark.parametrize(
    ("set_to", "now_ms", "told"),
    [
        ({"minutes_an_hour": 0}, 1_790_000_000_000, "0 minutes an hour"),
        ({"quiet_hours": "00:00-00:00"}, 1_790_000_000_000, "In your quiet hours"),
        ({"quiet_hours": "22:00-07:00"}, None, "the time is not known"),
    ],
)
def test_what_keeps_nothing_says_so(
    home: Path, set_to: dict[str, Any], now_ms: int | None, told: str
) -> None:
    settings = Settings(selection=SelectionSettings("ambient", **set_to))
    wearer = Wearer(home, settings=settings, clock=FakeClock(now_ms))
    wearer.send(DetectorLoaded(LoudDetector()))
    think(wearer)

    found = status(wearer)
    assert not found["is_on"]
    assert told in found["sentence"]
    assert "seems to matter" not in found["sentence"]
    assert found["waiting"] == 0
    assert "ambient" not in wearer.light.shown
    assert wearer.ask(do="status")["sentence"] == "I hear you. Nothing is being kept."
    wearer.capture.close()
