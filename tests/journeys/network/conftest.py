"""The device and the phone that the journeys by network share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.network.hosts import DEVICE, Wire, one_wire
from tests.journeys.network.paged import Page, started
from tests.journeys.network.whole import Device, whole_device


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


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for all tests of a file."""
    if os.getuid() != 0:
        pytest.skip("only root can make another host")
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AFTERTHOUGHT_HOME", str(home))
        patch.setenv("XDG_STATE_HOME", str(home / "state"))
        yield home


@pytest.fixture(scope="module")
def shared_page(shared_home: Path) -> Iterator[Page]:
    """The page, for all tests of a file: each leaves it, and the wire, as they were."""
    with one_wire() as wire, started(wire, shared_home) as page:
        page.until_at(DEVICE)
        yield page


@pytest.fixture(scope="module")
def standing(shared_home: Path) -> Iterator[Device]:
    """Capture and page, shared in the same way."""
    with one_wire() as wire, whole_device(wire, shared_home, works=False) as device:
        yield device
