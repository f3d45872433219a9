import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio import FRAME_S, FRAME_SAMPLES, Span
from device.memory import utterances as memory
from pipeline.speech import speech_gate
from pipeline.speech.speech_gate import Edge, SpeechGate, utterances

SPEECH, UNSURE, SILENCE = 0.9, 0.4, 0.1


def edges(*stretches: tuple[float, float]) -> list[Edge]:
    gate = SpeechGate()
    fed = [gate.feed(p) for p in frames(*stretches)]
    return [edge for edge in fed if edge is not None]


def frames(*stretches: tuple[float, float]) -> list[float]:
    return [p for p, for_s in stretches for _ in range(round(for_s / FRAME_S))]


def seconds(spans: list[Span]) -> list[tuple[float, float]]:
    return [(round(span.start_s, 1), round(span.end_s, 1)) for span in spans]


@pytest.mark.parametrize(
    ("what", "stretches", "expected"),
    [
        ("silence opens nothing", [(SILENCE, 5)], []),
        ("a click does not open the gate", [(SPEECH, 0.06), (SILENCE, 2)], []),
        (
            "clicks apart do not add up",
            [(SPEECH, 0.06), (SILENCE, 0.1), (SPEECH, 0.06), (SILENCE, 2)],
            [],
        ),
        ("speech opens it", [(SPEECH, 0.5)], [Edge.OPENED]),
        ("unsure sound for a moment does not", [(UNSURE, 0.3), (SILENCE, 2)], []),
        ("nor does it in moments apart", [(UNSURE, 0.3), (SILENCE, 0.04)] * 9, []),
        ("unsure sound that goes on opens it", [(UNSURE, 0.5)], [Edge.OPENED]),
        ("what is hardly anything never does", [(0.19, 60)], []),
        (
            "a pause shorter than the hangover does not close it",
            [(SPEECH, 1), (SILENCE, 0.7), (SPEECH, 1)],
            [Edge.OPENED],
        ),
        ("a longer one does", [(SPEECH, 1), (SILENCE, 0.9)], [Edge.OPENED, Edge.CLOSED]),
        ("unsure sound keeps it open", [(SPEECH, 1), (UNSURE, 5)], [Edge.OPENED]),
        (
            "what was said before a pause does not count towards the next silence",
            [(SPEECH, 1), (SILENCE, 0.7), (SPEECH, 0.1), (SILENCE, 0.7)],
            [Edge.OPENED],
        ),
    ],
)
def test_the_gate(what: str, stretches: list[tuple[float, float]], expected: list[Edge]) -> None:
    assert edges(*stretches) == expected, what


JUDGED = st.lists(
    st.tuples(st.floats(0, 1, width=32), st.integers(1, 40)).map(lambda run: [run[0]] * run[1]),
    max_size=12,
).map(lambda runs: [p for run in runs for p in run])
"""Streams of up to a quarter minute, in runs as sound has them."""


def opened(judged: list[float]) -> list[bool]:
    gate = SpeechGate()
    return [gate.feed(p) is Edge.OPENED or gate.open for p in judged]


@given(JUDGED)
def test_edges_take_turns_and_say_what_the_gate_does(judged: list[float]) -> None:
    gate, was_open = SpeechGate(), False

    for p in judged:
        edge = gate.feed(p)
        expected = None if gate.open is was_open else Edge.OPENED if gate.open else Edge.CLOSED
        assert edge is expected
        was_open = gate.open


@given(JUDGED, st.data())
def test_what_is_more_like_speech_is_never_heard_less(
    judged: list[float], more: st.DataObject
) -> None:
    by = more.draw(st.lists(st.floats(0, 1), min_size=len(judged), max_size=len(judged)))
    likelier = [min(p + each, 1.0) for p, each in zip(judged, by, strict=True)]

    pairs = zip(opened(judged), opened(likelier), strict=True)

    assert all(then for before, then in pairs if before)


@given(JUDGED, JUDGED)
def test_after_a_silence_the_gate_remembers_nothing(
    before: list[float], after: list[float]
) -> None:
    pause = frames((SILENCE, 1))

    assert opened(before + pause + after)[len(before + pause) :] == opened(after)


@given(JUDGED, st.floats(0, 2), st.floats(2, 10))
def test_utterances_follow_each_other_within_the_stream(
    judged: list[float], lead_in_s: float, longest_s: float
) -> None:
    spans = list(utterances(judged, lead_in_s=lead_in_s, longest_s=longest_s))

    bounds = [bound for span in spans for bound in (span.start, span.end)]
    assert bounds == sorted(bounds)
    assert all(span.start < span.end for span in spans)
    assert all(0 <= bound <= len(judged) * FRAME_SAMPLES for bound in bounds)


@given(JUDGED)
def test_every_frame_at_which_the_gate_is_open_is_in_an_utterance(judged: list[float]) -> None:
    spans = list(utterances(judged, lead_in_s=0))

    for frame, is_open in enumerate(opened(judged)):
        at = frame * FRAME_SAMPLES
        assert not is_open or any(span.start <= at < span.end for span in spans)


def test_capture_and_gate_agree_on_what_is_no_silence() -> None:
    assert memory.LIKELY == speech_gate.LIKELY


def test_an_utterance_begins_before_it_was_noticed_and_ends_with_its_hangover() -> None:
    spans = list(utterances(frames((SILENCE, 2), (SPEECH, 1), (SILENCE, 2)), lead_in_s=0.4))

    assert seconds(spans) == [(1.6, 3.8)]


def test_a_lead_in_reaches_neither_before_the_stream_nor_into_the_utterance_before() -> None:
    close_together = frames((SPEECH, 1), (SILENCE, 0.9), (SPEECH, 1))

    first, second = utterances(close_together, lead_in_s=2)

    assert first.start == 0
    assert second.start == first.end


def test_speech_at_the_end_of_the_stream_is_an_utterance() -> None:
    assert seconds(list(utterances(frames((SILENCE, 1), (SPEECH, 1)), lead_in_s=0.4))) == [
        (0.6, 2.0)
    ]


def test_an_endless_utterance_is_cut_where_it_is_least_like_speech() -> None:
    talk = frames((SPEECH, 7), (0.6, 0.1), (SPEECH, 8))

    spans = list(utterances(talk, longest_s=10))

    assert seconds(spans) == [(0.0, 7.0), (7.0, 15.1)]


def test_cutting_an_endless_utterance_loses_and_repeats_no_frame() -> None:
    talk = frames((SPEECH, 100))

    spans = list(utterances(talk, longest_s=10))

    assert [a.end for a in spans[:-1]] == [b.start for b in spans[1:]]
    assert (spans[0].start, spans[-1].end) == (0, len(talk) * FRAME_SAMPLES)
    assert max(span.duration_s for span in spans) <= 10


def test_an_empty_stream_has_no_utterance() -> None:
    assert list(utterances([])) == []


def test_an_utterance_is_told_as_soon_as_it_has_ended() -> None:
    stream = frames((SPEECH, 1), (SILENCE, 61))
    rest = iter(stream)

    next(utterances(rest))

    assert (len(stream) - len(list(rest))) * FRAME_S < 2
