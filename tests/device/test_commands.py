"""What the device's commands ask of capture, and what they refuse by themselves."""

import argparse
from pathlib import Path

import pytest

from core.command_line import Screen
from core.errors import WrongUsage
from device.capture.control_socket import CaptureGone
from device.commands import power_off


def asked(home: Path, *, yes: bool) -> int:
    arguments = argparse.Namespace(home=str(home), yes=yes)
    return power_off(arguments, Screen(as_json=False))


def test_the_machine_is_switched_off_by_a_yes_alone(home: Path) -> None:
    with pytest.raises(WrongUsage, match="would be switched off"):
        asked(home, yes=False)
    with pytest.raises(CaptureGone):  # it asked; nobody is there
        asked(home, yes=True)
