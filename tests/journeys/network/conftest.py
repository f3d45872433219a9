"""The device and the phone that the journeys by network share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.network.hosts import DEVICE, Wire, one_wire
from tests.journeys.network.paged import Page, started


@pytest.fixture
def wire() -> Iterator[Wire]:
    if os.getuid() != 0:
        pytest.skip("only root can make another host")
    with one_wire() as made:
        yield made


@pytest.fixture
def page(wire: Wire, home: Path) -> Iterator[Page]:
    with started(wire, home) as found:
        found.until_at(DEVICE)
        yield found
