"""Two or more installs that may meet, each with a real archive on the disk."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bench.sync.installs import Install, install

Installs = Callable[..., Awaitable[list[Install]]]


@pytest.fixture
async def installs(tmp_path: Path) -> AsyncIterator[Installs]:
    """So many installs, each of which knows each other one with its role."""
    async with AsyncExitStack() as stack:

        async def made(number: int = 2, *, role: str = "full", most: int = 50) -> list[Install]:
            found = [
                await stack.enter_async_context(install(tmp_path, each, most_forgotten=most))
                for each in range(number)
            ]
            for one in found:
                for other in found:
                    if one is not other:
                        await one.adds(other, role if one is found[0] else "full")  # type: ignore[arg-type]
            return found

        yield made


@pytest.fixture
def chance() -> random.Random:
    return random.Random(1)
