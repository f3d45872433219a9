"""A seeded sample of histories whose copies have processes of their own, killed at random."""

from pathlib import Path

import pytest

from bench.sync.histories_soak import run_processes

pytestmark = pytest.mark.long


@pytest.mark.parametrize("seed", [2, 5])
async def test_processes_come_to_the_same_over_sockets_that_break(
    seed: int, tmp_path: Path
) -> None:
    outcome = await run_processes(seed, tmp_path, installs=2, steps=40)

    assert outcome.wrong == []
