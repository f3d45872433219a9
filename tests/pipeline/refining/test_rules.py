"""Which moments are heard again, in which order, and when what was heard is better."""

from dataclasses import replace

import pytest

from core.moment import Transcript, Word
from pipeline.refining.rules import Candidate, candidate, in_order, judged, why_not
from pipeline.refining.second_model import SecondModel
from pipeline.store.views.moment_fold import MomentRow

SMALL = SecondModel("small.en", frozenset({"en"}))
NO_LARGER = SecondModel("base", frozenset({"en"}), not_above=frozenset({"tiny.en"}))
MANY = SecondModel("base", frozenset({"en", "de"}), only_for_unknown=True)


def said(text: str, doubtful: int = 0, language: str | None = "en") -> Transcript:
    """These words, the last ones of them doubtful."""
    parts = text.split()
    words = tuple(
        Word(each, nth * 300, nth * 300 + 200, 0.9, doubtful=nth >= len(parts) - doubtful)
        for nth, each in enumerate(parts)
    )
    return Transcript(text, words, "tiny.en", -0.3, language)


ROW = MomentRow(
    id="3f1c-0",
    state="visible",
    how="press",
    reasons="[]",
    at_ms=5,
    utc_offset_min=0,
    boot=None,
    boottime_ms=None,
    kept_lamport=1,
    kept_origin="ab",
    kept_seq=1,
    revision=0,
    duration_ms=4000,
    words="words",
    text="the pill box",
    transcript="id",
    sound="aa",
    speaker=None,
    source=None,
    ref=None,
    line=None,
    language="en",
)
SAID = said("the pill box")


def test_what_was_heard_by_a_smaller_model_may_be_heard_again() -> None:
    assert candidate(ROW, SAID, SMALL, set()) == Candidate("3f1c-0", 4.0, is_doubtful=False)


def test_what_the_wearer_wrote_is_never_heard_again() -> None:
    assert why_not(ROW, Transcript("the pill box"), SMALL) == "written"
    assert candidate(ROW, replace(SAID, model=None), SMALL, set()) is None


@pytest.mark.parametrize(
    ("row", "transcript", "model", "why"),
    [
        (replace(ROW, sound=None), SAID, SMALL, "no_sound"),
        (ROW, None, SMALL, "no_words"),
        (ROW, said(""), SMALL, "no_words"),
        (ROW, replace(SAID, model="small.en"), SMALL, "heard_by_it"),
        (replace(ROW, language="de"), SAID, SMALL, "language"),
        (ROW, SAID, MANY, "no_better"),
        (ROW, SAID, NO_LARGER, "no_better"),
    ],
)
def test_why_a_moment_is_not_heard_again(
    row: MomentRow, transcript: Transcript | None, model: SecondModel, why: str
) -> None:
    assert why_not(row, transcript, model) == why
    assert candidate(row, transcript, model, set()) is None


def test_what_another_model_heard_or_what_is_in_no_known_language_may_gain() -> None:
    assert why_not(ROW, replace(SAID, model="micro.en"), NO_LARGER) is None
    assert why_not(replace(ROW, language=None), SAID, NO_LARGER) is None


def test_what_a_model_could_not_better_once_it_does_not_hear_again_by_itself() -> None:
    assert candidate(ROW, SAID, SMALL, {"small.en"}) is None
    assert candidate(ROW, SAID, SMALL, {"base.en"}) is not None
    assert why_not(ROW, SAID, SMALL) is None  # named, it does


def test_what_is_hidden_is_left_alone() -> None:
    assert candidate(replace(ROW, state="hidden"), SAID, SMALL, set()) is None


def test_words_of_an_unknown_language_are_heard_by_the_model_for_many() -> None:
    row = replace(ROW, language=None)

    assert candidate(row, said("the pill box", 3, None), MANY, set()) is not None


def test_what_is_hardly_believable_goes_first_and_then_the_newest() -> None:
    old, newer = Candidate("old", 1, is_doubtful=False), Candidate("newer", 1, is_doubtful=False)
    doubted, doubtful = Candidate("a", 1, is_doubtful=True), Candidate("b", 1, is_doubtful=True)

    assert in_order([doubted, old, doubtful, newer]) == [doubtful, doubted, newer, old]


@pytest.mark.parametrize(
    ("later", "outcome"),
    [
        (said("the pill box beeped"), "better"),
        (said("the bill box"), "better"),
        (said("The pill, box."), "same"),
        (said(""), "kept"),
        (said("the pill"), "kept"),
        (said("a pillow box", 1), "kept"),
        (said("so " * 80), "kept"),
    ],
    ids=["more", "others", "the same", "none", "fewer", "in doubt", "in a circle"],
)
def test_later_words_are_better_where_they_lose_nothing_and_are_in_less_doubt(
    later: Transcript, outcome: str
) -> None:
    assert judged(SAID, later) == outcome


def test_doubtful_words_give_way_to_fewer_that_are_sure() -> None:
    assert judged(said("a pill owe box is", 4), said("a pill box")) == "better"


def test_words_in_doubt_stay_where_nothing_was_heard() -> None:
    assert judged(said("the pill box", 3), said("")) == "kept"
