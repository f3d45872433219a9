"""What several contracts are run on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contracts.stores import STORES, Both, Store


@pytest.fixture(params=STORES, ids=lambda each: type(each).__name__)
async def store(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Both]:
    kind: Store = request.param
    async with kind.open(home) as archive, kind.open_to_read(home) as reader:
        yield Both(archive, reader, kind.passages(reader))
