"""Who speaks, beside the lines of a moment."""

from collections.abc import Sequence

from core.moment import Transcript, VoiceTurn, Word
from dashboard.show import moments
from dashboard.show.voices import with_voices
from pipeline.store.spoken_turns import spoken_turns
from tests.dashboard.rows import moment, utc, utc_ms

SAID = Transcript(
    "Shall we? Yes. Good. Then",
    (
        Word("Shall", 0, 300, 0.9),
        Word("we?", 300, 600, 0.9),
        Word("Yes.", 700, 1000, 0.9),
        Word("Good.", 4000, 4300, 0.9),
        Word("Then", 9000, 9300, 0.9),
    ),
    "fake",
)


def page(turns: Sequence[VoiceTurn], names: dict[str, str] | None = None) -> moments.Page:
    shown = moments.page(moment(text=SAID.text), SAID, utc(utc_ms(20, 12)))
    return with_voices(shown, spoken_turns(SAID, turns, names or {}))


def told(shown: moments.Page) -> list[tuple[str, str]]:
    texts = [" ".join(word.text for word in line) for line in shown.lines]
    return list(zip(shown.voices, texts, strict=True))


def test_each_turn_begins_a_line_with_its_name() -> None:
    turns = (VoiceTurn(0, 600, "A"), VoiceTurn(700, 4300, "wearer"), VoiceTurn(9000, 9300, None))

    assert told(page(turns, {"A": "Bert"})) == [
        ("Bert", "Shall we?"),
        ("You", "Yes."),
        ("", "Good."),
        ("Someone", "Then"),
    ]


def test_a_voice_that_nobody_named_is_a_letter() -> None:
    turns = (VoiceTurn(0, 600, "A"), VoiceTurn(700, 9300, "B"))

    assert [name for name, _ in told(page(turns))] == ["A", "B", "", ""]


def test_every_voice_that_is_known_can_be_named_once() -> None:
    turns = (
        VoiceTurn(0, 600, "A"),
        VoiceTurn(700, 1000, "wearer"),
        VoiceTurn(4000, 4300, "A"),
        VoiceTurn(9000, 9300, None),
    )

    assert page(turns, {"A": "Bert"}).nameable == (
        moments.Voice("A", "Who is Bert?", "Bert"),
        moments.Voice("wearer", "Your name", ""),
    )


def test_where_one_voice_speaks_alone_nothing_is_said_of_it() -> None:
    before = moments.page(moment(text=SAID.text), SAID, utc(utc_ms(20, 12)))

    assert page((VoiceTurn(0, 9300, "A"),)) == before
    assert page(()) == before
