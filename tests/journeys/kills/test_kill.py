"""Killed at any instant: nothing confirmed is lost, doubled, half, or back."""

from pathlib import Path

import pytest

from bench.kill_soak import NOTES, soak

SEED = 20_261
KILLS = 10
"""A sample, of acts without sound; bench/kill_soak.py has the full count, and every act."""

WITH_SOUND = {"keep", "hear", "capture", "press", "process", "run"}


@pytest.mark.soak
def test_a_kill_at_any_instant_leaves_whole_acts_and_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    acts = [act for act in NOTES if act not in WITH_SOUND]

    killed = list(soak(tmp_path, SEED, KILLS, acts))

    assert [(each.act, each.at_s, each.problems) for each in killed if each.problems] == []
    assert len(killed) == KILLS
    assert any(each.in_time for each in killed)
