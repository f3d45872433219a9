"""Completion in a real bash, with the script that `completion` prints."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.command import afterthought

ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
_shtab_afterthought
printf '%s\\n' "${COMPREPLY[@]}"
"""
PROGRAM = str(Path(sys.executable).with_name("afterthought"))

Complete = Callable[..., list[str]]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "completion.bash"
    path.write_text(afterthought("completion", "bash").out)
    return path


@pytest.fixture
def complete(script: Path) -> Complete:
    def ask(*words: str) -> list[str]:
        asked = ["bash", "--norc", "-c", ASK, "bash", str(script), PROGRAM, *words]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()

    return ask


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["hi"], {"hide"}),
        (["res"], {"restore", "restore-backup", "resume"}),
        (["search", "--unt"], {"--until"}),
        (["hear", "--policy", ""], {"button", "ambient", "everything"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
    ],
)
def test_commands_options_and_choices_are_completed(
    complete: Complete, words: list[str], completed: set[str]
) -> None:
    assert set(complete(*words)) == completed


def test_ids_are_completed_short(complete: Complete) -> None:
    name, other = (afterthought("note", text).out.strip() for text in ("one", "two"))

    assert set(complete("show", "")) == {name, other}
    assert complete("forget", name[:7]) == [name]
    assert afterthought("list", "--ids").out.split() == [name, other]


def test_files_and_folders_are_completed(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "memo.wav").touch()
    (tmp_path / "memory").mkdir()

    assert set(complete("keep", f"{tmp_path}/mem")) == {
        f"{tmp_path}/memo.wav",
        f"{tmp_path}/memory",
    }
    assert complete("--home", f"{tmp_path}/mem") == [f"{tmp_path}/memory"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_a_script_with_every_command(shell: str) -> None:
    script = afterthought("completion", shell).out

    assert "power-off" in script
    assert "afterthought list --ids" in script
    assert afterthought("completion", shell, "--json").value == {"shell": shell, "script": script}


def test_a_shell_that_is_not_known_is_told_with_those_that_are() -> None:
    ran = afterthought("completion", "ksh")

    assert ran.status == 2
    assert "bash, zsh, fish" in ran.err
