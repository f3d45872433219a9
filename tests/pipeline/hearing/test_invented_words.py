"""Noise has no words: an hour of it, of the 31 that `bench invented_words --full` tries."""

from pathlib import Path

import pytest

from bench.hearing.invented_words import invented, loaded
from bench.hearing.noises import sample, trials

SEED = 20_261
SECONDS = 3600


@pytest.mark.soak
def test_nothing_is_heard_where_nobody_speaks(data: Path) -> None:
    chosen = sample(trials(data), SECONDS, SEED)
    speech, transcriber = loaded()

    found = list(invented(data, chosen, speech, transcriber))

    assert [(each.trial, each.text) for each in found] == []
