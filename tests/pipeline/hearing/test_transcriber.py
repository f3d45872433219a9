"""The reading loop, with a Whisper that gives what the test says."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.audio import RATE_HZ, Span
from pipeline.hearing.alignment import Placed
from pipeline.hearing.mel import Frames
from pipeline.hearing.reading import Reading
from pipeline.hearing.steps import Heard, Place, Search, Step
from pipeline.hearing.transcriber import ENCODED, FULL, LONGEST, PUT_BEHIND, WhisperTranscriber

SECOND = np.full(RATE_HZ, 1000, np.int16)


class Scripted:
    """Stands for a Whisper: gives one reading after the other, and notes what it was asked."""

    together = 4

    def __init__(self, *readings: Reading) -> None:
        self._readings = list(readings)
        self.lengths: list[int] = []
        self.asked: list[Search] = []
        self.at_once: list[int] = []
        self.read_on: int | None = None
        self.words: tuple[Placed, ...] = (Placed(" yes.", 0.1, 0.4, 0.9),)

    def encode(self, frames: Frames) -> Heard:
        self.lengths.append(frames.shape[1])
        return np.zeros((frames.shape[1] // 2, 1), np.float32)

    def followed_by_silence(self, heard: Heard, positions: int) -> Heard:
        return np.zeros((max(positions, len(heard)), 1), np.float32)

    def answer(self, steps: Sequence[Step]) -> list[Any]:
        self.at_once.append(len(steps))
        return [self._answer(step) for step in steps]

    def _answer(self, step: Step) -> Any:
        if isinstance(step, Place):
            return list(self.words) if step.tokens else []
        self.asked.append(step)
        return self._readings.pop(0)

    def spoken(self, reading: Reading) -> tuple[list[int], int | None]:
        read_on, self.read_on = self.read_on, None
        return reading.tokens, read_on


def reading(text: str, *, log_probability: float = -0.2, no_speech: float = 0.1) -> Reading:
    return Reading([1, 2], text, log_probability, no_speech, most=40)


ECHO = "now leave and take your man now leave and take your man"


def transcribed(whisper: Scripted, seconds: float, longest: int = FULL) -> str:
    pcm = np.tile(SECOND, 40)[: round(seconds * RATE_HZ)]
    transcriber = WhisperTranscriber(whisper, longest=longest)  # type: ignore[arg-type]
    return transcriber.transcribe(pcm).text


def test_a_rest_in_which_nobody_says_a_word_is_not_read() -> None:
    whisper = Scripted(reading("yes"), reading("Yeah."))
    whisper.read_on = 281

    assert transcribed(whisper, 3) == "yes."
    assert len(whisper.asked) == 1


def test_the_sound_alone_is_encoded_with_a_second_of_silence_up_to_what_whisper_takes() -> None:
    for seconds, length in ((0.5, 170), (9, 1020), (25, 2620), (29.5, FULL), (30, FULL)):
        whisper = Scripted(reading("yes"))

        transcribed(whisper, seconds)

        assert whisper.lengths == [length]


def test_what_knows_many_languages_gets_ten_seconds_at_least_and_none_put_behind() -> None:
    for seconds, length in ((0.5, 1000), (9, 1100), (25, 2700), (29.5, FULL)):
        whisper = Scripted(reading("oui"))
        transcriber = WhisperTranscriber(whisper, silence=ENCODED)  # type: ignore[arg-type]

        transcriber.transcribe(np.tile(SECOND, 40)[: round(seconds * RATE_HZ)])

        assert whisper.lengths == [length]
        assert [len(asked.heard) for asked in whisper.asked] == [length // 2]


def test_what_knows_many_languages_reads_an_echo_again_over_half_a_minute() -> None:
    whisper = Scripted(reading(ECHO), reading("now leave and take your man"))
    transcriber = WhisperTranscriber(whisper, silence=ENCODED)  # type: ignore[arg-type]

    transcriber.transcribe(np.tile(SECOND, 3))

    assert whisper.lengths == [1000, FULL]


def test_timestamps_are_asked_for_in_long_sound_alone() -> None:
    for seconds, timed in ((3, False), (10, False), (11, True)):
        whisper = Scripted(reading("yes"))

        transcribed(whisper, seconds)

        assert [asked.timed for asked in whisper.asked] == [timed]


def test_an_echo_is_read_again_with_more_silence_behind_it() -> None:
    whisper = Scripted(reading(ECHO), reading("now leave and take your man"))

    assert transcribed(whisper, 3) == "yes."
    assert whisper.lengths == [420]  # and not encoded anew
    assert [len(asked.heard) for asked in whisper.asked] == [550, 1100]


def test_an_echo_in_long_sound_is_read_again_over_half_a_minute() -> None:
    whisper = Scripted(reading(ECHO), reading("now leave and take your man"))

    transcribed(whisper, 25)

    assert whisper.lengths == [2620, FULL]


def test_where_memory_is_short_it_is_read_again_over_less() -> None:
    whisper = Scripted(reading(ECHO), reading("now leave and take your man"))

    transcribed(whisper, 3, LONGEST["zero"])

    assert [len(asked.heard) for asked in whisper.asked] == [550, LONGEST["zero"] // 2]


def test_what_runs_away_both_times_is_read_under_a_brake() -> None:
    endless = "and so on " * 30
    whisper = Scripted(reading(endless), reading(endless), reading("now leave"))

    transcribed(whisper, 3)

    assert [asked.repeats_none for asked in whisper.asked] == [False, False, True]


def test_a_sentence_that_echoes_both_times_was_said_twice() -> None:
    whisper = Scripted(reading(ECHO), reading(f"{ECHO} away"))

    assert transcribed(whisper, 3) == "yes."
    assert len(whisper.asked) == 2


def test_an_unlikely_text_gives_way_to_a_likelier_one_of_a_narrow_search() -> None:
    whisper = Scripted(
        reading("thank you", log_probability=-1.5), reading("tank", log_probability=-1.1)
    )

    transcribed(whisper, 3)

    assert [asked.beams for asked in whisper.asked] == [5, 1]


def test_a_likelier_one_that_turns_in_a_circle_is_not_taken() -> None:
    whisper = Scripted(reading("cover", log_probability=-1.5), reading(ECHO, log_probability=-0.3))
    pcm = np.tile(SECOND, 3)

    heard = WhisperTranscriber(whisper).transcribe(pcm)  # type: ignore[arg-type]

    assert heard.mean_log_probability == -1.5


def test_what_is_read_on_counts_from_the_beginning_of_the_sound() -> None:
    whisper = Scripted(reading("one"), reading("two"))
    whisper.read_on = 1500
    pcm = np.tile(SECOND, 20)

    heard = WhisperTranscriber(whisper).transcribe(pcm)  # type: ignore[arg-type]

    assert [word.start_ms for word in heard.words] == [100, 15100]
    assert whisper.asked[1].said == (1, 2)


def test_silence_has_no_words() -> None:
    whisper = Scripted(reading("you", log_probability=-1.5, no_speech=0.8))

    assert transcribed(whisper, 3) == ""


def test_a_full_stop_alone_is_not_a_word() -> None:
    whisper = Scripted(reading("yes ."))
    whisper.words = (Placed(" Yes.", 0, 0.2, 0.9), Placed(" .", 0.2, 0.4, 0.9))

    assert transcribed(whisper, 3) == "Yes."


def test_every_word_of_a_disbelieved_text_is_doubtful() -> None:
    whisper = Scripted(reading("okay okay", no_speech=0.6))
    whisper.words = (Placed(" Okay,", 0, 1, 0.02), Placed(" okay.", 1, 2, 0.97))
    pcm = np.tile(SECOND, 3)

    heard = WhisperTranscriber(whisper).transcribe(pcm)  # type: ignore[arg-type]

    assert [word.doubtful for word in heard.words] == [True, True]


def test_no_sound_has_no_words() -> None:
    assert transcribed(Scripted(), 0) == ""


def test_what_several_sounds_ask_at_a_time_is_answered_together() -> None:
    whisper = Scripted(reading("yes"), reading(ECHO), reading("leave"))
    pcms = [np.tile(SECOND, 3), np.zeros(0, np.int16), np.tile(SECOND, 4)]

    heard = WhisperTranscriber(whisper).transcribe_together(pcms)  # type: ignore[arg-type]

    assert [each.text for each in heard] == ["yes.", "", "yes."]
    assert whisper.at_once == [2, 2, 1]
    assert [asked.size for asked in whisper.asked] == [300, 400, 400]


def test_sounds_of_about_a_length_are_searched_over_the_same_length() -> None:
    searched = {}
    for seconds in (0.5, 9.8, 9.9, 15.3, 15.4, 20.8, 20.9, 30):
        whisper = Scripted(reading("yes"))
        transcribed(whisper, seconds)
        searched[seconds] = len(whisper.asked[0].heard)

    short, middle, long = PUT_BEHIND.positions
    assert [searched[0.5], searched[9.8]] == [short, short]
    assert [searched[9.9], searched[15.3]] == [middle, middle]
    assert [searched[15.4], searched[20.8]] == [long, long]
    assert [searched[20.9], searched[30]] == [1105, 1500]


def test_a_long_sound_is_read_in_parts_and_its_words_keep_their_times() -> None:
    whisper = Scripted(reading("one"), reading("two"))
    pcm, pause = np.tile(SECOND, 15), Span(8 * RATE_HZ, 9 * RATE_HZ)

    (heard,) = WhisperTranscriber(whisper).transcribe_together([pcm], [[pause]])  # type: ignore[arg-type]

    assert sorted(asked.size for asked in whisper.asked) == [650, 850]
    assert [word.start_ms for word in heard.words] == [100, 8600]
    assert whisper.at_once == [2, 2]


def test_what_is_a_little_over_ten_seconds_is_not_cut() -> None:
    whisper = Scripted(reading("one"))
    pcm, pause = np.tile(SECOND, 12), Span(5 * RATE_HZ, 6 * RATE_HZ)

    WhisperTranscriber(whisper).transcribe_together([pcm], [[pause]])  # type: ignore[arg-type]

    assert [asked.size for asked in whisper.asked] == [1200]


def test_no_word_is_placed_beyond_what_was_read() -> None:
    whisper = Scripted(reading("yes"))
    whisper.words = (Placed(" yes,", 0.1, 2.5, 0.9), Placed(" yes.", 3.04, 3.2, 0.9))
    pcm = np.tile(SECOND, 3)

    heard = WhisperTranscriber(whisper).transcribe(pcm)  # type: ignore[arg-type]

    assert [(each.start_ms, each.end_ms) for each in heard.words] == [(100, 2500), (3000, 3000)]
