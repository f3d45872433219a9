"""Whose words are whose, on a moment's page, and naming a voice."""

import time

import pytest
from flask.testing import FlaskClient

from core.moment import VoiceTurn
from pipeline.store.format.voice_drafts import Turns
from tests.dashboard.conftest import Diary
from tests.dashboard.test_acts_page import press

TURNS = Turns((VoiceTurn(0, 900, "A"), VoiceTurn(1000, 1400, "wearer")), "ge2e")


@pytest.fixture
def talk(diary: Diary) -> str:
    return diary.heard("shall we? yes.", round(time.time() * 1000), turns=TURNS)


def called(text: str) -> list[str]:
    return [piece.partition("<")[0] for piece in text.split('<p class="voice" dir="auto">')[1:]]


def test_turns_are_shown_by_letter_and_the_wearer_as_you(page: FlaskClient, talk: str) -> None:
    text = page.get(f"/moment/{talk}").text

    assert called(text) == ["A", "You"]
    assert 'data-s="1000" data-e="1400">yes.</span>' in text
    assert called(page.get("/").text) == ["A", "You"]


def test_a_named_voice_has_its_name_wherever_it_speaks_until_undone(
    page: FlaskClient, talk: str
) -> None:
    told = {"voice": "A", "name": " Ilse  <b> "}
    named = page.post(f"/moment/{talk}/voice", data=told, follow_redirects=True).text

    assert "Named, wherever this voice speaks here." in named
    assert called(named) == ["Ilse &lt;b&gt;", "You"]
    assert called(page.get("/").text) == ["Ilse &lt;b&gt;", "You"]
    assert "You named a voice." in page.get("/acts").text
    undone = press(page, named, "Undo")
    assert "The voice has the name that it had before." in undone
    assert called(undone) == ["A", "You"]


def test_a_page_that_watches_learns_of_the_new_name(page: FlaskClient, talk: str) -> None:
    before = page.get("/now").text.partition('id="just"')[2].partition(">")[0]

    page.post(f"/moment/{talk}/voice", data={"voice": "A", "name": "Ilse"})

    assert page.get("/now").text.partition('id="just"')[2].partition(">")[0] != before


@pytest.mark.parametrize(
    ("told", "status", "sentence"),
    [
        ({"voice": "A", "name": "  "}, 400, "A voice needs a name."),
        ({"voice": "A"}, 400, "A voice needs a name."),
        ({"voice": "C", "name": "Ilse"}, 404, "No voice C speaks in this moment."),
        ({"name": "Ilse"}, 404, "speaks in this moment."),
    ],
)
def test_what_cannot_be_named_is_told(
    page: FlaskClient, talk: str, told: dict[str, str], status: int, sentence: str
) -> None:
    answer = page.post(f"/moment/{talk}/voice", data=told)

    assert answer.status_code == status
    assert sentence in answer.text


def test_a_moment_of_one_voice_names_nobody(page: FlaskClient, diary: Diary) -> None:
    alone = diary.heard("only me", None, turns=Turns((VoiceTurn(0, 900, "wearer"),), "ge2e"))

    text = page.get(f"/moment/{alone}").text

    assert called(text) == []
    assert "Name the voices" not in text
    refused = page.post(f"/moment/{alone}/voice", data={"voice": "A", "name": "Ilse"})
    assert refused.status_code == 404
