"""How full the battery is while it is being emptied, where the kernel knows one."""

from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")


def percent_left(supplies: Path = SUPPLIES) -> int | None:
    """Of the emptiest battery that is being emptied; None on mains power, which is assumed."""
    found = [
        percent
        for each in supplies.glob("*")
        if _read(each / "type") == "Battery" and _read(each / "status") == "Discharging"
        if _read(each / "scope") != "Device"  # of a mouse, a headset, a Bluetooth button
        if (percent := _percent(_read(each / "capacity"))) is not None
    ]
    return min(found, default=None)


def _percent(told: str) -> int | None:
    return int(told) if told.isascii() and told.isdigit() else None


def _read(file: Path) -> str:
    """Nothing where the kernel has no such file, or will not say."""
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
