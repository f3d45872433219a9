"""How a moment stands on a line of a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.commands.json_shapes import cut, moment_line, where_it_is
from pipeline.store.peers import ComingWords, Whereabouts
from pipeline.store.views.moment_fold import MomentRow
from tests.dashboard.rows import moment


def row(**more: object) -> MomentRow:
    """Kept at 18:02 in Berlin."""
    told = {"at_ms": 1_795_971_720_000, "utc_offset_min": 60, "text": "the pump leaks", **more}
    return moment(**told)


def test_a_moment_is_one_line_by_the_clock_of_where_it_was_said() -> None:
    line = moment_line(row(text="the pump\nleaks\n\nagain"), "3f1c9a4b")

    assert str(line) == "3f1c9a4b  2026-11-29 18:02  the pump leaks again"


def test_what_is_in_another_language_says_in_which() -> None:
    assert "(another language: Portuguese)" in str(
        moment_line(row(text="", words="no_words", other_language="pt"), "3f1c")
    )
    assert str(moment_line(row(other_language="de"), "3f1c")).endswith(
        "the pump leaks (part of it is in another language: German)"
    )


def test_a_hidden_one_and_one_without_a_time_say_so() -> None:
    assert "  [hidden] the pump" in str(moment_line(row(state="hidden"), "3f1c"))
    assert "  time unknown  " in str(moment_line(row(at_ms=None), "3f1c"))


def test_a_line_is_cut_to_the_terminal() -> None:
    whole = str(moment_line(row(), "3f1c"))

    assert str(moment_line(row(), "3f1c", len(whole))) == whole
    assert str(moment_line(row(), "3f1c", len(whole) - 1)) == f"{whole[:-2]}…"
    assert cut("水泵又漏水了", 7) == "水泵又…"


@given(st.text(), st.integers(1, 40))
def test_what_is_cut_begins_as_the_whole_does(text: str, width: int) -> None:
    shown = cut(text, width)

    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


def test_where_a_moment_is_is_told_where_that_is_not_here_alone() -> None:
    assert told(Whereabouts("none")) == told(Whereabouts("here")) == []
    assert told(Whereabouts("here", also_on=("laptop", "desk"))) == [
        "It is here, and on laptop, desk, too."
    ]
    assert told(Whereabouts("to_come", ComingWords())) == [
        "Its sound is still to come from another machine.",
        "Its words are still to come from another machine.",
    ]
    assert told(Whereabouts("none", also_on=("laptop",))) == ["It is here, and on laptop, too."]
    assert told(Whereabouts("to_come", bringer="desk")) == ["Its sound is still to come from desk."]
    assert told(Whereabouts("elsewhere", also_on=("laptop",), bringer="laptop")) == [
        "Its sound is on laptop. `afterthought show 3f1c --fetch` fetches it."
    ]
    assert told(Whereabouts("called_back", bringer="laptop")) == [
        "Its sound is being fetched from laptop."
    ]
    assert "which has it no more" in told(Whereabouts("lost", bringer="laptop"))[0]
    assert "afterthought check" in told(Whereabouts("missing"))[0]


def test_who_makes_a_moments_words_is_told_in_their_place() -> None:
    awaited = row(text="", words="awaited")
    told = {
        "writing it down…": None,
        "Its words are still to come from pendant": ComingWords("pendant"),
        "Its words are being made on laptop": ComingWords("laptop", is_in_work=True),
        "Its words are being made here": ComingWords(is_in_work=True, is_here=True),
    }

    for sentence, coming in told.items():
        assert str(moment_line(awaited, "3f1c", coming=coming)).endswith(f"({sentence})")
    assert where_it_is(Whereabouts("none", ComingWords("laptop", is_in_work=True)), "3f1c") == [
        "Its words are being made on laptop."
    ]


def told(where: Whereabouts) -> list[str]:
    return where_it_is(where, "3f1c")
