"""Drives every light and motor off: what the unit runs when capture has gone, however it went.

The kernel keeps a pin as a process left it, so one that is killed within a blink would shine on.

    python -m device.signals.all_off [--home HOME]
"""

import argparse
import os
import sys
from collections.abc import Sequence

from core.errors import UserError
from core.paths import home_at, runtime_folder
from core.settings import DeviceSettings
from core.settings_file import load
from device.pins import Factory

from .lights import lights
from .motors import motors


def darken(device: DeviceSettings, factory: Factory | None = None) -> list[UserError]:
    """Everything that the settings name is off; what could not be reached is told."""
    seen, unseen = lights(device, factory)
    felt, unfelt = motors(device, factory)
    for light in seen:
        light.stop()
    for motor in felt:
        motor.stop()
    return unseen + unfelt


def main(arguments: Sequence[str] | None = None) -> int:
    """Never more than a line for each pin: the unit's end is no place to fail."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--home")
    home = home_at(parser.parse_args(arguments).home)
    try:
        os.environ.setdefault("LG_WD", str(runtime_folder(home.path)))  # lgpio's own files
        troubles = darken(load(home.path).device)
    except UserError as error:
        troubles = [error]
    sys.stderr.writelines(f"{trouble}\n" for trouble in troubles)
    return int(bool(troubles))


if __name__ == "__main__":
    raise SystemExit(main())
