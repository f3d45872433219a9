from types import SimpleNamespace

import pytest

from pipeline.hearing.alignment import Placed, place
from pipeline.hearing.tokens import WordTokens


def aligned(*steps: int, likely: float = 0.9) -> SimpleNamespace:
    """Token after token, from step to step of 20 ms; the last step is the end."""
    pairs = [(token, at) for token, at in enumerate(steps)]
    return SimpleNamespace(alignments=pairs, text_token_probs=[likely] * (len(steps) - 1))


def word(text: str, *pieces: int) -> WordTokens:
    return WordTokens(text, tuple(tuple(range(count)) for count in pieces))


def times(placed: list[Placed]) -> list[tuple[float, float]]:
    return [(round(each.start_s, 2), round(each.end_s, 2)) for each in placed]


def test_a_word_lasts_from_its_first_token_to_the_next_words() -> None:
    placed = place(
        [word(" one", 1), word(" seven", 2), word(" two", 1)], aligned(0, 10, 20, 30, 40)
    )

    assert times(placed) == [(0.0, 0.2), (0.2, 0.6), (0.6, 0.8)]


def test_a_word_ends_where_the_mark_behind_it_begins() -> None:
    placed = place([word(" one,", 1, 1), word(" two", 1)], aligned(0, 10, 14, 24))

    assert times(placed) == [(0.0, 0.2), (0.28, 0.48)]


def test_a_pause_before_the_first_word_is_not_in_it() -> None:
    placed = place([word(" one", 1), word(" two", 1), word(" six", 1)], aligned(0, 100, 110, 120))

    assert times(placed)[0] == (1.6, 2.0)


def test_a_pause_after_the_last_word_is_not_in_it() -> None:
    placed = place(
        [word(" one", 1), word(" two", 1), word(" six.", 1, 1)], aligned(0, 10, 20, 90, 95)
    )

    assert times(placed)[-1] == (0.4, 0.8)


def test_a_word_is_as_likely_as_its_least_likely_piece() -> None:
    found = aligned(0, 10, 14, 24)
    found.text_token_probs = [0.8, 0.3, 0.9]

    placed = place([word(" one,", 1, 1), word(" two", 1)], found)

    assert [each.probability for each in placed] == pytest.approx([0.3, 0.9])
