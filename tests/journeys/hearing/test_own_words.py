"""A name of the wearer's from the settings to the search, with real models."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.imports import TREE
from tests.journeys.command import afterthought

SAOIRSE = TREE / "bench" / "hearing" / "own_words" / "sounds" / "saoirse.opus"


def kept(home: Path, settings: str) -> dict[str, Any]:
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    ran = afterthought("keep", SAOIRSE, "--json")
    assert ran.status == 0, ran.err
    line: dict[str, Any] = json.loads(ran.out)
    return line


def test_a_name_in_the_settings_is_written_and_found_by_both(home: Path) -> None:
    moment = kept(home, '[hearing]\nwords = ["Saoirse", "Niamh"]\n')

    name, *rest = moment["words"]
    assert moment["text"].startswith("Saoirse will bring the tent")
    assert (name["word"], name["alternative"]) == ("Saoirse", "So worse")
    assert all(word["alternative"] is None for word in rest)
    assert afterthought("show", moment["id"], "--json").value["words"] == moment["words"]
    (by_name,) = afterthought("search", "Saoirse", "--json").value
    (by_sound,) = afterthought("search", "worse", "--json").value
    assert "has the word 'Saoirse'" in by_name["why"]
    assert "was heard with the word 'worse'" in by_sound["why"]


@pytest.mark.parametrize(
    "settings", ["", pytest.param('[hearing]\nwords = ["42"]\n', marks=pytest.mark.long)]
)
def test_without_it_the_words_are_as_they_were_heard(home: Path, settings: str) -> None:
    moment = kept(home, settings)

    assert moment["text"].startswith("So worse will bring the tent")
    assert all(word["alternative"] is None for word in moment["words"])
