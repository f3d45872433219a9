import pytest

from device.memory.utterances import Utterance
from device.session import clip_edges
from tests.device.sounding import at, heard, murmured, said

BEFORE_S = 0.44
"""Where a clip begins before its first onset, when no place is quieter than another."""


@pytest.mark.parametrize(
    ("sentence", "spoken", "press_s", "floor_s", "first_s"),
    [
        ("the utterance just ended", [said(10, 12)], 13, 0, 10),
        ("the utterance in progress", [said(10, None)], 13, 0, 10),
        ("one long ago, where nothing was said since", [said(10, 12)], 60, 0, 10),
        ("those before it, near enough", [said(10, 12), said(15, 17)], 18, 0, 10),
        ("not what a long pause separates", [said(10, 12), said(20.1, 22)], 23, 0, 20.1),
        ("a pause of eight seconds is not long", [said(10, 12), said(20, 22)], 23, 0, 10),
        ("a murmur bridges a pause", [said(10, 12), murmured(16, 17), said(23, 25)], 26, 0, 10),
        ("a murmur alone is no target", [said(10, 12), murmured(14, 15)], 16, 0, 10),
        ("nor one after a long silence", [said(1, 2), murmured(14, 15)], 16, 0, 1),
        ("no further than a minute", [said(30, 32), said(35, 60), said(62, 90)], 91, 0, 35),
        ("not what begins with the press", [said(1, 2), said(13, None)], 13, 0, 1),
        ("a minute back and no less", [said(31, 33), said(35, 60), said(62, 90)], 91, 0, 31),
        ("not what ends with an earlier keep", [said(8, 9), said(10, 12)], 13, 9, 10),
        ("never what an earlier keep holds", [said(10, 12), said(15, 17)], 18, 13, 15),
    ],
)
def test_a_press_reaches_back_to(
    sentence: str, spoken: list[Utterance], press_s: float, floor_s: float, first_s: float
) -> None:
    start = clip_edges.back(heard(*spoken, now_s=press_s), at(press_s), at(floor_s))

    assert start == pytest.approx(at(first_s - BEFORE_S), abs=1), sentence


def test_a_clip_begins_where_the_keep_before_it_ended_if_that_is_close() -> None:
    start = clip_edges.back(heard(said(10, 12), said(13, 15), now_s=16), at(16), at(12.9))

    assert start == at(12.9)


def test_an_utterance_that_a_keep_has_cut_goes_on_in_the_next() -> None:
    start = clip_edges.back(heard(said(10, 60), now_s=61), at(61), at(40))

    assert start == at(40)


def test_a_press_with_no_speech_keeps_the_last_half_minute() -> None:
    assert clip_edges.back(heard(now_s=50), at(50), 0) == at(20)
    assert clip_edges.back(heard(now_s=10), at(10), 0) == 0
    assert clip_edges.back(heard(now_s=1), at(1), 0) == 0


def test_a_press_right_after_a_keep_has_nothing_to_reach() -> None:
    assert clip_edges.back(heard(said(10, 12), now_s=14), at(14), at(13)) is None


def test_two_seconds_after_a_keep_are_something_to_reach() -> None:
    assert clip_edges.back(heard(said(10, 12), now_s=15), at(15), at(13)) == at(13)
    assert clip_edges.back(heard(said(10, 12), now_s=14.9), at(14.9), at(13)) is None


def test_a_long_silence_after_a_keep_is_kept_for_what_the_gate_may_have_missed() -> None:
    assert clip_edges.back(heard(said(10, 12), now_s=40), at(40), at(13)) == at(13)


def test_further_back_is_the_stretch_before_up_to_the_next_long_pause() -> None:
    sound = heard(said(2, 3), said(20, 22), said(25, 27), said(40, 42), now_s=43)

    once = clip_edges.further_back(sound, at(39.5), 0)
    assert once == at(20 - BEFORE_S)
    assert clip_edges.further_back(sound, once, 0) == at(2 - BEFORE_S)
    assert clip_edges.further_back(sound, at(1), 0) is None


def test_further_back_stops_at_the_keep_before() -> None:
    sound = heard(said(20, 22), said(25, 27), said(40, 42), now_s=43)

    assert clip_edges.further_back(sound, at(39.5), at(24)) == at(25 - BEFORE_S)
    assert clip_edges.further_back(sound, at(39.5), at(28)) is None


def test_a_clip_of_speech_does_not_reach_into_the_silence_before_it() -> None:
    assert clip_edges.further_back(heard(said(40, 42), now_s=43), at(40), 0) is None
    assert clip_edges.further_back(heard(now_s=43), at(40), 0) == at(10)


def test_less_than_two_seconds_of_silence_are_not_reached_further_back_for() -> None:
    assert clip_edges.further_back(heard(now_s=43), at(3), at(1)) == at(1)
    assert clip_edges.further_back(heard(now_s=43), at(2.9), at(1)) is None


def test_a_sentence_in_progress_is_followed_until_it_has_ended() -> None:
    assert clip_edges.end(heard(said(10, None), now_s=20), at(12)) is None
    end = clip_edges.end(heard(said(10, 22), now_s=24), at(12))
    assert end is not None
    assert at(22.1) < end < at(22.7)


def test_in_an_even_silence_it_ends_a_third_of_a_second_after_its_last_word() -> None:
    assert clip_edges.end(heard(said(10, 22), now_s=24), at(12)) == at(22.35)


def test_an_end_is_decided_once_speech_before_it_would_have_been_noticed() -> None:
    assert clip_edges.end(heard(said(10, 12), now_s=20.69), at(20)) is None
    assert clip_edges.end(heard(said(10, 12), now_s=20.7), at(20)) is not None
    assert clip_edges.end(heard(said(10, 22), now_s=23.29), at(12)) is None
    assert clip_edges.end(heard(said(10, 22), now_s=23.3), at(12)) is not None


def test_it_is_followed_for_half_a_minute_at_most() -> None:
    assert clip_edges.end(heard(said(10, None), now_s=41.9), at(12)) is None
    assert clip_edges.end(heard(said(10, None), now_s=42), at(12)) == at(42)


def test_a_clip_ends_about_its_press_where_nobody_speaks() -> None:
    assert clip_edges.end(heard(said(10, 12), now_s=20.5), at(20)) is None
    end = clip_edges.end(heard(said(10, 12), now_s=20.8), at(20))
    assert end is not None
    assert at(19.5) < end <= at(20)


def test_what_is_said_next_keeps_its_lead_in() -> None:
    end = clip_edges.end(heard(said(10, 12), said(13.2, None), now_s=13.8), at(13))

    assert end is not None
    assert end <= at(13.2 - 0.6)


def test_speech_that_began_just_before_the_press_is_in_progress() -> None:
    assert clip_edges.end(heard(said(10, 12), said(12.95, None), now_s=13.8), at(13)) is None
    assert clip_edges.end(heard(said(10, 12), said(13, None), now_s=13.8), at(13)) is None
    assert clip_edges.end(heard(said(10, 12), said(13, 15), now_s=20), at(13)) == at(15.35)


def test_a_murmur_is_not_waited_for() -> None:
    assert clip_edges.end(heard(murmured(19.5, 21), now_s=20.8), at(20)) == at(20)


def test_an_utterance_as_a_whole_has_both_its_margins() -> None:
    sound = heard(said(10, 12), now_s=20)

    assert clip_edges.whole(sound, said(10, 12), 0) == (at(10 - BEFORE_S), at(12.35))


def test_an_utterance_in_progress_goes_as_far_as_the_sound() -> None:
    sound = heard(said(10), now_s=12)

    assert clip_edges.whole(sound, said(10), 0) == (at(10 - BEFORE_S), at(12))


def test_no_margin_is_taken_from_the_utterance_before() -> None:
    sound = heard(said(9, 10), said(10, 12), now_s=20)

    assert clip_edges.whole(sound, said(10, 12), 0)[0] == at(10)


@pytest.mark.parametrize(
    ("sentence", "spoken", "press_s", "floor_s", "sought"),
    [
        ("before the first word", [said(10, 12)], 13, 0, (9.32, 9.75, 9.56)),
        ("after the words of an earlier keep", [said(9, 9.6), said(10, 12)], 13, 9.6,
         (9.725, 9.75, 9.56)),
    ],
)  # fmt: skip
def test_where_a_clip_begins_is_sought(
    sentence: str,
    spoken: list[Utterance],
    press_s: float,
    floor_s: float,
    sought: tuple[float, float, float],
) -> None:
    sound = heard(*spoken, now_s=20)

    clip_edges.back(sound, at(press_s), at(floor_s))

    assert sound.sought == [tuple(map(at, sought))], sentence


@pytest.mark.parametrize(
    ("sentence", "spoken", "press_s", "now_s", "sought"),
    [
        ("after the last word", [said(10, 22)], 12, 24, (22.125, 22.6, 22.35)),
        ("at the press, long after it", [said(10, 12)], 20, 21, (19.6, 20, 19.8)),
        ("before the next word", [said(10, 12), said(13.2, 14)], 11, 15, (12.12, 12.52, 12.35)),
        ("close to it, where that is near", [said(10, 12), said(12.5, 14)], 11, 15,
         (12, 12.125, 12.35)),
        ("at the press, where nobody spoke", [], 20, 21, (19.6, 20, 20)),
        ("in the last seconds of who does not stop", [said(10)], 12, 42, (37, 42, 42)),
    ],
)  # fmt: skip
def test_where_a_clip_ends_is_sought(
    sentence: str,
    spoken: list[Utterance],
    press_s: float,
    now_s: float,
    sought: tuple[float, float, float],
) -> None:
    sound = heard(*spoken, now_s=now_s)

    clip_edges.end(sound, at(press_s))

    assert sound.sought == [tuple(map(at, sought))], sentence
