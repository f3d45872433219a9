import pytest

from pipeline.hearing.reading import Reading, compresses, echoes, most_tokens


def reading(
    text: str = "Yes.", *, tokens: int = 3, log_probability: float = -0.2, no_speech: float = 0.1
) -> Reading:
    return Reading([1] * tokens, text, log_probability, no_speech, most=most_tokens(2.0))


def test_a_loop_is_seen_and_a_refrain_is_not() -> None:
    assert compresses("let's go, " * 30)
    assert not compresses("It was the best of times, it was the worst of times.")


@pytest.mark.parametrize(
    "text",
    [
        "Now leave and take your man with you. Now leave and take your man with you.",
        "You don't mean that you thought me so silly. You don't mean that you thought",
        "Cover of cover of cover of cover of cover of cover of cover of",
        "I saw it. As not, and so am I. As not, and so am I. Then he left",
        "no no no no no no no",
    ],
)
def test_an_echo_is_seen(text: str) -> None:
    assert echoes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Yeah, yeah, yeah, yeah. Okay.",
        "It was the best of times, it was the worst of times, it was the age of wisdom.",
        "We were all going direct to heaven, we were all going direct the other way.",
        "Ask not what your country can do for you, ask what you can do for your country.",
        "I know, I know. I know that you know that I know.",
    ],
)
def test_what_people_repeat_is_no_echo(text: str) -> None:
    assert not echoes(text)


def test_an_answer_that_comes_to_its_limit_has_run_away() -> None:
    assert not reading(tokens=most_tokens(2.0) - 1).runs_away
    assert reading(tokens=most_tokens(2.0)).runs_away
    assert reading(tokens=most_tokens(2.0)).repeats


def test_unlikely_text_is_silence_only_where_no_speech_is_heard() -> None:
    assert reading(log_probability=-1.2, no_speech=0.6).silence
    assert not reading(log_probability=-1.2, no_speech=0.3).silence
    assert not reading(log_probability=-0.5, no_speech=0.9).silence
