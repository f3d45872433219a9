"""What every test may ask for, and what none may do."""

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from core import log
from core.machine import calm_thread_pools
from core.network.interfaces import own_addresses
from tests import doubled
from tests.order import longest_first

# As every root of ours does before NumPy is loaded: with more threads a sound may have other words.
calm_thread_pools()

pytest_plugins = ["tests.soundserver"]

# No example has a deadline: on a machine that does other work, each would fail by chance.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")

LOOPBACK = ("127.", "::1", "::ffff:127.", "localhost")


def _is_here(address: str) -> bool:
    """True for this machine's own addresses: `doctor` looks whether the page answers at them."""
    return address.startswith(LOOPBACK) or address in {str(each.ip) for each in own_addresses()}


@pytest.hookimpl(trylast=True)  # after the chance of pytest-randomly
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each worker begins with what takes minutes: at the end, one would work at it alone."""
    given: dict[str, Any] = getattr(config, "workerinput", {"workercount": 1})
    items[:] = longest_first(items, _minutes, given["workercount"])


def _minutes(item: pytest.Item) -> int:
    soak = item.get_closest_marker("soak")
    return 0 if soak is None else int(soak.kwargs.get("minutes", 1))


@pytest.fixture(autouse=True)
def _nobody_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches beyond this machine fails: nothing of ours may depend on it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            assert _is_here(str(address[0])), f"a test wants to reach {address[0]}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _log() -> None:
    """The log goes to standard error, whatever the test before did with structlog."""
    log.set_up()


@pytest.fixture(scope="session", autouse=True)
def _sockets() -> Iterator[None]:
    """A folder for sockets of this run's own: whatever an earlier run left there is not found.

    No two tests of a run have the same home, so no two have the same part of it.
    """
    with (
        tempfile.TemporaryDirectory(prefix="at-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("XDG_RUNTIME_DIR", folder)
        yield


@pytest.fixture(scope="session", autouse=True)
def _doubles() -> Iterator[None]:
    """What a test has doubled does not outlive the run."""
    yield
    doubled.end()


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home of the test's own; the wearer's is out of reach of every test."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("AFTERTHOUGHT_HOME", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    return folder


@pytest.fixture
def _berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put this machine in Berlin, which has summer time."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of recordings and texts to measure against, where this machine has it."""
    named = os.environ.get("AFTERTHOUGHT_TEST_DATA")
    if not named:
        pytest.skip("AFTERTHOUGHT_TEST_DATA names no folder of recordings")
    return Path(named)
