"""The page where a name of the wearer's stands for what was heard."""

from flask.testing import FlaskClient

from tests.dashboard.conftest import Diary


def test_a_name_of_the_wearers_own_says_quietly_as_what_it_was_heard(
    page: FlaskClient, diary: Diary
) -> None:
    moment = diary.heard("Saoirse came", None, alternatives={"Saoirse": "So <b>worse"})

    text = page.get(f"/moment/{moment}").text

    sentence = "“Saoirse” was heard as “So &lt;b&gt;worse”."
    assert f'data-e="400" title="{sentence}">Saoirse</span>' in text
    assert f'<p class="legend">{sentence}</p>' in text
    assert text.count("was heard as") == 2
