"""A home with moments of every kind, and a backup of it."""

import asyncio
import shutil
from pathlib import Path

import pytest

from core.paths import Home
from pipeline.exchange.backup import Made, back_up
from tests.journeys.flips.filled_home import Filled, fill
from tests.pipeline.exchange.homes import unwatched


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Filled]:
    folder = tmp_path_factory.mktemp("filled") / "home"
    return folder, asyncio.run(fill(folder))


@pytest.fixture
def filled(filled_once: tuple[Path, Filled], home: Path) -> Filled:
    """What was forgotten in the home of this test, which is filled."""
    shutil.copytree(filled_once[0], home, dirs_exist_ok=True)
    return filled_once[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


@pytest.fixture
async def made(filled: Filled, home: Path, file: Path) -> Made:
    return await back_up(Home(home), file, unwatched)
