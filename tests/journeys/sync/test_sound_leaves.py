"""Sound leaves the pendant for the laptop, is called back, and plays there again."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.waiting import waited
from tests.wav import write_wav

if TYPE_CHECKING:
    from tests.journeys.sync.conftest import Machine

Start = Callable[[list[str]], "subprocess.Popen[bytes]"]

LONG_AGO = "2026-01-05T10:00"


def sound_of(machine: "Machine", moment: str) -> tuple[Path, dict[str, Any]]:
    (shown,) = machine.command("show", moment)
    return Path(shown["sound"]), shown["whereabouts"]


def lets_sound_leave(machine: "Machine") -> None:
    """As its wearer sets it; what it has lay there for long."""
    with (machine.home / "settings.toml").open("a") as file:
        file.write("sound_leaves_after_days = 30\n")
    for path in (machine.home / "sound").glob("*/*.mp4"):
        os.utime(path, (1_767_000_000, 1_767_000_000))


@pytest.mark.long
@pytest.mark.parametrize("caller", ["pendant", "laptop"])
def test_old_sound_leaves_for_the_laptop_and_comes_when_it_is_called_back(
    machines: "list[Machine]", start: Start, tmp_path: Path, caller: str
) -> None:
    pendant, laptop = machines
    write_wav(tmp_path / "memo.wav", np.zeros(16_000, np.int16))
    (kept,) = pendant.command("keep", str(tmp_path / "memo.wav"), "--at", LONG_AGO)
    path, where = sound_of(pendant, kept["id"])
    assert where["sound"] == "here"
    lets_sound_leave(pendant)

    first, second = (pendant, laptop) if caller == "pendant" else (laptop, pendant)
    start(second.line("sync"))
    start(first.line("sync"))
    waited(lambda: not path.exists())

    _, where = sound_of(pendant, kept["id"])
    assert (where["sound"], where["from"]) == ("elsewhere", "other")
    there, where = sound_of(laptop, kept["id"])
    assert (where["sound"], there.exists()) == ("here", True)
    (checked,) = pendant.command("check")
    assert (checked["problems"], checked["away"], checked["to_come"]) == ([], {"other": 1}, 0)
    (backup,) = pendant.command("backup", str(tmp_path / "pendant.tar"))
    assert (backup["away"], backup["missing"]) == ({"other": 1}, [])

    pendant.command("show", kept["id"], "--fetch")
    waited(path.exists)

    assert path.read_bytes() == there.read_bytes()
    _, where = sound_of(pendant, kept["id"])
    assert where["sound"] == "here"

    laptop.command("forget", kept["id"], "--yes")
    waited(lambda: not path.exists() and not there.exists())
