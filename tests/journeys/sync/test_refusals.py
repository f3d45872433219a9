"""What goes wrong between two machines is said on both, and costs nothing that is there."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.sync.large import note
from bench.sync.sounds import keep_sounds
from pipeline.sync.address_book import note_address
from tests.journeys.disks import disk_of
from tests.journeys.sync.conftest import Machine, machine_at
from tests.waiting import waited

Start = Callable[[list[str]], "subprocess.Popen[bytes]"]

NEWER = """
import sys
import afterthought, pipeline.sync.messages
pipeline.sync.messages.PROTOCOL += 1
sys.argv = ["afterthought", *sys.argv[1:]]
sys.exit(afterthought.main())
"""


def told_once(machine: Machine) -> dict[str, Any]:
    """How a meeting went, once the other one listens."""

    def told() -> dict[str, Any] | None:
        line = machine.line("--json", "sync", "--once")
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        (each,) = machine.lines(done.stdout)
        is_silent = "No Afterthought answers" in each["sentence"]
        return None if is_silent else each

    return waited(told)


def is_whole(machine: Machine) -> bool:
    return bool(machine.command("check")[0]["problems"] == [])


def test_a_full_disk_in_the_middle_is_said_and_gone_on_from(start: Start, tmp_path: Path) -> None:
    with disk_of(16, tmp_path / "small") as small:
        pendant, laptop = machine_at(tmp_path / "pendant"), machine_at(small / "laptop")
        with (laptop.home / "settings.toml").open("a") as settings:
            settings.write("\n[device]\nreserve_mb = 10\n")
        pendant.knows(laptop)
        laptop.knows(pendant)
        keep_sounds(pendant.home, 4, 2_000_000)
        start(pendant.line("sync"))

        told = told_once(laptop)

        assert told["state"] != "met"
        assert told["sentence"].startswith("There is no room for a sound of 2.0 MB")
        assert 0 < told["sound_bytes"] < 8_000_000
        assert is_whole(pendant)

        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        assert told_once(laptop)["state"] == "met"
        assert is_whole(laptop)
        assert laptop.command("check")[0]["to_come"] == 0


def test_a_newer_version_on_one_side_is_said(machines: list[Machine], start: Start) -> None:
    pendant, laptop = machines
    asyncio.run(note(laptop.home, "from the laptop"))
    start([sys.executable, "-c", NEWER, *pendant.line("sync")[3:]])

    assert "different versions" in told_once(laptop)["sentence"]
    assert laptop.texts() == ["from the laptop"]
    assert pendant.texts() == []


def test_who_was_never_introduced_is_not_answered(
    machines: list[Machine], start: Start, tmp_path: Path
) -> None:
    pendant, _ = machines
    stranger = machine_at(tmp_path / "stranger")
    stranger.knows(pendant)
    asyncio.run(note(pendant.home, "from the pendant"))
    start(pendant.line("sync"))

    assert told_once(stranger)["state"] == "away"
    assert stranger.texts() == []


def test_another_install_at_the_address_of_a_peer_is_no_peer(
    machines: list[Machine], start: Start, tmp_path: Path
) -> None:
    pendant, laptop = machines
    between = machine_at(tmp_path / "between")
    between.knows(laptop)
    note_address(laptop.home, pendant.identity.key, ("127.0.0.1", between.port))
    asyncio.run(note(laptop.home, "from the laptop"))
    start(between.line("sync"))

    assert "Another install" in told_once(laptop)["sentence"]
    assert between.texts() == []
