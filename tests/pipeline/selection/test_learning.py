"""What the wearer's answers make of the weights."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.selection.learning import FARTHEST, Answered, Learned, answers_of, learned
from pipeline.selection.score import PRIOR, decided, scored

DECISION = {"decision": 1.0, "much_said": 0.3}
NUMBER = {"number": 1.0, "much_said": 0.45}


def answers(*told: tuple[bool, dict[str, float]], times: int = 20) -> list[Answered]:
    return [Answered(wanted, signals) for wanted, signals in told] * times


def test_without_an_answer_the_weights_are_those_of_the_beginning() -> None:
    assert learned([]) == Learned(PRIOR)


def test_what_is_asked_for_is_kept_and_what_is_dismissed_is_passed_over() -> None:
    assert decided(NUMBER, PRIOR).is_kept
    assert not decided({"question": 1.0, "much_said": 0.2}, PRIOR).is_kept

    known = learned(answers((True, {"question": 1.0, "much_said": 0.2}), (False, NUMBER)))

    assert not decided(NUMBER, known.weights).is_kept
    assert decided({"question": 1.0, "much_said": 0.2}, known.weights).is_kept
    assert known.counts


def test_answers_that_contradict_one_another_change_nothing() -> None:
    known = learned(answers((True, DECISION), (False, DECISION)))

    assert not known.counts
    assert scored(DECISION, known.weights) == pytest.approx(scored(DECISION, PRIOR), abs=0.05)


def test_ten_thousand_dismissals_keep_every_weight_near_its_beginning() -> None:
    known = learned(answers((False, DECISION), times=10_000))

    for name, weight in known.weights.of.items():
        assert abs(weight - PRIOR.of[name]) <= FARTHEST
    assert abs(known.weights.without - PRIOR.without) <= FARTHEST / 2
    assert decided({"asked": 1.0}, known.weights).is_kept


def test_an_answer_that_nothing_else_bears_out_changes_nothing() -> None:
    """It would foretell itself."""
    known = learned([Answered(wanted=True, signals={"question": 1.0})])

    assert (known.more, known.counts, known.weights) == (1, False, PRIOR)


def test_whoever_wants_what_is_kept_at_first_loses_nothing_by_saying_so() -> None:
    chance = random.Random(4)
    said = [{"much_said": chance.random(), "decision": chance.random()} for _ in range(40)]

    known = learned([Answered(decided(each, PRIOR).is_kept, each) for each in said])

    kept = [decided(each, known.weights).is_kept for each in said]
    assert kept == [decided(each, PRIOR).is_kept for each in said]


def test_a_signal_that_was_in_no_answer_keeps_its_weight() -> None:
    assert learned(answers((False, NUMBER))).weights.of["promise"] == PRIOR.of["promise"]


def test_a_signal_of_a_newer_version_is_left_out() -> None:
    known = learned(answers((True, {"unheard_of": 1.0})))

    assert known.weights.of.keys() == PRIOR.of.keys()


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([DECISION, NUMBER, {}])), max_size=60))
def test_any_answers_give_bounded_weights(told: list[tuple[bool, dict[str, float]]]) -> None:
    known = learned([Answered(*each) for each in told])

    assert all(abs(known.weights.of[name] - PRIOR.of[name]) <= FARTHEST for name in PRIOR.of)


def test_answers_without_rhyme_or_reason_move_no_verdict_far() -> None:
    chance = random.Random(7)
    told = [(chance.random() < 0.5, {"much_said": chance.random()}) for _ in range(40)]

    known = learned([Answered(*each) for each in told])

    for much in (0.1, 0.3, 0.5, 0.9):
        assert scored({"much_said": much}, known.weights) == pytest.approx(
            scored({"much_said": much}, PRIOR), abs=0.2
        )


def test_no_events_are_no_answers() -> None:
    assert answers_of([]) == []
