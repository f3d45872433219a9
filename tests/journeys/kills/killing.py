"""Real processes, ended by SIGKILL at a given instant, with all of their children."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.journeys.command import COMMAND


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: the JSON that it had printed in whole lines, and what it had said."""

    status: int
    lines: list[dict[str, Any]]
    said: str
    in_time: bool
    """Whether the kill came before the act was done."""
    took_s: float

    def wrong(self, most_lines: int) -> Iterator[str]:
        """What no end may show: a traceback; and where nobody killed it, anything but success."""
        if "Traceback" in self.said:
            yield f"A traceback: {self.said.strip()[-400:]}"
        if self.status not in {0, -signal.SIGKILL}:
            yield f"It ended with {self.status}: {self.said.strip()[-400:]}"
        if self.status == 0 and len(self.lines) != most_lines:
            yield f"It ended well and printed {len(self.lines)} of {most_lines} lines."


class Running:
    """A command of ours in a session of its own, whose output goes to files."""

    def __init__(self, home: Path, scratch: Path, *arguments: str) -> None:
        self._printed = scratch / f"{arguments[0]}.printed"
        self._said = scratch / f"{arguments[0]}.said"
        with self._printed.open("wb") as out, self._said.open("wb") as err:
            self._began_s = time.monotonic()
            self._process = subprocess.Popen(
                [*COMMAND, "--home", str(home), "--json", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def is_over(self) -> bool:
        return self._process.poll() is not None

    def end(self, within_s: float = 300) -> Ended:
        """Wait for its own end."""
        return self._ended(self._process.wait(within_s))

    def kill(self, at_s: float) -> Ended:
        """Kill it so many seconds after its start, unless it has ended by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, at_s - (time.monotonic() - self._began_s)))
        self.kill_now()
        return self._ended(self._process.wait())

    def kill_now(self) -> None:
        """Kill it, whatever it has printed."""
        kill_family(self._process.pid)
        self._process.wait()

    def _ended(self, status: int) -> Ended:
        whole = self._printed.read_text("utf-8").split("\n")[:-1]
        said = self._said.read_text("utf-8", "backslashreplace")
        lines = [json.loads(line) for line in whole]
        took_s = time.monotonic() - self._began_s
        return Ended(status, lines, said, status == -signal.SIGKILL, took_s)


def kill_family(process: int) -> None:
    """Kill a process that is ours, the first, and all that it has started."""
    try:
        first = psutil.Process(process)
        family = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for each in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            os.kill(each.pid, signal.SIGKILL)
