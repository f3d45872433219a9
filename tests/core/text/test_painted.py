from core.command_line import harmless
from core.text.painted import Painted, joined, painted


def test_only_the_stretches_that_were_painted_stand_out() -> None:
    line = painted("3f1c", "dim") + "  the " + painted("pump", "bold")

    assert line.shown(harmless, colours=True) == "\x1b[2m3f1c\x1b[0m  the \x1b[1mpump\x1b[0m"
    assert line.shown(harmless, colours=False) == str(line) == "3f1c  the pump"


def test_what_somebody_said_paints_nothing() -> None:
    said = painted("\x1b[31mred\x1b[0m", "bold")

    assert said.shown(harmless, colours=True) == "\x1b[1m\\x1b[31mred\\x1b[0m\x1b[0m"


def test_texts_are_joined_with_their_styles() -> None:
    both = joined("; ", ["one", painted("two", "red")])

    assert both == Painted((("plain", "one"), ("plain", "; "), ("red", "two")))
    assert joined("\n", []) == Painted()
    assert str("a " + painted("b")) == "a b"
