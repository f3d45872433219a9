"""Noise has no words: an hour of it, of the 31 that `bench invented_words --full` tries."""

from pathlib import Path

import pytest

from bench.hearing.invented_words import clips, loaded
from bench.hearing.noise.noises import sample, trials

SEED = 20_261
SECONDS = 3600


@pytest.mark.soak
def test_nothing_is_heard_where_nobody_speaks(data: Path) -> None:
    chosen = sample(trials(data), SECONDS, SEED)
    speech, transcriber = loaded()

    heard = clips(data, chosen, speech, transcriber)
    found = [each.invented for each in heard if each.invented is not None]

    assert [(each.trial, each.text) for each in found] == []
