"""Battery and temperature, as the kernel tells them."""

from pathlib import Path

from core.machine import battery_percent
from device.machine.temperature import celsius


def supply(folder: Path, name: str, **files: str) -> None:
    (folder / name).mkdir()
    for file, content in files.items():
        (folder / name / file).write_text(f"{content}\n")


def test_the_emptiest_battery_that_is_being_emptied_counts(tmp_path: Path) -> None:
    supply(tmp_path, "mains", type="Mains", online="0")
    supply(tmp_path, "one", type="Battery", status="Discharging", capacity="61")
    supply(tmp_path, "two", type="Battery", status="Discharging", capacity="17")
    supply(tmp_path, "three", type="Battery", status="Charging", capacity="3")

    assert battery_percent(tmp_path) == 17


def test_the_battery_of_a_button_or_a_mouse_is_not_the_machine_s(tmp_path: Path) -> None:
    of_mouse = {"scope": "Device", "type": "Battery", "status": "Discharging", "capacity": "12"}
    supply(tmp_path, "hidpp_battery_0", **of_mouse)
    assert battery_percent(tmp_path) is None

    supply(tmp_path, "own", **{**of_mouse, "scope": "System", "capacity": "61"})
    assert battery_percent(tmp_path) == 61


def test_unknown_power_counts_as_mains(tmp_path: Path) -> None:
    supply(tmp_path, "odd", type="Battery", status="Discharging", capacity="nonsense")
    supply(tmp_path, "bare", type="Battery")

    assert battery_percent(tmp_path) is None
    assert battery_percent(tmp_path / "nothing") is None


def test_the_warmest_zone_counts_and_one_that_cannot_be_read_does_not(tmp_path: Path) -> None:
    for name, content in {"thermal_zone0": "48850", "thermal_zone1": "61200"}.items():
        supply(tmp_path, name, temp=content)
    supply(tmp_path, "thermal_zone2", temp="")
    (tmp_path / "thermal_zone3").mkdir()

    assert celsius(tmp_path) == 61.2
    assert celsius(tmp_path / "nothing") is None
