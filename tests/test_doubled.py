"""A double is the command as a process of its own would be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import doubled

SHAPE = {"COLUMNS": "60"}


def anew(*arguments: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "afterthought", *arguments]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=env
    )


@pytest.mark.parametrize(
    "arguments",
    [("list", "--json"), ("list", "--help"), ("show", "nothing"), ("list", "--odd"), ("nothing",)],
    ids=" ".join,
)
def test_it_prints_and_ends_as_a_process_does(arguments: tuple[str, ...]) -> None:
    environment = {**os.environ, **SHAPE}

    double, process = doubled.run(arguments, environment), anew(*arguments, env=environment)

    assert (double.returncode, double.stdout, double.stderr) == (
        process.returncode,
        process.stdout,
        process.stderr,
    )


def test_it_has_the_environment_and_the_folder_of_whoever_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {**os.environ, "AFTERTHOUGHT_HOME": str(tmp_path / "own")}

    noted = doubled.run(["note", "the pump leaks"], environment)
    found = doubled.run(["list", "--home", "own"])

    assert noted.returncode == 0, noted.stderr
    assert "the pump leaks" in found.stdout


def test_one_that_takes_too_long_is_ended() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        doubled.run(["peers", "add", "--yes", "--json"], patience_s=0.5)  # waits for minutes
