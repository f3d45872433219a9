"""A note that was written on a moment's page, and the two pages that are linked by it."""

import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from pipeline.spool.formats import read_batch
from pipeline.spool.spool import Spool
from tests.dashboard.conftest import Diary


def now_ms() -> int:
    return round(time.time() * 1000)


def test_a_note_from_a_moments_page_is_about_it_and_leads_back(
    page: FlaskClient, diary: Diary, home: Path
) -> None:
    moment = diary.heard("Jon wants to sell the boat", now_ms())
    assert f'name="about" value="{moment}"' in page.get(f"/moment/{moment}").text
    assert 'name="about"' not in page.get("/").text

    answer = page.post("/note", data={"text": "Sold by now.", "about": moment})

    (letter,) = Spool(home / "spool").waiting()
    (note,) = read_batch(letter.path).texts
    assert (note.text, note.about) == ("Sold by now.", moment)
    assert answer.location == f"/moment/{moment}?done=noted_waiting&keep={note.id}"
    shown = page.get(answer.location).text
    assert 'aria-labelledby="notes-title" hidden' in shown  # until it is made, and the page is live
    assert f'action="/moment/{note.id}/undo"' in shown


def test_a_note_about_nothing_that_is_there_is_not_kept(page: FlaskClient, home: Path) -> None:
    answer = page.post("/note", data={"text": "About what?", "about": "0123456789abcdef-0"})

    assert answer.status_code == 404
    assert Spool(home / "spool").waiting() == []


def test_each_of_the_two_pages_leads_to_the_other(page: FlaskClient, diary: Diary) -> None:
    moment = diary.heard("Jon wants to sell the boat & its <b>sail</b>", now_ms())
    note = diary.typed("Sold by now.", now_ms(), about=moment)

    of_moment, of_note = (page.get(f"/moment/{each}").text for each in (moment, note))

    assert "Notes about this" in of_moment
    assert f'href="/moment/{note}"' in of_moment
    link = f'<a href="/moment/{moment}" dir="auto">'
    assert (
        f"About: {link}Jon wants to sell the boat &amp; its &lt;b&gt;sail&lt;/b&gt;</a>" in of_note
    )
    assert 'aria-labelledby="notes-title" hidden' in of_note
    assert "About:" not in of_moment


def test_a_hidden_moment_is_not_read_out_by_its_note_nor_a_hidden_note_listed(
    page: FlaskClient, diary: Diary
) -> None:
    moment = diary.heard("Jon wants to sell the boat", now_ms())
    note = diary.typed("Sold by now.", now_ms(), about=moment)

    page.post(f"/moment/{moment}/hide")
    of_note = page.get(f"/moment/{note}").text
    page.post(f"/moment/{note}/hide")

    assert "a moment that is hidden" in of_note
    assert "boat" not in of_note
    assert f'href="/moment/{note}"' not in page.get(f"/moment/{moment}").text


@pytest.mark.parametrize(
    ("notes", "stay"),
    [
        (0, ""),
        (1, "1 note about it stays, by itself."),
        (2, "2 notes about it stay, by themselves"),
    ],
)
def test_who_forgets_a_moment_is_told_that_its_notes_stay(
    page: FlaskClient, diary: Diary, notes: int, stay: str
) -> None:
    moment = diary.heard("Jon wants to sell the boat", now_ms())
    written = [diary.typed(f"Note {nth}.", now_ms(), about=moment) for nth in range(notes)]

    asked = page.get(f"/moment/{moment}/forget").text
    page.post(f"/moment/{moment}/forget")

    assert stay in asked
    assert ("about it stay" in asked) == bool(notes)
    for note in written:
        of_note = page.get(f"/moment/{note}").text
        assert "Note " in of_note
        assert "About:" not in of_note
