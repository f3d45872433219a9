"""What an engine told becomes words with times, and what it made up does not."""

import itertools
import math

import pytest

from core.moment import Transcript, Word
from pipeline.engines.told import UNTOLD, Told, ToldWord, transcript

EARLIER = Transcript(
    "the pill box beeps often",
    tuple(
        Word(word, 500 * n, 500 * n + 400, likely, doubtful=likely < 0.5)
        for n, (word, likely) in enumerate(
            [("the", 0.9), ("pill", 0.8), ("box", 0.9), ("beeps", 0.3), ("often", 0.7)]
        )
    ),
    "whisper-tiny.en",
    -0.4,
    "en",
)


def heard(told: Told) -> Transcript:
    return transcript(told, EARLIER, 3000, "engine")


def test_known_words_keep_their_times_and_others_share_what_is_between() -> None:
    words = heard(Told("The pill box sleeps too often.")).words

    assert [each.word for each in words] == ["The", "pill", "box", "sleeps", "too", "often."]
    times = [(each.start_ms, each.end_ms) for each in words]
    assert times[:3] == [(0, 400), (500, 900), (1000, 1400)]
    assert times[3:] == [(1400, 1700), (1700, 2000), (2000, 2400)]
    assert {each.probability for each in words} == {UNTOLD}
    assert not any(each.doubtful for each in words)


def test_what_an_engine_tells_of_its_words_is_believed() -> None:
    told = Told(
        "pill books",
        (ToldWord("pill", 10, 20, 0.9), ToldWord(" books", 30, 70, 0.2)),
        mean_log_probability=-0.5,
        language="de",
    )

    found = heard(told)

    assert [(each.start_ms, each.end_ms, each.doubtful) for each in found.words] == [
        (10, 20, False),
        (30, 70, True),
    ]
    assert (found.language, found.mean_log_probability, found.model) == ("de", -0.5, "engine")


def test_a_mean_stands_for_words_of_which_nothing_else_is_told() -> None:
    words = heard(Told("the pill box", mean_log_probability=-0.2)).words

    assert {each.probability for each in words} == {math.exp(-0.2)}


@pytest.mark.parametrize(
    "text",
    [
        "Thank you for watching, and do subscribe!",
        "",
        "the",
        "word " * 200,
        "Ha ha ha ha ha ha ha ha",
    ],
)
def test_what_shares_next_to_nothing_with_what_was_sure_is_made_up(text: str) -> None:
    found = heard(Told(" ".join(text.split())))

    assert (found.text, found.words, found.model) == ("", (), "engine")


def test_more_words_than_anybody_says_in_the_time_are_made_up_however_sure_they_are() -> None:
    told = tuple(ToldWord(f"w{n}", 0, 10, 0.4 + 0.5 * (n % 2)) for n in range(200))

    assert heard(Told(" ".join(each.word for each in told), told)).words == ()


def test_times_never_run_backwards_or_beyond_the_clip() -> None:
    odd = (ToldWord("the", 2900, 9999), ToldWord("pill", 100, 50), ToldWord("box", -5, -1))

    words = heard(Told("the new pill box and more", odd)).words

    assert words
    edges = [edge for each in words for edge in (each.start_ms, each.end_ms)]
    assert all(before <= after for before, after in itertools.pairwise(edges))
    assert all(0 <= edge <= 3000 for edge in edges)


def test_each_sign_of_a_script_without_spaces_is_a_word() -> None:
    earlier = Transcript("电池", (Word("电", 0, 200, 0.9), Word("池", 200, 400, 0.9)), "m")

    words = transcript(Told("备用电池"), earlier, 1000, "engine").words

    assert [each.word for each in words] == ["备", "用", "电", "池"]
