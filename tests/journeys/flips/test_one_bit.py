"""A bit of the archive flips: nothing else is lost, no command breaks, check names it."""

from pathlib import Path

import pytest

from tests.journeys.flips.one_bit import flips

SEED = 2026
FLIPS = 60
REAL = 2
"""A sample; bench/one_bit.py has the full count."""


@pytest.mark.soak
def test_a_flipped_bit_costs_nothing_but_what_it_is_in(tmp_path: Path) -> None:
    flipped = list(flips(tmp_path, seed=SEED, count=FLIPS, real=REAL))

    assert [(each.flip, each.commands, each.faults) for each in flipped if each.faults] == []
    assert len(flipped) == FLIPS
    assert sum(each.is_mended for each in flipped) > FLIPS / 2
