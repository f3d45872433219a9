from typing import Any

from bench.hearing.word_errors import (
    Errors,
    apart,
    errors_along,
    errors_of,
    groups,
    percent,
    right_words,
)

SAID = ["the pill box rang", "nobody came", "it cries too often"]


def test_each_utterance_has_its_own_errors() -> None:
    heard = ["The pill box rang!", "nobody", "it tries far too often"]

    assert errors_of(SAID, heard) == [
        Errors(4),
        Errors(2, deleted=1),
        Errors(4, substituted=1, inserted=1),
    ]


def test_where_nothing_was_said_all_words_are_inserted() -> None:
    assert errors_of([""], ["thank you"]) == [Errors(0, inserted=2)]


def test_the_errors_of_a_long_sound_fall_to_its_segments() -> None:
    heard = "the pill box rang nobody oh it tries too often yes"

    assert errors_along(SAID, heard) == [
        Errors(4),
        Errors(2, substituted=1),
        Errors(4, substituted=1, inserted=1),
    ]


def test_all_segments_together_have_the_errors_of_the_whole() -> None:
    assert errors_along(SAID, "") == [Errors(4, deleted=4), Errors(2, deleted=2), Errors(4, 0, 4)]
    assert percent(errors_along(SAID, " ".join(SAID))) == 0


def test_words_that_came_out_right_are_known_by_their_place() -> None:
    assert right_words("the pill box rang", "a pill rang") == {1, 3}
    assert right_words("", "thank you") == set()


def test_of_two_that_are_alike_neither_is_worse() -> None:
    same = errors_of(SAID, SAID)

    assert (apart(same, same).points, apart(same, same).low, apart(same, same).high) == (0, 0, 0)


def test_the_interval_lies_around_the_difference_and_is_the_same_each_time() -> None:
    worse = [Errors(10, deleted=n % 4) for n in range(40)]
    better = [Errors(10, deleted=n % 2) for n in range(40)]

    found = apart(worse, better)

    assert found.low < found.points < found.high
    assert found.points == 10
    assert apart(worse, better) == found


def test_a_recording_is_reported_in_its_group_and_in_its_part() -> None:
    rows: list[dict[str, Any]] = [
        {"source": "librispeech-test-other"},
        {"source": "speechocean762", "tags": ["child"]},
        {"source": "jfk"},
    ]

    assert groups(rows) == {
        "LibriSpeech": [0],
        "LibriSpeech, test-other": [0],
        "others": [2],
        "others, jfk": [2],
        "second language": [1],
        "second language, children": [1],
    }
