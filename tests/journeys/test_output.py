"""What is printed, in real processes: harmless to a terminal, and honest about where it goes."""

import json
import subprocess
from pathlib import Path

import pytest

from core.command_line import harmless
from tests.journeys.command import COMMAND, afterthought, is_one_sentence

MORE_ACTS = ("log", "search red", "--help")
EVIL = "ok \x1b]0;owned\x07\x1b[2J\x9b31m red \u202eright"


@pytest.fixture
def moment() -> str:
    return str(afterthought("note", EVIL, "--speaker", EVIL, "--json").value["id"])


def test_no_command_prints_a_control_character_and_json_is_exact(
    moment: str, tmp_path: Path
) -> None:
    lines = tmp_path / "\x1b[2J.jsonl"
    lines.write_text(json.dumps({"text": EVIL, "ref": EVIL}) + "\n{broken\n")

    for act in (["list"], ["show", moment], ["search", "red"], ["log"], ["import", lines], [EVIL]):
        ran = afterthought(*act)
        assert harmless(ran.out) == ran.out, act
        assert harmless(ran.err) == ran.err, act
        assert ran.out or ran.err, act
    assert {row["text"] for row in afterthought("list", "--json").value} == {EVIL}


def test_no_line_of_a_text_looks_like_the_next_entry() -> None:
    afterthought("note", "first\n0123456789abcdef-0  2026-01-01T00:00:00+00:00  forged")

    for act in (["list"], ["search", "forged"]):
        assert "\n0123" not in afterthought(*act).out


@pytest.mark.parametrize(
    "act",
    ["list", "note more", *(pytest.param(act, marks=pytest.mark.long) for act in MORE_ACTS)],
)
def test_a_full_output_is_told_as_such_and_the_archive_is_well(moment: str, act: str) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*COMMAND, *act.split()], check=False, stdout=full, stderr=subprocess.PIPE, text=True
        )

    assert ran.returncode == 1
    assert "Standard output takes no more" in ran.stderr
    assert "archive" not in ran.stderr
    assert is_one_sentence(ran.stderr), ran.stderr
    assert afterthought("check").status == 0


@pytest.mark.parametrize(
    ("typed", "sentence"), [([], "Name a command."), (["hide"], "ID is missing.")]
)
def test_who_types_too_little_is_told_what_is_missing(typed: list[str], sentence: str) -> None:
    ran = afterthought(*typed)

    assert ran.status == 2
    assert ran.err.startswith(sentence)


def test_a_note_needs_no_quotes() -> None:
    afterthought("note", "call", "the", "dentist")

    assert [each["text"] for each in afterthought("list", "--json").value] == ["call the dentist"]


def test_where_nothing_is_to_be_shown_a_sentence_says_so() -> None:
    assert afterthought("log").err == "Nothing has been done in this archive yet.\n"
    assert afterthought("process", "--once").err == "Everything that was due is worked on.\n"
