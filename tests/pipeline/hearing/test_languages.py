from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.moment import Transcript, Word
from core.pcm import Pcm
from pipeline.hearing.fakes import FakeManyLanguages
from pipeline.hearing.languages import (
    ASK_BELOW,
    DOUBT_BELOW,
    ChoosingTranscriber,
    Decided,
    decide,
    is_hardly_likely,
)
from pipeline.hearing.packing import Pauses

SOUND: Pcm = np.full(16_000, 8000, dtype=np.int16)
GERMAN, ENGLISH, LATIN = {"de": 0.97, "en": 0.02, "la": 0.01}, {"en": 0.9, "de": 0.1}, {"la": 0.95}
ACCENTED = {"zh": 0.6, "en": 0.3, "de": 0.1}


def heard(text: str, *, likely: float, doubtful: int = 0) -> Transcript:
    """English words, of which the first so many are doubtful."""
    words = tuple(
        Word(each, 100 * nth, 100 * nth + 90, 0.3 if nth < doubtful else 0.9, nth < doubtful)
        for nth, each in enumerate(text.split())
    )
    return Transcript(text, words, "fake", likely)


BELIEVED = heard("the pump leaks", likely=-0.3)
HARDLY = heard("leap uumpa is doubt", likely=-1.0, doubtful=2)
NOTHING = Transcript("", model="fake")


class Says:
    """An English transcriber that makes this of every sound."""

    name = "fake"

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.count = 0

    def transcribe(self, pcm: Pcm) -> Transcript:
        self.count += 1
        return self.transcript

    def transcribe_together(
        self, pcms: Sequence[Pcm], pauses: Pauses | None = None
    ) -> list[Transcript]:
        del pauses
        return [self.transcribe(pcm) for pcm in pcms]


def choosing(
    english: Says, many: FakeManyLanguages | None, listed: list[str]
) -> ChoosingTranscriber:
    return ChoosingTranscriber(english, lambda: many, listed)


@pytest.mark.parametrize(
    ("probabilities", "listed", "expected"),
    [
        (GERMAN, ["en", "de"], Decided("de", 0.97)),
        (GERMAN, ["en"], Decided("de", 0.97, is_listed=False)),
        ({"de": 0.8, "en": 0.2}, ["en"], Decided("en", 0.2, sure=False)),
        (ACCENTED, ["en", "de"], Decided("en", 0.3, sure=False)),
        ({"fr": 1.0}, ["en", "de"], Decided("fr", 1.0, is_listed=False)),
    ],
)
def test_the_likeliest_of_the_listed_counts_and_another_only_beyond_doubt(
    probabilities: dict[str, float], listed: list[str], expected: Decided
) -> None:
    assert decide(probabilities, listed) == expected


@pytest.mark.parametrize(
    "transcript",
    [
        BELIEVED,
        replace(HARDLY, mean_log_probability=-0.5),
        heard("so many words of which one is in doubt", likely=-1.0, doubtful=1),
    ],
)
def test_words_that_the_model_or_most_of_themselves_speak_for_are_likely(
    transcript: Transcript,
) -> None:
    assert not is_hardly_likely(transcript, ASK_BELOW)


@pytest.mark.parametrize(
    "transcript", [HARDLY, NOTHING, heard("I'll start with the new one, " * 9, likely=-0.3)]
)
def test_words_are_hardly_likely_where_nothing_speaks_for_them(transcript: Transcript) -> None:
    assert is_hardly_likely(transcript, DOUBT_BELOW)


def test_what_is_surely_english_never_asks_the_multilingual_model() -> None:
    many = FakeManyLanguages(GERMAN)

    told = choosing(Says(BELIEVED), many, ["en", "de"]).transcribe(SOUND)

    assert told == replace(BELIEVED, language="en")
    assert many.asked == []


def test_what_is_hardly_english_is_heard_in_the_language_that_it_is_in() -> None:
    many = FakeManyLanguages(GERMAN, {"de": "die Pumpe leckt"})

    told = choosing(Says(HARDLY), many, ["en", "de"]).transcribe(SOUND)

    assert (told.text, told.language, told.model) == ("die Pumpe leckt", "de", "fake-many")
    assert many.asked == ["languages", "de"]


def test_english_that_is_hard_to_understand_stays_as_it_was_heard() -> None:
    many = FakeManyLanguages(ENGLISH)

    told = choosing(Says(HARDLY), many, ["en", "de"]).transcribe(SOUND)

    assert told == replace(HARDLY, language="en")


def test_where_english_is_not_listed_its_model_is_not_asked() -> None:
    english, many = Says(BELIEVED), FakeManyLanguages(GERMAN, {"de": "die Pumpe"})

    told = choosing(english, many, ["de"]).transcribe(SOUND)

    assert (told.text, english.count) == ("die Pumpe", 0)


@pytest.mark.parametrize("english", [HARDLY, NOTHING])
def test_another_language_keeps_no_words_and_says_which_it_is(english: Transcript) -> None:
    many = FakeManyLanguages(GERMAN)

    told = choosing(Says(english), many, ["en"]).transcribe(SOUND)

    assert told == Transcript("", model="fake-many", other_language="de")
    assert many.asked == ["languages", "languages thoroughly"]


def test_another_language_that_a_closer_look_does_not_find_keeps_its_words() -> None:
    many = FakeManyLanguages(LATIN, thorough=ENGLISH)

    told = choosing(Says(HARDLY), many, ["en"]).transcribe(SOUND)

    assert told == replace(HARDLY, language="en")


def test_where_the_language_stays_open_no_word_stands_undoubted() -> None:
    told = choosing(Says(HARDLY), FakeManyLanguages(ACCENTED), ["en"]).transcribe(SOUND)

    assert told.text == HARDLY.text
    assert all(word.doubtful for word in told.words)
    assert told.language is None


def test_without_the_multilingual_model_no_word_stands_undoubted() -> None:
    told = choosing(Says(HARDLY), None, ["en"]).transcribe(SOUND)

    assert all(word.doubtful for word in told.words)
    assert told.other_language is None


def test_without_the_multilingual_model_english_is_as_it_was() -> None:
    told = choosing(Says(BELIEVED), None, ["en", "de"]).transcribe(SOUND)

    assert told == replace(BELIEVED, language="en")


def test_accented_english_is_asked_about_and_not_put_in_doubt_without_an_answer() -> None:
    accented = heard("he looked away from it", likely=-0.7, doubtful=2)
    many = FakeManyLanguages(ENGLISH)

    asked = choosing(Says(accented), many, ["en"]).transcribe(SOUND)
    unasked = choosing(Says(accented), None, ["en"]).transcribe(SOUND)

    assert asked == unasked == replace(accented, language="en")
    assert many.asked == ["languages"]


@pytest.mark.parametrize(
    ("probabilities", "other"), [({"en": 0.6, "de": 0.3, "la": 0.1}, None), (GERMAN, "de")]
)
def test_a_language_that_the_model_does_not_know_is_never_heard_in(
    probabilities: dict[str, float], other: str | None
) -> None:
    many = FakeManyLanguages(probabilities, {"en": "the pump", "de": "die Pumpe"})

    told = choosing(Says(BELIEVED), many, ["nv"]).transcribe(SOUND)

    assert (told.text, told.language, told.other_language) == ("", None, other)


def test_beside_one_that_the_model_does_not_know_the_others_are_heard_as_ever() -> None:
    many = FakeManyLanguages(GERMAN, {"de": "die Pumpe leckt"})

    told = choosing(Says(HARDLY), many, ["en", "nv", "de"]).transcribe(SOUND)

    assert (told.text, told.language) == ("die Pumpe leckt", "de")


def test_noise_of_which_neither_model_makes_anything_has_no_words() -> None:
    noise = {"ja": 0.3, "en": 0.2, "de": 0.01}
    many = FakeManyLanguages(noise, {"de": "Untertitel"})

    of_both = choosing(Says(NOTHING), many, ["en", "de"]).transcribe(SOUND)
    of_german = choosing(Says(NOTHING), many, ["de"]).transcribe(SOUND)

    assert (of_both.text, of_german.text) == ("", "")
    assert "de" not in many.asked
