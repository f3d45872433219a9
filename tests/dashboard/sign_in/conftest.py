"""The page over TLS beside the real capture, and somebody who runs `pair`."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.paths import Home
from dashboard.app import listen_for_commands
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.sign_in.letting_in import Command
from tests.dashboard.sign_in.tls import TlsPage, over_tls

SOUND = np.full(3 * RATE_HZ, 4000, np.int16)


@pytest.fixture
def page(home: Path) -> Iterator[TlsPage]:
    with over_tls(home) as served:
        listen_for_commands(served.app, Home(home).page_socket)
        yield served


@pytest.fixture
def capture(home: Path) -> Iterator[RealCapture]:
    with RealCapture(home, SOUND).running() as running:
        yield running


@pytest.fixture
def command(page: TlsPage, home: Path) -> Iterator[Command]:
    with contextlib.closing(Command(home)) as opened:
        yield opened
