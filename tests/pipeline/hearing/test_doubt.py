import pytest

from core.audio import RATE_HZ, Span
from core.moment import Word
from pipeline.hearing.doubt import believable, is_disbelieved, is_doubtful

TALK = Span(10 * RATE_HZ, 20 * RATE_HZ)
A_MOMENT = Span(10 * RATE_HZ, 11 * RATE_HZ)


def word(at_s: float, *, doubtful: bool, probability: float = 0.4) -> Word:
    start_ms = round(at_s * 1000)
    return Word("word", start_ms, start_ms + 300, probability, doubtful=doubtful)


def is_kept(one: Word, speech: Span = TALK) -> bool:
    return believable([one], [speech]) == (one,)


def test_a_word_that_is_more_likely_wrong_than_right_is_doubtful() -> None:
    assert is_doubtful(0.3)
    assert not is_doubtful(0.7)


@pytest.mark.parametrize(
    ("what", "no_speech", "first_word", "expected"),
    [
        ("a reader of books", 0.05, 0.8, False),
        ("the last words of a sentence, heard alone", 0.81, 0.49, False),
        ("a meeting that begins in a murmur", 0.4, 0.06, False),
        ("a ticking clock", 0.98, 0.02, True),
    ],
)
def test_text_is_disbelieved_when_it_begins_from_nothing(
    what: str, no_speech: float, first_word: float, *, expected: bool
) -> None:
    assert is_disbelieved(no_speech, first_word) is expected, what


def test_a_doubtful_word_stays_where_somebody_spoke() -> None:
    assert is_kept(word(12, doubtful=True))


def test_a_doubtful_word_where_nobody_spoke_was_invented() -> None:
    assert not is_kept(word(25, doubtful=True))
    assert not is_kept(word(5, doubtful=True))


def test_a_word_that_is_sure_is_believed_although_the_gate_missed_it() -> None:
    assert is_kept(word(25, doubtful=False))


def test_the_edges_of_speech_are_not_exact() -> None:
    assert is_kept(word(20.4, doubtful=True))
    assert is_kept(word(9.4, doubtful=True))


def test_a_moment_of_a_voice_is_not_enough_for_words_out_of_nothing() -> None:
    assert not is_kept(word(10.2, doubtful=True, probability=0.05), A_MOMENT)
    assert is_kept(word(10.2, doubtful=True, probability=0.05), TALK)


def test_a_moment_is_enough_for_one_short_word() -> None:
    assert is_kept(word(10.2, doubtful=True, probability=0.4), A_MOMENT)
    assert is_kept(word(10.2, doubtful=False, probability=0.9), A_MOMENT)


def test_no_words_are_no_words() -> None:
    assert believable([], [A_MOMENT]) == ()
