"""Everything odd in every folder of a home: the commands go on, and everything else gets in."""

import random
from pathlib import Path

import pytest

from tests.journeys.odd.odd_letters import every_one, several, trials

SEED = 2026
ALONE, TOGETHER = 36, 4
REAL_EACH = 20
"""A sample; bench/odd_letters.py has the full count."""


@pytest.mark.soak
def test_nothing_odd_stops_a_home_and_everything_else_gets_in(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    planned = [*chance.sample(every_one(), ALONE), *several(chance, TOGETHER)]

    tried = list(trials(tmp_path, planned, real_each=REAL_EACH))

    assert [(str(each), each.faults) for each in tried if each.faults] == []
    assert len(tried) == ALONE + TOGETHER
    assert sum(each.is_real for each in tried) == len(tried) // REAL_EACH
