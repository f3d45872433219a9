"""Reasons of selection as people read them."""

from typing import get_args

from core.selection.reasons import (
    EarlyReason,
    KeptReason,
    PassedReason,
    because,
    kept_sentence,
    passed_sentence,
    reasons_counted,
)


def test_one_reason_makes_a_sentence() -> None:
    assert kept_sentence(["decision"]) == "Kept because it is a decision."


def test_several_reasons_are_one_sentence() -> None:
    told = kept_sentence(["asked", "decision", "date"])

    assert told == (
        "Kept because you asked to remember it, it is a decision and it names a day or a time."
    )


def test_what_is_passed_over_says_why() -> None:
    assert passed_sentence(["no_words"]) == "Passed over because there were no words in it."


def test_without_a_reason_none_is_made_up() -> None:
    assert kept_sentence([]) == "Kept."


def test_a_policy_that_keeps_all_that_is_said_says_so() -> None:
    assert kept_sentence(["everything"]) == "Kept because everything that was said is kept."


def test_a_reason_of_a_newer_version_is_told_in_its_own_words() -> None:
    assert kept_sentence(["heard_twice"]) == "Kept because heard twice."


def test_reasons_are_counted_the_most_frequent_first() -> None:
    told = reasons_counted({"budget": 2, "no_words": 9, "paused": 2})

    assert told == (
        "there were no words in it (9), this hour's share of listening was used up (2), "
        "you paused (2)"
    )


def test_a_single_one_needs_no_number() -> None:
    assert reasons_counted({"paused": 1}) == "you paused"
    assert reasons_counted({}) == ""


def test_every_reason_has_words_of_its_own() -> None:
    codes = [*get_args(KeptReason), *get_args(PassedReason), *get_args(EarlyReason)]

    assert len({because(each) for each in codes}) == len(codes)
    assert not any(because(each) == each.replace("_", " ") for each in codes)
