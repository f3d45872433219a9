"""What the words of an utterance say for keeping it."""

import pytest

from pipeline.selection.cues import CUES
from pipeline.selection.score import PRIOR, decided
from pipeline.selection.signals import CUED, text_signals


@pytest.mark.parametrize(
    ("text", "language", "signal"),
    [
        ("Note to self: the blue valve leaks.", "en", "asked"),
        ("Remember this.", "en", "asked"),
        ("What was the name of that valve?", "en", "question"),
        ("We should move the pump to the cellar.", "en", "decision"),
        ("Let\u2019s take the smaller pump.", "en", "decision"),
        ("I'll call the dentist.", "en", "promise"),
        ("The pump failed because the seal was dry.", "en", "because"),
        ("The dentist is on Friday morning.", "en", "date"),
        ("It costs 45 euros.", "en", "number"),
        ("Ask Annapurna about the valve.", "en", "name"),
        ("Merk dir die Nummer vom Klempner.", "de", "asked"),
        ("Ich muß morgen den Klempner anrufen.", "de", "promise"),
        ("Wir sollten die Pumpe tauschen.", "de", "decision"),
        ("Tengo que llamar al dentista.", "es", "promise"),
        ("Acuérdate de la bomba.", "es", "asked"),
        ("N'oublie pas la pompe.", "fr", "asked"),
        ("Je dois appeler le dentiste demain.", "fr", "date"),
        ("Preciso ligar para o dentista.", "pt", "promise"),
    ],
)
def test_a_turn_of_phrase_is_found_in_its_language(text: str, language: str, signal: str) -> None:
    assert text_signals(text, language)[signal] > 0


def test_a_phrase_is_found_as_whole_words_alone() -> None:
    assert text_signals("The weekdays of bygone todays", "en")["date"] == 0


def test_more_that_is_said_counts_more_and_a_word_counts_once() -> None:
    few = text_signals("The pump leaks.")["much_said"]
    more = text_signals("The pump in the cellar leaks oil onto the new carpet.")["much_said"]
    again = text_signals("The pump leaks, leaks, leaks, the pump leaks.")["much_said"]

    assert few == again < more


def test_words_that_only_fill_say_nothing() -> None:
    assert text_signals("Um, yeah, okay, well, right.")["much_said"] == 0


def test_a_promise_of_nothing_is_none() -> None:
    assert text_signals("I will.")["promise"] == 0


def test_the_first_word_of_a_sentence_and_a_day_are_no_names() -> None:
    assert text_signals("Pumps leak. They do so on Friday.")["name"] == 0


def test_german_nouns_are_no_names() -> None:
    assert text_signals("Ich kaufe eine Pumpe im Laden.", "de")["name"] == 0


def test_a_language_without_phrases_is_judged_by_how_much_is_said() -> None:
    signals = text_signals("De pomp in de kelder lekt olie op het nieuwe tapijt", "nl")

    assert signals["much_said"] > 0
    assert all(signals[name] == 0 for name in CUED)


@pytest.mark.parametrize(
    "text", ["", " ", "?", "\u0000", "水泵在地下室漏油", "😀 " * 9, "a" * 9999]
)
def test_any_text_gives_signals_between_0_and_1(text: str) -> None:
    assert all(0 <= value <= 1 for value in text_signals(text).values())


def test_every_language_has_phrases_for_every_signal() -> None:
    for language, table in CUES.items():
        assert set(table) == {*CUED, "filler"}, language
        assert all(table.values()), language


@pytest.mark.parametrize(
    "text",
    [
        "Remember this.",
        "I'll call the dentist tomorrow.",
        "We should move the pump to the cellar.",
        "The old pump in the cellar leaked oil all over the new carpet, and the landlord paid.",
    ],
)
def test_what_a_wearer_would_want_back_is_kept(text: str) -> None:
    assert decided(text_signals(text), PRIOR).is_kept


@pytest.mark.parametrize("text", ["Mm-hmm, yeah.", "Okay, see you.", "It was right next to him."])
def test_small_talk_is_passed_over(text: str) -> None:
    decision = decided(text_signals(text), PRIOR)

    assert (decision.is_kept, decision.reasons) == (False, ("nothing_stood_out",))


def test_the_strongest_reason_comes_first() -> None:
    reasons = decided(text_signals("Note to self: I will call the plumber."), PRIOR).reasons

    assert reasons[0] == "asked"
    assert "promise" in reasons
