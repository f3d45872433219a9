"""A moment as a conversation: its words, put to its turns."""

from core.moment import Transcript, VoiceTurn, Word
from pipeline.store.spoken_turns import SpokenTurn, names_of, spoken_turns

SAID = Transcript(
    "Shall we? Yes. Good.",
    (
        Word("Shall", 0, 300, 0.9),
        Word("we?", 300, 600, 0.9),
        Word("Yes.", 1000, 1300, 0.9),
        Word("Good.", 2000, 2400, 0.9),
    ),
    "fake",
)
TURNS = (VoiceTurn(0, 600, "A"), VoiceTurn(1000, 1300, "wearer"), VoiceTurn(2000, 2400, None))


def test_each_turn_has_its_words_and_its_name() -> None:
    assert spoken_turns(SAID, TURNS, {"A": "Bert"}) == [
        SpokenTurn("A", "Bert", 0, 600, "Shall we?"),
        SpokenTurn("wearer", None, 1000, 1300, "Yes."),
        SpokenTurn(None, None, 2000, 2400, "Good."),
    ]


def test_words_that_were_heard_anew_go_to_the_turn_that_has_begun() -> None:
    other = Transcript("So yes", (Word("So", 100, 500, 0.9), Word("yes", 900, 1400, 0.9)), "larger")

    assert [(each.voice, each.text) for each in spoken_turns(other, TURNS, {})] == [
        ("A", "So"),
        ("wearer", "yes"),
    ]


def test_a_moment_without_turns_is_no_conversation() -> None:
    assert spoken_turns(SAID, (), {}) == []
    assert spoken_turns(None, TURNS, {}) == []
    assert spoken_turns(Transcript("typed"), TURNS, {}) == []


def test_damaged_names_are_none() -> None:
    assert names_of('{"A": "Bert"}') == {"A": "Bert"}
    assert names_of(None) == {}
    assert names_of("{") == {}
