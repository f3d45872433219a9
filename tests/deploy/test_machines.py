"""The scripts that make whole machines: what of them can be seen without making one."""

import subprocess
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((TREE / "deploy").glob("*_machine.sh"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_without_a_folder_is_a_sentence_and_makes_nothing(script: Path) -> None:
    asked = subprocess.run(["bash", script], capture_output=True, text=True, check=False)

    assert asked.returncode == 1
    assert "name a folder" in asked.stderr


def test_the_tests_that_are_tried_on_arm64_are_there() -> None:
    script = (TREE / "deploy" / "arm64_machine.sh").read_text(encoding="utf-8")
    named = script.partition("\ncheap=(")[2].partition(")")[0].split()

    assert named
    assert [each for each in named if not (TREE / each).exists()] == []
