"""What the list of a wearer's names comes to: what can be taken is taken, the rest is told."""

import pytest

from core.text.own_words import LONGEST, MOST_TERMS, listed


def test_terms_are_taken_as_they_are_written_each_once() -> None:
    taken = listed([" Kowalczyk", "Raspberry   Pi", "Kowalczyk"])

    assert taken.terms == ("Kowalczyk", "Raspberry Pi")
    assert taken.problems == ()


@pytest.mark.parametrize("empty", ["", "  ", "...", "42"])
def test_a_term_without_a_letter_is_told_and_the_rest_is_taken(empty: str) -> None:
    taken = listed(["Niamh", empty])

    assert taken.terms == ("Niamh",)
    assert "there is no letter" in taken.problems[0]


def test_a_term_that_nobody_says_in_three_words_is_told() -> None:
    taken = listed(["a" * LONGEST, "a" * (LONGEST + 1)])

    assert taken.terms == ("a" * LONGEST,)
    assert "Write a shorter form" in taken.problems[0]


def test_of_too_many_the_first_are_taken_and_where_it_ends_is_told() -> None:
    taken = listed([f"name {number}" for number in range(MOST_TERMS + 3)])

    assert len(taken.terms) == MOST_TERMS
    assert "the last 3 from 'name 200' on are left out" in taken.problems[0]
