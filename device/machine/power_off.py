"""Switches the machine off by the system's own command."""

import subprocess

from core.errors import UserError

WITHIN_S = 5.0
"""It only asks for it; what is open is closed when the services are stopped."""


class NotPermitted(UserError):
    """The machine may not be switched off from here."""

    code = "not_permitted"


def power_off() -> UserError | None:
    """Ask the system to switch off; None where it agreed, else why the machine stays on."""
    try:
        done = subprocess.run(
            ["systemctl", "poweroff"],  # noqa: S607 - where it lies is the system's business
            check=False,
            capture_output=True,
            timeout=WITHIN_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        done = None
    if done is not None and done.returncode == 0:
        return None
    return NotPermitted(
        "This machine cannot be switched off from here.",
        advice="Run `sudo systemctl poweroff`; what was kept is safe.",
    )
