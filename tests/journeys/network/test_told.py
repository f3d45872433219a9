"""`run` and `status` say where the page is reached by network."""

import json
import signal
import subprocess
from pathlib import Path

from tests.journeys.command import COMMAND, PILL_BOX, afterthought
from tests.journeys.network.hosts import DEVICE, Wire


def test_run_and_status_say_where_the_page_is(wire: Wire, home: Path) -> None:
    command = [*COMMAND, "run", "--replay", str(PILL_BOX), "--tls-port", "9443"]
    with subprocess.Popen(
        wire.device.command(*command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
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
