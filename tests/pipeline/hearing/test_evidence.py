import pytest

from core.audio import FRAME_S, FRAME_SAMPLES, Span
from pipeline.hearing.evidence import Evidence

PROBABILITIES = [0.1, 0.9, 0.5, 0.49, 0.8, 0.2, 1.0, 1.0]


def frames(start: int, end: int) -> Span:
    return Span(start * FRAME_SAMPLES, end * FRAME_SAMPLES)


@pytest.fixture
def evidence() -> Evidence:
    made = Evidence()
    assert list(made.watched(PROBABILITIES)) == PROBABILITIES
    return made


def test_frames_that_are_more_likely_speech_than_not_count(evidence: Evidence) -> None:
    assert evidence.sure_s(frames(0, 8)) == pytest.approx(5 * FRAME_S)


def test_stretches_are_asked_for_one_after_the_other(evidence: Evidence) -> None:
    found = [evidence.sure_s(span) for span in (frames(1, 3), frames(4, 5), frames(6, 8))]

    assert found == pytest.approx([2 * FRAME_S, FRAME_S, 2 * FRAME_S])


def test_a_frame_of_which_a_part_is_asked_for_counts(evidence: Evidence) -> None:
    assert evidence.sure_s(Span(0, FRAME_SAMPLES + 1)) == pytest.approx(FRAME_S)


def test_what_was_asked_for_is_forgotten(evidence: Evidence) -> None:
    evidence.sure_s(frames(4, 5))

    assert len(evidence._hundredths) == 4


def test_a_pause_is_a_third_of_a_second_in_which_nobody_speaks() -> None:
    evidence = Evidence()
    list(evidence.watched([0.9, *[0.1] * 9, 0.3, 0.9, *[0.29] * 10, 0.9, *[0.0] * 12]))

    assert evidence.pauses(frames(0, 35)) == [frames(12, 22), frames(23, 35)]
    assert evidence.pauses(frames(20, 35)) == [frames(3, 15)]
