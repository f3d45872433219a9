"""Two machines hold one archive: by a command, and by themselves."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.sync.sent import sent_to_peers
from core.sync.status import PeerStatus, is_service_running, read_peer_statuses
from tests.waiting import waited
from tests.wav import write_wav

if TYPE_CHECKING:
    from tests.journeys.sync.conftest import Machine

Start = Callable[[list[str]], "subprocess.Popen[bytes]"]


def test_one_meeting_brings_both_to_the_same(
    machines: "list[Machine]", start: Start, tmp_path: Path
) -> None:
    pendant, laptop = machines
    write_wav(tmp_path / "memo.wav", np.zeros(16_000, np.int16))
    (kept,) = pendant.command("keep", str(tmp_path / "memo.wav"))
    laptop.command("note", "from the laptop")
    start(laptop.line("sync"))
    waited(lambda: is_met(pendant))

    assert pendant.texts() == laptop.texts() == ["", "from the laptop"]
    assert laptop.command("show", kept["id"])[0]["id"] == kept["id"]
    for machine in machines:
        assert machine.command("check")[0]["to_come"] == 0
    assert sent_to_peers(pendant.home) > 0


def is_met(machine: "Machine") -> bool:
    """True once the other one listens, and both are at the same."""
    line = machine.line("sync", "--once")
    return subprocess.run(line, capture_output=True, check=False).returncode == 0


def test_two_services_keep_both_at_the_same(machines: "list[Machine]", start: Start) -> None:
    pendant, laptop = machines
    for machine in machines:
        start(machine.line("sync"))
    pendant.command("note", "from the pendant")
    waited(lambda: "from the pendant" in laptop.texts())

    laptop.command("note", "from the laptop")
    waited(lambda: "from the laptop" in pendant.texts())
    moment = next(each for each in laptop.command("list")[0] if each["text"] == "from the pendant")
    laptop.command("forget", moment["id"], "--yes")
    waited(lambda: pendant.texts() == ["from the laptop"])

    for machine in machines:
        assert machine.command("check")[0]["problems"] == []


def test_how_it_stands_is_written_down_and_when_they_met_outlives_a_restart(
    machines: "list[Machine]", start: Start
) -> None:
    pendant, laptop = machines
    service = start(pendant.line("sync"))
    other = start(laptop.line("sync"))
    waited(lambda: status_of(pendant, laptop).state == "met")
    met_ms = status_of(pendant, laptop).met_ms
    assert met_ms is not None
    assert is_service_running(pendant.home)

    for process in (service, other):
        process.terminate()
        process.wait()
    assert not is_service_running(pendant.home)
    start(pendant.line("sync"))
    waited(lambda: status_of(pendant, laptop).next_try_ms is not None)

    told = status_of(pendant, laptop)
    assert told.state == "away"
    assert told.sentence.startswith("No Afterthought answers at 127.0.0.1")
    assert told.met_ms is not None
    assert told.met_ms >= met_ms


def status_of(here: "Machine", there: "Machine") -> PeerStatus:
    key = there.identity.key
    return read_peer_statuses(here.home).get(key, PeerStatus(key, "waiting"))


def test_a_second_service_of_a_home_is_told(machines: "list[Machine]", start: Start) -> None:
    pendant, _ = machines
    start(pendant.line("sync"))
    waited(lambda: is_service_running(pendant.home))

    second = subprocess.run(pendant.line("sync"), capture_output=True, text=True, check=False)

    assert second.returncode == 1
    assert second.stderr.startswith("The sync service of this archive runs already.")


def test_a_peer_that_is_away_is_said(machines: "list[Machine]") -> None:
    pendant, _ = machines

    (told,) = pendant.command("sync", "--once", status=1)

    assert told["state"] == "away"
    assert "No Afterthought answers at 127.0.0.1" in told["sentence"]


def test_without_a_peer_the_next_step_is_said(tmp_path: Path, machines: "list[Machine]") -> None:
    line = machines[0].line("--home", str(tmp_path / "alone"), "sync", "--once")
    done = subprocess.run(line, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "afterthought peers add" in done.stderr
