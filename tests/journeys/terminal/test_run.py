"""What `run` prints: what happens, in people's words. Its log lies elsewhere."""

import re
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from core.paths import Home, log_folder
from tests.journeys.command import COMMAND, PILL_BOX, afterthought
from tests.ports import free_port
from tests.waiting import PATIENCE_S, waited


class Said:
    """What a process prints, line by line as it comes."""

    def __init__(self, stream: IO[str]) -> None:
        self.lines: list[str] = []
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: IO[str]) -> None:
        self.lines.extend(line.rstrip("\n") for line in stream)

    def wait_for(self, beginning: str) -> str:
        return str(
            waited(lambda: next((each for each in self.lines if each.startswith(beginning)), None))
        )


@pytest.fixture
def run(home: Path) -> Iterator[Said]:
    command = ["run", "--replay", str(PILL_BOX), "--port", str(free_port())]
    with subprocess.Popen(
        [*COMMAND, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield Said(process.stdout)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def logged(home: Path) -> str:
    return "".join(path.read_text() for path in log_folder(home).glob("*.log"))


def has_heard_all() -> bool:
    """Whether the whole recording is in memory. A press before that keeps what has no word yet."""
    capture = afterthought("status", "--json").value["capture"]
    return bool(capture["ring_s"] >= capture["replay"]["seconds"])


@pytest.mark.long
def test_what_happens_is_told_in_words_and_the_log_is_elsewhere(run: Said, home: Path) -> None:
    run.wait_for("The page: http://localhost:")
    assert run.wait_for("The log: ") == f"The log: {log_folder(home)}"
    run.wait_for("Listening.")
    waited(lambda: has_heard_all() or None)
    assert afterthought("press").status == 0
    run.wait_for("Keeping what was said…")
    assert re.fullmatch(r"Kept \d+(\.\d)? s\.", run.wait_for("Kept "))
    afterthought("pause")
    run.wait_for("Paused.")
    afterthought("resume")
    run.wait_for("Listening again.")
    waited(lambda: "pill" in afterthought("list").out or None)

    printed = "\n".join(run.lines).lower()
    assert "timestamp=" not in printed
    assert "event='press_kept'" in logged(home)
    for word in ("pill", "beeped"):
        assert word not in printed
        assert word not in logged(home).lower()
    assert {stat.S_IMODE(each.stat().st_mode) for each in log_folder(home).iterdir()} == {0o600}
    assert f"The log of `afterthought run` is in {log_folder(home)}." in afterthought("status").out
    assert str(log_folder(home)) in afterthought("doctor").out
    assert Home(home).capture_socket.exists()
