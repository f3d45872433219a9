"""A worker's socket that judges as a test tells it, and remembers what it was given."""

import contextlib
import json
import os
import queue
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.files import clear_away
from tests.waiting import PATIENCE_S

Answer = dict[str, Any]

KEPT: Answer = {"verdict": "kept", "moment": "m", "score": 0.9, "reasons": ["decision"]}
PASSED: Answer = {
    "verdict": "passed",
    "moment": None,
    "score": 0.1,
    "reasons": ["nothing_stood_out"],
}
DECLINED: Answer = {"error": "models_failed", "sentence": "They ended.", "advice": "Look there."}


@dataclass(frozen=True)
class Asked:
    """A candidate as it came: the request, the header of its clip, and its sound."""

    request: dict[str, Any]
    clip: dict[str, Any]
    sound: bytes


class Judge:
    """One candidate at a time. Each waits for an answer, which a test puts into `answers`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_away(path)
        self.asked: list[Asked] = []
        self.hung_up = 0
        self.answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(path))
        self._listening.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.answers.put(None)
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE_S)
        self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._listening.accept()
                with line:
                    self._take(line)

    def _take(self, line: socket.socket) -> None:
        request, files, _, _ = socket.recv_fds(line, 100_000, 1)
        while not request.endswith(b"\n"):
            more = line.recv(100_000)
            if not more:  # taken back before it was asked
                break
            request += more
        if not files or not request.endswith(b"\n"):
            for file in files:
                os.close(file)
            return
        line.settimeout(0.02)
        self.asked.append(_read(json.loads(request), files[0]))
        while True:
            with contextlib.suppress(queue.Empty):
                answer = self.answers.get(timeout=0.02)
                if answer is not None:
                    line.sendall(json.dumps(answer).encode() + b"\n")
                return
            with contextlib.suppress(TimeoutError):
                if line.recv(1) == b"":
                    self.hung_up += 1
                    return


def _read(request: dict[str, Any], file: int) -> Asked:
    content = os.pread(file, 10_000_000, 0)
    os.close(file)
    length = int.from_bytes(content[8:12], "little")
    return Asked(request, json.loads(content[12 : 12 + length]), content[12 + length :])
