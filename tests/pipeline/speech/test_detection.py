"""What is missed of a day, and which noises are taken for speech, by what is kept and in a clip."""

from pathlib import Path

import pytest

from bench.hearing.detection import OURS
from bench.speech_detection import Found, Recordings

WAYS = pytest.mark.parametrize("way", OURS)


@pytest.fixture(scope="module")
def found(data: Path) -> dict[str, Found]:
    """Of the recordings as they are; of the single utterances, one in eight."""
    recordings = Recordings(data, every=8, noises_every=1)
    return {name: recordings.judge(way, lambda pcm: pcm) for name, way in OURS.items()}


@WAYS
def test_of_a_day_no_more_than_eight_percent_of_the_speech_is_missed(
    found: dict[str, Found], way: str
) -> None:
    missed = found[way].missed

    assert missed.some <= 0.08 * missed.all
    assert found[way].touched == found[way].segments


@WAYS
def test_no_more_than_four_of_a_hundred_noises_are_taken_for_speech(
    found: dict[str, Found], way: str
) -> None:
    noises = found[way].noises

    assert noises.all == 128
    assert noises.some <= 4
    assert found[way].other_noises <= 2


@WAYS
def test_nobody_who_speaks_alone_is_missed(found: dict[str, Found], way: str) -> None:
    assert found[way].lost == {}
