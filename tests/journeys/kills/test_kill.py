"""Killed at any instant: nothing confirmed is lost, nothing is there twice."""

from pathlib import Path

import pytest

from tests.journeys.kills.killing import soak

SEED = 20_261
KILLS = 6
"""A sample; bench/kill_soak.py has the full count."""


@pytest.mark.soak
def test_a_kill_at_any_instant_loses_nothing_confirmed_and_doubles_nothing(
    home: Path, tmp_path: Path
) -> None:
    killed = list(soak(home, tmp_path, seed=SEED, kills=KILLS))

    assert [(each.act, each.at_s, each.problems) for each in killed if each.problems] == []
    assert len(killed) == KILLS
    assert not all(each.ended_first for each in killed)
