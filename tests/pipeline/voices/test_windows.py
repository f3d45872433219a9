"""Which parts of a clip a voice is told by."""

from itertools import pairwise

from pipeline.voices.windows import Stretch, stretches, windows


def test_words_without_a_pause_are_one_stretch() -> None:
    said = [Stretch(0, 300), Stretch(350, 700), Stretch(1000, 1200)]

    assert stretches(said) == [Stretch(0, 1200)]


def test_a_pause_parts_two_stretches() -> None:
    assert stretches([Stretch(0, 300), Stretch(700, 900)]) == [Stretch(0, 300), Stretch(700, 900)]


def test_a_word_within_another_does_not_shorten_it() -> None:
    assert stretches([Stretch(0, 900), Stretch(100, 200)]) == [Stretch(0, 900)]


def test_windows_cover_a_stretch_to_its_ends() -> None:
    found = windows([Stretch(100, 4_100)])

    assert found[0] == Stretch(100, 1_700)
    assert found[-1] == Stretch(2_500, 4_100)
    steps = [b.start_ms - a.start_ms for a, b in pairwise(found)]
    assert all(0 < each <= 400 for each in steps)


def test_a_short_stretch_is_one_short_window() -> None:
    assert windows([Stretch(0, 900)]) == [Stretch(0, 900)]


def test_a_word_or_two_tell_no_voice() -> None:
    assert windows([Stretch(0, 390)]) == []
