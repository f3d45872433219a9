"""Whether the machine can spare what a larger model costs. The reading of it is apart."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

POWER_SUPPLIES = Path("/sys/class/power_supply")
THERMAL_ZONES = Path("/sys/class/thermal")

HOT_C = 75.0
"""A Raspberry Pi slows down from 80 °C on."""

OURS = 1.0
"""What we add to the load ourselves, once we are at it."""


@dataclass(frozen=True, slots=True)
class Power:
    """The machine at one instant; `hottest_c` is None where it has no thermometer."""

    on_battery: bool
    hottest_c: float | None
    load: float
    processors: int


def why_to_wait(power: Power, waiting: int, *, at_work: bool) -> str | None:
    """Why nothing is to be heard again now, as a sentence; None where the machine is free.

    `waiting` is how much still waits to be written down for the first time; `at_work` says that
    a part of the load is our own.
    """
    if waiting:
        return "What was kept last still waits to be written down, and goes first."
    if power.on_battery:
        return "The machine runs on its battery."
    if power.hottest_c is not None and power.hottest_c >= HOT_C:
        return f"The machine is hot ({power.hottest_c:.0f} °C)."
    if power.load - (OURS if at_work else 0.0) >= power.processors:
        return "The machine is busy with other work."
    return None


def read_power(supplies: Path = POWER_SUPPLIES, zones: Path = THERMAL_ZONES) -> Power:
    """The state of this machine now."""
    states = {_text(each) for each in supplies.glob("*/status")}
    heats = [celsius for each in zones.glob("thermal_zone*/temp") for celsius in _celsius(each)]
    load, *_ = os.getloadavg()
    return Power("Discharging" in states, max(heats, default=None), load, os.cpu_count() or 1)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:  # it was unplugged as we looked, or says nothing
        return ""


def _celsius(file: Path) -> Iterator[float]:
    millidegrees = _text(file)
    if millidegrees.lstrip("-").isdecimal():
        yield int(millidegrees) / 1000
