"""A capture whose button is on a mock pin: `wired.py PIN ARGUMENTS OF THE COMMAND`.

Each line on standard input presses the button once. What is written then is when, on
CLOCK_MONOTONIC: before and after.
"""

import os
import sys
import threading
import time

from gpiozero import Device

from afterthought import COMMANDS
from core.command_line import main


def press_when_told(number: int) -> None:
    for _ in sys.stdin:
        pin = Device.pin_factory.pin(number)
        before_s = time.monotonic()
        pin.drive_low()
        pin.drive_high()
        sys.stdout.write(f"{before_s} {time.monotonic()}\n")
        sys.stdout.flush()


os.environ["GPIOZERO_PIN_FACTORY"] = "mock"
threading.Thread(target=press_when_told, args=(int(sys.argv[1]),), daemon=True).start()
sys.exit(main(COMMANDS, sys.argv[2:]))
