"""The checks of `doctor` on the device: sound, pins, the memory of the past, the disk.

A capture that runs holds the microphone and the pins, so it is asked; nothing is taken from it.
"""

from collections.abc import Iterator

from core import capture_status
from core.access.unswapped_file import NoMemory, protection
from core.capture_status import CaptureStatus
from core.checks import Check
from core.errors import UserError
from core.paths import Home
from core.settings import DeviceSettings, Settings
from core.settings_file import load
from core.text.counting import counted

from .buttons.configured import Buttons
from .capture.control_socket import CaptureGone, ask
from .capture.pause_file import pause_file_of, unreadable
from .machine.disk_speed import memory_check, storage_check
from .microphone.probe import why_no_microphone
from .pins import told_once
from .signals import lights, motors


def checks(home: Home) -> Iterator[Check]:
    """The device, as it is or as it would be."""
    settings = load(home.path)
    try:
        status = capture_status.from_json(ask(home.capture_socket, {"do": "status"}))
    except CaptureGone as error:
        yield Check("capture", "warn", error.sentence, error.advice)
        yield _microphone(settings.device)
        yield from _pins(settings.device)
        yield memory_check(settings)
        yield from _ambient(settings)
        yield from _pause(home)
    except UserError as error:
        yield Check("capture", "fail", error.sentence, error.advice)
    else:
        yield from _running(status)
    yield storage_check(home.path)


def _running(status: CaptureStatus) -> Iterator[Check]:
    """The status of the capture that runs."""
    all_well = status.state != "fault" and not status.advice
    yield Check("capture", "ok" if all_well else "warn", status.sentence, status.advice)
    yield _levels(status)
    if status.selection is not None:
        yield Check(
            "selection",
            "ok" if status.selection.is_on and not status.selection.advice else "warn",
            status.selection.sentence,
            status.selection.advice,
        )
    held = f"{status.ring_length_s:.0f} s of the past are held in memory"
    if status.ring_memory == "swappable":
        advice = "Let the unit start capture: it forbids swap. Or raise `ulimit -l`."
        yield Check("memory", "warn", f"{held}, which may be swapped to the disk.", advice)
    else:
        kept_in = "locked there" if status.ring_memory == "locked" else "and cannot be swapped out"
        yield Check("memory", "ok", f"{held}, {kept_in}.")


def _ambient(settings: Settings) -> Iterator[Check]:
    """Whether ambient can have its memory, for a process like this one."""
    if settings.selection.policy != "ambient":
        return
    try:
        how = protection()
    except NoMemory as error:
        yield Check("selection", "warn", error.sentence, error.advice)
        return
    kept_in = "cannot be swapped" if how == "no_swap" else "is locked"
    yield Check("selection", "ok", f"What ambient holds lies in memory that {kept_in}.")


def _pause(home: Home) -> Iterator[Check]:
    """What capture will find when it starts."""
    remembered = pause_file_of(home).read()
    if remembered is None:
        return
    if remembered.unreadable:
        error = unreadable(remembered)
        advice = f"Start capture; then {error.advice}"
        yield Check("pause", "warn", f"Capture is paused. {error.sentence}", advice)
    else:
        yield Check("pause", "ok", "It was paused before, so capture will start paused.")


def _levels(status: CaptureStatus) -> Check:
    levels = status.levels
    if levels is None:
        return Check("microphone", "warn", f"{status.microphone} has sent nothing yet.")
    if levels.sentence:
        return Check("microphone", "warn", levels.sentence, levels.advice)
    return Check(
        "microphone",
        "ok",
        f"{status.microphone} sends sound: its noise floor lies at {levels.floor_dbfs:.0f} dB of "
        f"full scale, the loudest second of the last minute at {levels.loudest_dbfs:.0f} dB.",
    )


def _microphone(device: DeviceSettings) -> Check:
    missing = why_no_microphone(device.microphone)
    if missing is None:
        return Check("microphone", "ok", "The microphone sends sound.")
    # Files and notes can be kept all the same.
    return Check("microphone", "warn", missing.sentence, missing.advice)


def _pins(device: DeviceSettings) -> Iterator[Check]:
    """Each thing with a wire that the settings name is tried, and let go."""
    lit, dark = lights.lights(device)
    moved, still = motors.motors(device)
    buttons = Buttons(device, lambda _: True)
    dead = buttons.start()
    buttons.stop()
    for each in lit:
        each.stop()
    for moving in moved:
        moving.stop()
    for error in told_once((*dark, *still, *dead)):
        yield _unusable(error)
    works = len(lit) + len(moved) + buttons.count
    if works:
        yield Check("wires", "ok", f"{counted(works, 'wired part works', 'wired parts work')}.")


def _unusable(error: UserError) -> Check:
    return Check("wires", "fail", error.sentence, error.advice)
