from dataclasses import replace

import pytest

from core.audio import RATE_HZ, Span
from core.moment import Word
from pipeline.hearing.doubt import believable, is_disbelieved, is_doubtful, is_made_of_noise

TALK = Span(10 * RATE_HZ, 20 * RATE_HZ)
A_MOMENT = Span(10 * RATE_HZ, 11 * RATE_HZ)


def word(at_s: float, *, doubtful: bool, probability: float = 0.4) -> Word:
    start_ms = round(at_s * 1000)
    return Word("word", start_ms, start_ms + 300, probability, doubtful=doubtful)


def is_kept(one: Word, speech: Span = TALK) -> bool:
    return believable([one], [speech], speech.duration_s) == (one,)


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


def spoken(text: str, *likely: float) -> str:
    """What is kept of these words where somebody speaks for ten seconds."""
    words = [
        Word(each, 11_000, 11_300, probability, doubtful=is_doubtful(probability))
        for each, probability in zip(text.split(), likely, strict=True)
    ]
    return " ".join(word.word for word in believable(words, [TALK], TALK.duration_s))


@pytest.mark.parametrize(
    ("text", "likely", "kept"),
    [
        ("No, no, no, no, no.", (0.08, 0.36, 0.35, 0.55, 0.07), ""),
        ("No, no. No, no. I'm here", (0.07, 0.6, 0.9, 0.9, 0.9, 0.9), "I'm here"),
        ("Buy milk milk milk milk now", (0.9, 0.9, 0.4, 0.4, 0.4, 0.9), "Buy milk now"),
        ("I mean, I mean, I mean, I mean it", (0.3,) * 8 + (0.9,), "it"),
    ],
)
def test_words_over_and_over_that_are_hardly_believed_are_a_circle(
    text: str, likely: tuple[float, ...], kept: str
) -> None:
    assert spoken(text, *likely) == kept


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("No, no, no, no.", (0.3, 0.9, 0.9, 0.9)),
        ("No, no, no.", (0.05, 0.2, 0.2)),
        ("It was, it was, it was cold", (0.05, 0.2, 0.2, 0.2, 0.2, 0.2, 0.9)),
    ],
)
def test_what_is_insisted_on_stays_and_so_does_what_is_said_three_times(
    text: str, likely: tuple[float, ...]
) -> None:
    assert spoken(text, *likely) == text


def test_no_words_are_no_words() -> None:
    assert believable([], [A_MOMENT], 1) == ()


def line(text: str, first: float, rest: float = 0.9) -> list[Word]:
    likely = [rest if n else first for n, _ in enumerate(text.split())]
    return [
        Word(each, 0, 300, probability, doubtful=is_doubtful(probability))
        for each, probability in zip(text.split(), likely, strict=True)
    ]


# Each as it was heard on the development data: the text, its first word's probability, and
# how long the speech model was sure of a voice.
@pytest.mark.parametrize(
    ("what", "text", "first", "sure_s"),
    [
        ("a dog", "No, no, no, no, no.", 0.03, 0.16),
        ("another", "No, no, no. No, don't, no!", 0.03, 0.61),
        ("one in a room", "Whoa! Whoa! Whoa! Whoa!", 0.27, 0.42),
        ("a dog in a room", "Don't, don't, just don't! Don't!", 0.24, 0.51),
        ("a chainsaw", "Mm-hmm", 0.35, 1.7),
        ("the same in a room", "No! No! No! No!", 0.01, 2.34),
        ("a cock", "AHHHHHHH!", 0.23, 0.51),
        ("another cock", "F-F-F-F-F", 0.02, 0.42),
        ("a saw", "Grrrrrah!", 0.21, 0.19),
        ("an alarm", "beep beep beep beep", 0.27, 0.42),
        ("the sea", "Thank you.", 0.01, 0.35),
        ("a drone", "I don't know what I'm going to do, I don't know", 0.3, 0.5),
    ],
)
def test_what_noises_are_written_as_is_not_believed(
    what: str, text: str, first: float, sure_s: float
) -> None:
    assert is_made_of_noise(line(text, first), sure_s), what


@pytest.mark.parametrize(
    ("text", "likely", "sure_s"),
    [
        ("There we go!", (0.041, 0.543, 0.442), 1.15),
        ("Now, I'm...", (0.061, 0.091), 1.02),
    ],
)
def test_a_chainsaw_says_nothing(text: str, likely: tuple[float, ...], sure_s: float) -> None:
    words = [
        Word(each, 0, 300, probability, doubtful=is_doubtful(probability))
        for each, probability in zip(text.split(), likely, strict=True)
    ]

    assert is_made_of_noise(words, sure_s)


def test_a_text_that_begins_from_little_is_believed_where_most_of_it_is_clear() -> None:
    assert not is_made_of_noise(line("There we go again", 0.05), 1.0)


def test_doubtful_words_that_begin_from_nothing_need_a_voice() -> None:
    drone = [replace(word, doubtful=True) for word in line("Thank you very much.", 0.016)]

    assert is_made_of_noise(drone, 2.5)
    assert not is_made_of_noise(drone, 3.1)


@pytest.mark.parametrize(
    ("what", "text", "first", "sure_s"),
    [
        ("one word of command", "Go.", 0.57, 0.38),
        ("a word cut out of its sentence", "Look", 0.36, 0.26),
        (
            "a murmur in a meeting",
            "Yep. Okay. Okay. Who wants to take notes today?",
            0.06,
            1.41,
        ),
        ("an accent", "Mac got the t-shirt", 0.03, 1.7),
        ("a clear refusal", "No, no, no.", 0.6, 0.8),
        ("a refusal at length", "No, no, no, no.", 0.3, 3.1),
        ("one that is hardly heard", "No, no, I said no.", 0.3, 0.9),
        ("a clear agreement", "Mm-hmm.", 0.7, 0.4),
        ("two who agree", "Yes, exactly.", 0.4, 0.7),
    ],
)
def test_a_voice_is_believed_however_short_it_speaks(
    what: str, text: str, first: float, sure_s: float
) -> None:
    assert not is_made_of_noise(line(text, first), sure_s), what


def test_no_words_are_made_of_nothing() -> None:
    assert not is_made_of_noise([], 0)


def unlikely(sure_s: float, mean: float, *, doubtful: int = 4) -> bool:
    words = [
        Word(each, 0, 300, 0.17, doubtful=n < doubtful)
        for n, each in enumerate("We're not here anymore!".split())
    ]
    return is_made_of_noise(words, sure_s, mean)


def test_a_text_that_is_hardly_likely_needs_more_than_a_moment_of_a_voice() -> None:
    assert unlikely(1.7, -1.3)
    assert not unlikely(3.1, -1.3)


def test_a_text_of_which_some_words_are_clear_is_believed() -> None:
    assert unlikely(1.7, -1.3, doubtful=3)
    assert not unlikely(1.7, -1.3, doubtful=2)


def test_an_accent_is_not_as_unlikely_as_a_noise() -> None:
    assert not unlikely(1.5, -1.0)


@pytest.mark.parametrize(
    "text",
    ["555 1234 987", "12 15", "Завтра купить хлеб", "Αύριο αγόρασε ψωμί", "اشتر الحليب غدا"],
)
def test_figures_and_letters_of_any_script_are_words(text: str) -> None:
    assert not is_made_of_noise(line(text, 0.45), 2.5)


def test_what_whisper_is_sure_of_is_kept_of_a_soft_voice() -> None:
    sure = line("Buy milk and bread today", 0.95)

    assert not is_made_of_noise(sure, 0.4)
    assert is_made_of_noise([*sure, *line("now", 0.3)], 0.4)


def test_a_sign_of_a_script_without_spaces_takes_less_time_than_a_word() -> None:
    thai = line(" ".join("พรุ่งนี้ต้องซื้อนมและขนมปังที่ร้าน"), 0.45)

    assert not is_made_of_noise(thai, 3.2)
