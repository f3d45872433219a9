"""Which windows are of one voice."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.voices import clustering
from pipeline.voices.clustering import voices_of
from pipeline.voices.voice_model import DIMENSIONS, Vectors, unit
from pipeline.voices.windows import Stretch


def spoken(people: Sequence[int]) -> tuple[list[Stretch], Vectors]:
    """A window a second by these people, who are hardly alike, each never twice the same."""
    chance = np.random.default_rng(5)
    vectors = chance.random((len(people), DIMENSIONS)).astype(np.float32) * 0.1
    for row, who in zip(vectors, people, strict=True):
        row[who * 10 : who * 10 + 10] += 1
    return [Stretch(nth * 1000, nth * 1000 + 900) for nth in range(len(people))], unit(vectors)


def test_two_people_are_two_voices_in_the_order_of_speaking() -> None:
    people = [7] * 8 + [2] * 8 + [7] * 4

    assert voices_of(*spoken(people)).tolist() == [0] * 8 + [1] * 8 + [0] * 4


def test_one_person_is_one_voice() -> None:
    assert set(voices_of(*spoken([3] * 20)).tolist()) == {0}


def test_a_voice_of_a_moment_is_none_of_its_own() -> None:
    people = [1] * 10 + [5] * 2 + [1] * 10

    assert set(voices_of(*spoken(people)).tolist()) == {0}


def test_a_clip_of_one_window_has_one_voice() -> None:
    assert voices_of(*spoken([4])).tolist() == [0]


def test_a_clip_without_windows_has_none() -> None:
    assert voices_of(*spoken([])).tolist() == []


def test_a_long_clip_is_told_apart_by_some_of_its_windows() -> None:
    people = [nth // 50 % 3 for nth in range(clustering.AT_ONCE * 3)]

    assert voices_of(*spoken(people)).tolist() == people


@given(st.lists(st.integers(0, 4), max_size=60))
def test_every_window_has_a_voice_numbered_from_the_first_on(people: list[int]) -> None:
    labels = voices_of(*spoken(people)).tolist()

    assert len(labels) == len(people)
    first = list(dict.fromkeys(labels))
    assert first == list(range(len(first)))
