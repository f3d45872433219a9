import pytest

from core.audio import FRAME_S, FRAME_SAMPLES, Span
from pipeline.speech.speech_gate import Edge, SpeechGate, utterances

SPEECH, BETWEEN, SILENCE = 0.9, 0.4, 0.1


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
        ("uncertain sound alone does not", [(BETWEEN, 5)], []),
        (
            "a pause shorter than the hangover does not close it",
            [(SPEECH, 1), (SILENCE, 0.7), (SPEECH, 1)],
            [Edge.OPENED],
        ),
        ("a longer one does", [(SPEECH, 1), (SILENCE, 0.9)], [Edge.OPENED, Edge.CLOSED]),
        ("uncertain sound keeps it open", [(SPEECH, 1), (BETWEEN, 5)], [Edge.OPENED]),
        (
            "what was said before a pause does not count towards the next silence",
            [(SPEECH, 1), (SILENCE, 0.7), (SPEECH, 0.1), (SILENCE, 0.7)],
            [Edge.OPENED],
        ),
    ],
)
def test_the_gate(what: str, stretches: list[tuple[float, float]], expected: list[Edge]) -> None:
    assert edges(*stretches) == expected, what


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
