from typing import Any

from pipeline.hearing.transcriber import _Reading, _repeats, _sentence


def piece(*words: tuple[str, float, float, float]) -> dict[str, Any]:
    keys = ("word", "start", "end", "probability")
    return {"tokens": [1, 2, 3], "words": [dict(zip(keys, word, strict=True)) for word in words]}


def reading(**changed: float) -> _Reading:
    numbers = {"mean_log_probability": -0.2, "no_speech_probability": 0.1} | changed
    return _Reading(tokens=[1, 2, 3], repeats=False, **numbers)


def heard(*words: tuple[str, float, float, float]) -> list[str]:
    return [word.word for word in _sentence(piece(*words), reading(), disbelieved=False).words]


def test_pieces_without_a_space_before_them_are_one_word() -> None:
    whole = _sentence(
        piece((" My", 0, 0.2, 0.9), (" t", 0.2, 0.4, 0.8), ("-shirt.", 0.4, 0.9, 0.6)),
        reading(),
        disbelieved=False,
    )

    assert [(w.word, w.start_ms, w.end_ms, w.probability) for w in whole.words] == [
        ("My", 0, 200, 0.9),
        ("t-shirt.", 200, 900, 0.6),
    ]


def test_a_full_stop_alone_is_not_a_word() -> None:
    assert heard((" Yes.", 0, 0.2, 0.9), (" .", 0.2, 0.4, 0.9)) == ["Yes."]


def test_every_word_of_a_disbelieved_text_is_doubtful() -> None:
    okay = _sentence(
        piece((" Okay,", 0, 1, 0.02), (" okay.", 1, 2, 0.97)), reading(), disbelieved=True
    )

    assert [word.doubtful for word in okay.words] == [True, True]


def test_a_loop_is_seen_and_a_refrain_is_not() -> None:
    assert _repeats("let's go, " * 30)
    assert not _repeats("It was the best of times, it was the worst of times.")


def test_unlikely_text_is_silence_only_where_no_speech_is_heard() -> None:
    assert reading(mean_log_probability=-1.2, no_speech_probability=0.6).silence
    assert not reading(mean_log_probability=-1.2, no_speech_probability=0.3).silence
    assert not reading(mean_log_probability=-0.5, no_speech_probability=0.9).silence
