"""The units start commands that exist, each under its own user, for ever."""

import configparser
from pathlib import Path

import pytest

import afterthought

UNITS = sorted((Path(__file__).parents[2] / "systemd").glob("*.service"))


def read(unit: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    vars(parsed)["optionxform"] = str  # keys are as they are written
    parsed.read_string(unit.read_text(encoding="utf-8"))
    return parsed


def test_there_is_a_unit_for_each_process() -> None:
    started = {read(unit)["Service"]["ExecStart"].split()[1] for unit in UNITS}

    assert started == {"capture", "process", "dashboard"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_exists_and_never_gives_up(unit: Path) -> None:
    parsed = read(unit)
    program, command, *_ = parsed["Service"]["ExecStart"].split()

    assert program == "/opt/afterthought/.venv/bin/afterthought"
    assert command in {each.name for each in afterthought.COMMANDS}
    assert parsed["Service"]["User"] == "afterthought"
    assert parsed["Service"]["Restart"] == "always"
    assert parsed["Unit"]["StartLimitIntervalSec"] == "0"


def test_the_installer_sets_up_every_unit() -> None:
    script = (Path(__file__).parents[2] / "deploy" / "install.sh").read_text(encoding="utf-8")
    line = next(line for line in script.splitlines() if line.startswith("units=("))

    assert set(line.removeprefix("units=(").rstrip(")").split()) == {unit.stem for unit in UNITS}
