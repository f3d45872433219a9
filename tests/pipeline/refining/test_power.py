"""Whether the machine can spare the work of a larger model."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.refining.power import Power, read_power, why_to_wait

FREE = Power(on_battery=False, hottest_c=50.0, load=0.2, processors=4)


def test_a_machine_at_rest_can_spare_it() -> None:
    assert why_to_wait(FREE, 0, at_work=False) is None
    assert why_to_wait(replace(FREE, hottest_c=None), 0, at_work=False) is None


@pytest.mark.parametrize(
    ("power", "waiting", "why"),
    [
        (FREE, 1, "goes first"),
        (replace(FREE, on_battery=True), 0, "battery"),
        (replace(FREE, hottest_c=80.4), 0, r"hot \(80 °C\)"),
        (replace(FREE, load=4.1), 0, "busy"),
    ],
)
def test_why_it_waits(power: Power, waiting: int, why: str) -> None:
    sentence = why_to_wait(power, waiting, at_work=False)

    assert sentence is not None
    assert re.search(why, sentence)


def test_its_own_work_does_not_make_the_machine_busy() -> None:
    alone = replace(FREE, load=1.3, processors=1)

    assert why_to_wait(alone, 0, at_work=False) is not None
    assert why_to_wait(alone, 0, at_work=True) is None


def test_battery_and_heat_are_read_from_the_system(tmp_path: Path) -> None:
    supplies, zones = tmp_path / "power_supply", tmp_path / "thermal"
    for name, state in (("BAT0", "Discharging\n"), ("BAT1", "Full\n")):
        (supplies / name).mkdir(parents=True)
        (supplies / name / "status").write_text(state)
    for number, told in enumerate(("41000\n", "77500\n", "\n")):
        (zones / f"thermal_zone{number}").mkdir(parents=True)
        (zones / f"thermal_zone{number}" / "temp").write_text(told)

    power = read_power(supplies, zones)

    assert (power.on_battery, power.hottest_c) == (True, 77.5)


def test_a_machine_without_battery_and_thermometer_is_read_too(tmp_path: Path) -> None:
    power = read_power(tmp_path / "none", tmp_path / "none")

    assert (power.on_battery, power.hottest_c) == (False, None)
    assert power.processors >= 1
