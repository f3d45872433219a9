"""The units start commands that exist, each under its own user, for ever."""

import configparser
import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

import afterthought
from core.machine import LONGEST_RING_S

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


DEBIANS_GROUPS = {"audio", "input"}
"""Every Debian has these; a unit that asks for a group that is not there does not start."""


def capture() -> configparser.SectionProxy:
    return read(next(unit for unit in UNITS if unit.stem == "afterthought-capture"))["Service"]


def test_every_group_that_capture_asks_for_is_there_or_is_made() -> None:
    script = (Path(__file__).parents[2] / "deploy" / "install.sh").read_text(encoding="utf-8")
    asked = set(capture()["SupplementaryGroups"].split())

    missing = {each for each in asked - DEBIANS_GROUPS if f"groupadd --system {each}" not in script}
    assert missing == set()


def test_when_capture_has_gone_its_pins_are_driven_low() -> None:
    program, flag, module, *rest = capture()["ExecStopPost"].split()

    assert program == "-/opt/afterthought/.venv/bin/python"
    assert flag == "-m"
    assert importlib.util.find_spec(module) is not None
    assert rest == capture()["ExecStart"].split()[2:]


def test_nothing_of_the_ring_reaches_the_disk() -> None:
    limit = capture()["LimitMEMLOCK"]

    assert capture()["MemorySwapMax"] == "0"
    assert capture()["LimitCORE"] == "0"
    assert limit.endswith("M")
    assert int(limit[:-1]) * 2**20 >= LONGEST_RING_S["full"] * 2 * 16_000


def test_a_stuck_capture_is_found_and_a_slow_disk_is_no_stuck_capture() -> None:
    service = capture()

    assert service["Type"] == "notify"
    assert service["NotifyAccess"] == "main"
    assert 60 <= int(service["WatchdogSec"]) <= 120  # the inbox holds two minutes of sound


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_every_line_of_a_unit(unit: Path) -> None:
    verified = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )

    told = [line for line in verified.stderr.splitlines() if unit.name in line]
    assert [line for line in told if "is not executable: No such file" not in line] == []
