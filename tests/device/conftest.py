"""What the tests of the device share: somebody who wears a capture."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.capture.loop import DetectorLoaded
from tests.device.capture.test_engine import LoudDetector
from tests.device.wearer import Wearer


@pytest.fixture
def wearer(home: Path) -> Iterator[Wearer]:
    made = Wearer(home)
    made.send(DetectorLoaded(LoudDetector()))
    yield made
    made.capture.engine.end()
