"""How warm the processor is, where the kernel says it."""

from pathlib import Path

ZONES = Path("/sys/class/thermal")


def celsius(zones: Path = ZONES) -> float | None:
    """The warmest zone; None where there is none."""
    found = [read for each in zones.glob("thermal_zone*/temp") if (read := _read(each)) is not None]
    return max(found, default=None)


def _read(file: Path) -> float | None:
    """Thousandths of a degree; a zone that is switched off cannot be read, or says nonsense."""
    try:
        return int(file.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None
