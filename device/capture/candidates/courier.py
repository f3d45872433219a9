"""Takes candidates to the worker, one at a time, in a thread: the loop never waits for a model."""

import contextlib
import os
import queue
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import UserError
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere, Told

from .heard_queue import Candidate

END_WITHIN_S = 1.0
"""A thread that hangs up needs no time; one that does not ends with the process."""

Outcome = Literal["kept", "passed", "nobody", "declined"]
"""A moment, none; no worker, or one that has gone; one that could not do it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a candidate: the worker's reasons, or its sentence where it declined.

    `cpu_s` is how long its models worked on it, in all threads; None where it did not tell.
    """

    candidate: Candidate
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    why: UserError | None = None
    cpu_s: float | None = None


class Courier:
    """Owned by the capture loop, which asks for `answer` at its turns."""

    def __init__(self, worker_socket: Path) -> None:
        self._socket = worker_socket
        self._answers: queue.SimpleQueue[Answered] = queue.SimpleQueue()
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self.carried: Candidate | None = None
        """The one that is on its way, until its answer has been taken."""

    def hand_over(self, candidate: Candidate) -> None:
        """Have the worker judge it. Only while nothing is `carried`."""
        self.carried = candidate
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # A descriptor of the thread's own: the other may be closed while it is handed over.
        file = os.dup(candidate.file.fileno())
        asked = {"do": "judge", "signals": dict(candidate.signals)}
        arguments = (candidate, self._line, asked, file)
        self._thread = threading.Thread(target=self._carry, args=arguments, daemon=True)
        self._thread.start()

    def take_back(self) -> None:
        """Hang up: what is on its way shall not be kept. Its answer still comes."""
        if self._line is not None and self.carried is not None:
            hang_up(self._line)

    def end(self) -> None:
        """Take back what is on its way, and see its line closed."""
        self.take_back()
        if self._thread is not None:
            self._thread.join(END_WITHIN_S)

    def answer(self) -> Answered | None:
        """What came of the one that was carried, once it is known."""
        try:
            answered = self._answers.get_nowait()
        except queue.Empty:
            return None
        self.carried = self._line = None
        return answered

    def _carry(self, candidate: Candidate, line: socket.socket, asked: Told, file: int) -> None:
        with line:
            try:
                answered = _read(
                    candidate, socket_client.ask_over(line, self._socket, asked, file=file)
                )
            except NobodyThere:
                answered = Answered(candidate, "nobody")
            except UserError as error:
                answered = Answered(candidate, "declined", why=error)
            finally:
                os.close(file)
        self._answers.put(answered)


def hang_up(line: socket.socket) -> None:
    """End a line that another thread uses, connected or not; one that has ended stays so."""
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _read(candidate: Candidate, told: Told) -> Answered:
    """The answer, whatever another version's worker says."""
    reasons = told.get("reasons")
    codes = tuple(map(str, reasons)) if isinstance(reasons, list) else ()
    worked_s = told.get("cpu_s")
    cpu_s = float(worked_s) if isinstance(worked_s, int | float) else None
    match told.get("verdict"):
        case "kept":
            return Answered(candidate, "kept", codes, cpu_s=cpu_s)
        case "passed":
            return Answered(candidate, "passed", codes, cpu_s=cpu_s)
    return Answered(candidate, "declined", codes)
