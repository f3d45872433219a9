"""A stranger at work: `stranger.py` on a host of the wire, and what came of it."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.network.hosts import DEVICE, Host, ran
from tests.journeys.network.paged import SCRIPTS

SCRIPT = SCRIPTS / "stranger.py"


@dataclass(slots=True)
class AtWork:
    """`told` is what was answered, how often; there once the block is left."""

    process: "subprocess.Popen[str]"
    told: dict[str, int] = field(default_factory=dict)

    @property
    def is_at_work(self) -> bool:
        return self.process.poll() is None


@contextlib.contextmanager
def at_work(host: Host, what: str, count: int = 0) -> Iterator[AtWork]:
    """From when it is in place, to the end of the block."""
    command = host.command(sys.executable, SCRIPT, what, DEVICE, str(count))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout is not None
        assert process.stdout.readline() == '"ready"\n'
        working = AtWork(process)
        try:
            yield working
        finally:
            out, _ = process.communicate(timeout=60)
            working.told |= json.loads(out)


def attacked(host: Host, what: str, count: int, *from_: str) -> dict[str, int]:
    """The same, where the attack ends by itself; it may come from these addresses of the host."""
    command = host.command(sys.executable, SCRIPT, what, DEVICE, str(count), *from_)
    told: dict[str, int] = _told(ran(command, timeout_s=300))
    return told


def answered(host: Host, requests: Sequence[str], at: str = DEVICE) -> list[str]:
    """What is answered to each of these, sent as they are; empty where that is nothing."""
    command = host.command(sys.executable, SCRIPT, "raw", at)
    sent = subprocess.run(
        command, input=json.dumps(requests), capture_output=True, text=True, check=False
    )
    told: list[str] = _told(sent)
    return told


def _told(done: "subprocess.CompletedProcess[str]") -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
