"""Notes about a moment, as the wearer has them: real commands, one home."""

from typing import Any

from tests.journeys.command import afterthought, is_one_sentence


def done(*arguments: str) -> Any:
    ran = afterthought(*arguments, "--json")
    assert ran.status == 0, ran
    return ran.lines[0] if ran.lines else None


def links(moment: str) -> tuple[str | None, list[str]]:
    shown = done("show", moment)
    return shown["about"], shown["notes"]


def test_a_note_about_a_moment_is_linked_to_it_until_the_moment_is_forgotten() -> None:
    boat = done("note", "Jon wants to sell the boat.")["id"]
    note = done("note", "He sold it by now.", "--about", boat[:8])["id"]

    assert links(note) == (boat, [])
    assert links(boat) == (None, [note])
    told = afterthought("show", note, boat).out
    assert f"You typed moment {note[:8]} about moment {boat[:8]}." in told
    assert "  About: " in told
    assert "  Note: " in told
    assert "Jon wants to sell the boat." in told.partition("  About: ")[2]

    done("rebuild")
    assert links(boat) == (None, [note])
    done("undo")
    assert links(boat) == (None, [])
    done("redo")
    done("hide", boat)
    assert links(note) == (boat, [])

    asked = afterthought("forget", boat)
    forgot = afterthought("forget", boat, "--yes")

    stays = f"1 note about it stays, by itself: {note[:8]}."
    assert stays in asked.err
    assert (forgot.status, forgot.err) == (0, f"{stays}\n")
    assert links(note) == (None, [])
    assert "  About: " not in afterthought("show", note).out
    assert done("rebuild")["subjects"]
    assert links(note) == (None, [])
    assert done("check")["problems"] == []


def test_a_note_about_nothing_that_is_here_is_not_kept() -> None:
    ran = afterthought("note", "About what?", "--about", "0123456789abcdef-0")

    assert ran.status == 1
    assert is_one_sentence(ran.err), ran.err
    assert done("list") == []


def test_a_moment_is_found_by_the_words_of_its_note() -> None:
    boat = done("note", "Jon wants to sell it for as much as anybody is willing to pay.")["id"]
    note = done("note", "The boat, I think, was meant here, and nothing else.", "--about", boat)[
        "id"
    ]

    found = {hit["id"]: hit["why"] for hit in done("search", "boat")}

    assert found[note][0] == "has the word 'boat'"
    assert "linked to a moment with the word 'boat'" in found[boat]
