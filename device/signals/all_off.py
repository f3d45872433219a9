"""Switches every light and motor off. The unit runs it whenever capture has ended.

The kernel keeps a pin as a process left it, so one that is killed within a blink would shine on.

    python -m device.signals.all_off [--home HOME]
"""

import argparse
import os
import sys
from collections.abc import Sequence

from core.access.private import enter_home, keep_to_ourselves
from core.errors import UserError
from core.paths import home_at, runtime_folder
from core.settings import DeviceSettings
from core.settings_file import load
from device.pins import Factory, told_once

from .lights import lights
from .motors import motors


def darken(device: DeviceSettings, factory: Factory | None = None) -> list[UserError]:
    """Switch off everything that the settings name; the errors of what could not be reached."""
    found, troubles = lights(device, factory)
    moving, more = motors(device, factory)
    for light in found:
        light.stop()
    for motor in moving:
        motor.stop()
    return told_once(troubles + more)


def main(arguments: Sequence[str] | None = None) -> int:
    """Switch off and return the exit status; at most one line on standard error for each part."""
    keep_to_ourselves()
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--home")
    home = home_at(parser.parse_args(arguments).home)
    try:
        enter_home(home.path)
        os.environ.setdefault("LG_WD", str(runtime_folder(home.path)))  # lgpio's own files
        troubles = darken(load(home.path).device)
    except UserError as error:
        troubles = [error]
    sys.stderr.writelines(f"{trouble}\n" for trouble in troubles)
    return int(bool(troubles))


if __name__ == "__main__":
    raise SystemExit(main())
