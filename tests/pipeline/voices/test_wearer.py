"""Whether a voice is the wearer's."""

import numpy as np
import pytest

from core.moment import VoiceTurn
from pipeline.store.format.voice_drafts import WEARER
from pipeline.voices.turns import Voices
from pipeline.voices.voice_model import DIMENSIONS, Vectors, unit
from pipeline.voices.wearer import (
    SURE,
    THRESHOLD,
    THRESHOLD_SHORT,
    how_surely,
    joined,
    likeness,
    print_of,
    recognised,
)


def voice(who: int) -> Vectors:
    made = np.zeros(DIMENSIONS, np.float32)
    made[who] = 1
    return made


def between(one: int, other: int, alike: float) -> Vectors:
    """A voice that is so much like the first, and for the rest like the other."""
    return unit(alike * voice(one) + np.sqrt(1 - alike**2) * voice(other))


def clip(**centres: Vectors) -> Voices:
    turns = tuple(
        VoiceTurn(nth * 5_000, nth * 5_000 + 4_000, name) for nth, name in enumerate(centres)
    )
    return Voices(turns, centres, dict.fromkeys(centres, 4_000), "ge2e")


WEARERS = print_of([np.stack([voice(1)])], "ge2e", 50.0, "Ann")


def test_the_voice_that_is_like_the_print_is_the_wearers() -> None:
    found = recognised(clip(A=between(1, 9, 0.9), B=voice(7), C=voice(8)), WEARERS)

    assert [turn.voice for turn in found.turns.turns] == [WEARER, "A", "B"]
    assert found.own_voice == 1.0


def test_of_two_that_are_like_it_one_is_the_wearer() -> None:
    found = recognised(clip(A=between(1, 8, 0.8), B=between(1, 9, 0.9)), WEARERS)

    assert [turn.voice for turn in found.turns.turns] == ["A", WEARER]


def test_where_only_others_speak_none_is_the_wearer() -> None:
    found = recognised(clip(A=voice(7), B=voice(8)), WEARERS)

    assert [turn.voice for turn in found.turns.turns] == ["A", "B"]
    assert found.own_voice == 0.0


def test_before_anybody_is_enrolled_nothing_is_said_of_the_wearer() -> None:
    found = recognised(clip(A=voice(1)), None)

    assert found.own_voice is None
    assert [turn.voice for turn in found.turns.turns] == ["A"]


def test_a_print_by_another_model_tells_nothing() -> None:
    other = print_of([np.stack([voice(1)])], "another", 50.0, None)

    assert recognised(clip(A=voice(1)), other).own_voice is None


def test_of_a_voice_that_was_hardly_heard_nobody_is_told() -> None:
    short = Voices((VoiceTurn(0, 900, "A"),), {"A": voice(1)}, {"A": 900}, "ge2e")

    found = recognised(short, WEARERS)

    assert found.own_voice is None
    assert [turn.voice for turn in found.turns.turns] == ["A"]


@pytest.mark.parametrize(
    ("alike", "sure"),
    [(THRESHOLD, 0.5), (THRESHOLD + SURE, 1), (THRESHOLD - SURE, 0), (1, 1), (0, 0)],
)
def test_how_sure_it_is_grows_with_the_likeness(alike: float, sure: float) -> None:
    assert how_surely(alike, 5_000) == pytest.approx(sure, abs=1e-6)


def test_a_print_that_is_added_to_weighs_what_it_was_made_of() -> None:
    long = print_of([np.stack([voice(1)])], "ge2e", 60, "Ann")
    short = print_of([np.stack([voice(2)])], "ge2e", 20, None)

    both = joined(long, short)

    assert likeness(voice(1), both) > likeness(voice(2), both) > 0
    assert (both.seconds, both.name) == (80, "Ann")


def test_of_a_short_voice_less_likeness_is_asked() -> None:
    assert how_surely(THRESHOLD_SHORT, 1_200) == pytest.approx(0.5, abs=1e-6)
    assert how_surely(THRESHOLD_SHORT, 5_000) < 0.5


def test_a_print_is_like_what_either_of_its_rows_is_like() -> None:
    print_ = print_of([np.stack([voice(1)]), np.stack([voice(2)])], "ge2e", 50.0, None)

    assert likeness(voice(1), print_) == pytest.approx(1, abs=1e-3)
    assert likeness(voice(2), print_) == pytest.approx(1, abs=1e-3)
    assert likeness(voice(3), print_) == 0
