"""`run`, `status` and `doctor` say how the page is reached by network."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.command import COMMAND, PILL_BOX, afterthought
from tests.journeys.network.hosts import DEVICE, Wire, ran
from tests.journeys.network.paged import started
from tests.waiting import killed_on_failure


@pytest.mark.long
def test_run_and_status_say_where_the_page_is(wire: Wire, home: Path) -> None:
    command = [*COMMAND, "run", "--replay", str(PILL_BOX), "--tls-port", "9443"]
    with killed_on_failure(
        subprocess.Popen(
            wire.device.command(*command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    ) as process:
        assert process.stderr is not None
        told = next(line for line in process.stderr if line.startswith("On your network"))
        status = json.loads(afterthought("status", "--json", "--home", home).out)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    host = status["page"]["host"]
    assert status["page"]["urls"] == [f"https://{host}:9443", f"https://{DEVICE}:9443"]
    assert status["page"]["troubles"] == []
    assert told.strip() in status["sentences"]
    assert afterthought("status", "--json", "--home", home).value["page"] is None


def looked(wire: Wire, home: Path) -> dict[str, Any]:
    """What `doctor` finds on the device, by name."""
    command = wire.device.command(*COMMAND, "doctor", "--json", "--home", str(home))
    return {each["name"]: each for each in json.loads(ran(command).stdout)}


@pytest.mark.long
def test_doctor_finds_the_network_well_where_the_page_runs(wire: Wire, home: Path) -> None:
    before = looked(wire, home)
    with started(wire, home) as page:
        page.let_in()
        running = looked(wire, home)

    assert before["page"]["state"] == "warn"
    assert before["phones"]["sentence"].startswith("No phone is let in yet.")
    for name in ("network", "page", "name", "port", "certificate", "phones"):
        assert running[name]["state"] == "ok", running[name]
    assert DEVICE in running["network"]["sentence"]
    assert running["phones"]["sentence"] == "1 phone is let in."
