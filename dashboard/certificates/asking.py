"""Asks for certificates: by a process of its own under `run`, by a unit of another user else."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from core.clock import Clock
from core.network.local_addresses import Address
from dashboard.certificates.asked import write_asked

_TREE = Path(__file__).parents[2]

_AGAIN_AFTER_S = 20.0
"""Longer than the process takes on a Zero 2 W."""


class Asking(Protocol):
    """How certificates are asked for."""

    log: str
    """A sentence that says where to read what failed."""

    def ask(self, addresses: Iterable[Address]) -> None:
        """Have what is due made for these addresses, and wait for nothing. Raises OSError."""

    def trouble(self) -> str:
        """Why the last ones could not be made, with the next step; empty where nothing is known."""

    def close(self) -> None:
        """Ask for no more."""


class ByProcess:
    """Starts the process that makes them, as this user: under `run`."""

    log = "`afterthought status` names the log."

    def __init__(self, folder: Path, asked: Path) -> None:
        self._asked = asked
        self._command = [
            sys.executable,
            "-m",
            "dashboard.certificates.renewing",
            str(folder),
            str(asked),
        ]
        self._process: subprocess.Popen[str] | None = None
        self._trouble = ""
        self._is_asked_again = False

    def ask(self, addresses: Iterable[Address]) -> None:
        write_asked(self._asked, addresses)
        if self._process is not None and self._process.poll() is None:
            self._is_asked_again = True  # it may have read the file before
            return
        self._start()

    def trouble(self) -> str:
        process = self._process
        if process is not None and process.poll() is not None:
            with process:
                told = process.stderr.read() if process.stderr else ""
            self._trouble = told.strip().rpartition("\n")[2] if process.returncode else ""
            self._process = None
            if self._is_asked_again:
                self._start()
        return self._trouble

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            with self._process:
                pass

    def _start(self) -> None:
        self._is_asked_again = False
        self._process = subprocess.Popen(
            self._command,
            cwd=_TREE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )


class ByUnit:
    """Writes the file that a unit watches: systemd starts the process, as another user.

    It is written twice, since systemd sees no change while the process runs.
    """

    log = "`journalctl -u afterthought-certificates` says what failed."

    def __init__(self, asked: Path, clock: Clock) -> None:
        self._asked = asked
        self._clock = clock
        self._again: tuple[float, tuple[Address, ...]] | None = None

    def ask(self, addresses: Iterable[Address]) -> None:
        wanted = tuple(addresses)
        write_asked(self._asked, wanted)
        self._again = self._clock.monotonic_s() + _AGAIN_AFTER_S, wanted

    def trouble(self) -> str:
        if self._again is not None and self._clock.monotonic_s() >= self._again[0]:
            write_asked(self._asked, self._again[1])
            self._again = None
        return ""

    def close(self) -> None:
        """The unit ends by itself."""
