from pipeline.hearing.sentences import complete

TIME = 1000
"""The first timestamp; each one further is 20 ms, two frames, later."""


def test_without_timestamps_all_of_it_is_complete() -> None:
    assert complete([1, 2, 3], TIME) == ([1, 2, 3], None)


def test_a_sentence_that_is_only_begun_is_read_again_from_its_beginning() -> None:
    tokens = [TIME, 1, 2, TIME + 50, TIME + 50, 3, 4]

    assert complete(tokens, TIME) == ([TIME, 1, 2, TIME + 50], 100)


def test_after_a_last_timestamp_alone_there_is_nothing_to_read() -> None:
    tokens = [TIME, 1, TIME + 50, TIME + 60, 2, TIME + 90]

    assert complete(tokens, TIME) == (tokens, None)


def test_a_single_sentence_is_complete_whether_or_not_it_has_an_end() -> None:
    assert complete([TIME, 1, 2], TIME) == ([TIME, 1, 2], None)
    assert complete([TIME, 1, 2, TIME + 70], TIME) == ([TIME, 1, 2, TIME + 70], None)


def test_a_sentence_that_lasts_no_time_is_left_out() -> None:
    tokens = [TIME, 1, TIME, TIME + 5, 2, TIME + 90, TIME + 90, 3]

    assert complete(tokens, TIME) == ([TIME + 5, 2, TIME + 90], 180)


def test_nothing_is_complete_in_nothing() -> None:
    assert complete([], TIME) == ([], None)


def test_what_would_be_read_on_from_its_beginning_is_taken_as_it_is() -> None:
    assert complete([TIME, TIME, 1, 2], TIME) == ([TIME, TIME, 1, 2], None)
