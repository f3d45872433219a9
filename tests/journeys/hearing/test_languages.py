"""What is said in other languages, with real models: heard, or told as another language."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fetched import put_into
from tests.journeys.command import PILL_BOX, afterthought

GERMAN, PORTUGUESE = "non_english/fleurs-de-001.flac", "non_english/fleurs-pt-000.flac"


@pytest.fixture
def _fetched(home: Path) -> None:
    put_into(home, "languages_transcriber")


def keep(home: Path, settings: str, *files: Path) -> list[dict[str, Any]]:
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    ran = afterthought("keep", *files, "--json")
    assert ran.status == 0, ran.err
    return [json.loads(line) for line in ran.out.splitlines()]


@pytest.mark.usefixtures("_fetched")
def test_each_recording_is_heard_in_its_language_or_told_as_another(home: Path, data: Path) -> None:
    files = (PILL_BOX, data / GERMAN, data / PORTUGUESE)

    english, german, other = keep(home, '[hearing]\nlanguages = ["en", "de"]\n', *files)

    assert (english["language"], german["language"], other["language"]) == ("en", "de", None)
    assert "ein großer Dinosaurier" in german["text"]
    assert (other["text"], other["words"], other["other_language"]) == ("", [], "pt")
    told = afterthought("list").out
    assert "(another language: Portuguese)" in told
    assert Path(afterthought("show", other["id"], "--json").value["sound"]).is_file()


@pytest.mark.parametrize("other", [GERMAN, pytest.param(PORTUGUESE, marks=pytest.mark.long)])
def test_without_their_model_no_word_of_them_stands_undoubted(
    home: Path, data: Path, other: str
) -> None:
    settings = '[models]\nlanguages_transcriber_path = "nowhere"\n'

    english, foreign = keep(home, settings, PILL_BOX, data / other)

    assert not all(word["doubtful"] for word in english["words"])
    assert all(word["doubtful"] for word in foreign["words"])
    assert (foreign["language"], foreign["other_language"]) == (None, None)


@pytest.mark.long
def test_english_alone_needs_no_other_model(home: Path) -> None:
    (english,) = keep(home, "", PILL_BOX)

    assert english["language"] == "en"


def test_half_a_model_is_not_used_and_doctor_says_what_to_do(home: Path) -> None:
    half = home / "models" / "languages_transcriber"
    half.mkdir(parents=True)
    (half / "model.bin").write_bytes(b"half")

    (english,) = keep(home, '[hearing]\nlanguages = ["en", "de"]\n', PILL_BOX)
    checks = {each["name"]: each for each in afterthought("doctor", "--json").value}

    assert english["language"] == "en"
    assert checks["model languages_transcriber"]["state"] == "fail"
    assert (
        "afterthought models --fetch languages" in checks["model languages_transcriber"]["advice"]
    )
