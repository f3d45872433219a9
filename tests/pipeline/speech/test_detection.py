"""What is missed of a day, and which noises are taken for speech, by what is kept and in a clip."""

from functools import partial
from pathlib import Path

import pytest

from bench.hearing.detection import OURS
from bench.speech_detection import Found, Recordings

WAYS = pytest.mark.parametrize("way", OURS)
OF_WHAT = {
    "some": partial(Recordings, every=32, noises_every=8, day_s=150),
    "all": partial(Recordings, every=8, noises_every=1),
}
"""Of the single utterances and of the noises one in so many, and how much of the day."""


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.long)])
def found(request: pytest.FixtureRequest, data: Path) -> dict[str, Found]:
    """Of the recordings as they are."""
    recordings = OF_WHAT[request.param](data)
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

    assert noises.all in {16, 128}
    assert noises.some <= max(1, noises.all / 32)
    assert found[way].other_noises <= 2


@WAYS
def test_nobody_who_speaks_alone_is_missed(found: dict[str, Found], way: str) -> None:
    assert found[way].lost == {}
