"""A seeded sample of capture's soak: real processes, killed, and what they left behind."""

from pathlib import Path

import pytest

from bench.capture_soak import soak


@pytest.mark.soak
def test_killed_all_day_nothing_confirmed_is_lost_or_doubled_and_every_gap_is_shown(
    tmp_path: Path,
) -> None:
    verdict = soak(tmp_path, hours=0.7, kills=16, seed=20)

    assert verdict.faults == []
    assert verdict.deaths > 5
    assert verdict.confirmed > 20
    assert verdict.gaps > 5
