"""Every key of docs/capture.md, pressed at a real terminal: of `capture`, and of `run`."""

import contextlib
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.paths import Home
from device.capture.control_socket import CaptureGone, ask
from device.session.clip_edges import PAUSE
from pipeline import media
from tests.journeys.capturing import Line
from tests.journeys.command import COMMAND, PILL_BOX
from tests.ports import free_port
from tests.waiting import PATIENCE_S, waited
from tests.wav import write_wav

DOCUMENT = Path(__file__).parents[2] / "docs" / "capture.md"
BYTES = {"space": b" "}
WORDS = 2 * RATE_HZ
"""Of the recording: long enough to be speech, and soon over."""


class Terminal:
    """A terminal whose keys are pressed, and the program that reads them."""

    def __init__(self, home: Home, ours: int, program: "subprocess.Popen[bytes]") -> None:
        self._home = home
        self._ours = ours
        self._program = program
        self.pressed: set[str] = set()

    def press(self, *keys: str) -> None:
        self.pressed.update(keys)
        os.write(self._ours, b"".join(BYTES.get(key, key.encode()) for key in keys))

    def heard(self) -> None:
        """Once the file has played to its end."""
        waited(lambda: not self._ask("status")["replay"]["playing"])

    def until(self, state: str) -> dict[str, Any]:
        """The status of capture once it is in this state."""
        waited(lambda: self._ask("status")["state"] == state)
        return self._ask("status")

    def speak(self) -> None:
        """Play the file from its start."""
        assert self._ask("play")["ok"]

    def ended(self) -> int:
        """The exit status of the program."""
        return self._program.wait(PATIENCE_S)

    def _ask(self, what: str) -> dict[str, Any]:
        return ask(self._home.capture_socket, {"do": what})


def two_sentences(path: Path) -> Path:
    """A sound file in which a press reaches one sentence, and a press again both."""
    sentence = np.concatenate(list(media.decode(PILL_BOX)))[:WORDS]
    return write_wav(path, np.concatenate([sentence, np.pad(sentence, (PAUSE + RATE_HZ, RATE_HZ))]))


@pytest.fixture(params=["capture", pytest.param("run", marks=pytest.mark.long)])
def terminal(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> Iterator[Terminal]:
    file = two_sentences(tmp_path / "two.wav")
    page = ["--port", str(free_port())] if request.param == "run" else []
    command = [*COMMAND, "--home", str(home), request.param, "--replay", str(file), *page]
    ours, theirs = pty.openpty()
    said = (tmp_path / "said").open("wb")
    with said, subprocess.Popen(command, stdin=theirs, stdout=said, stderr=said) as program:
        try:
            waited(lambda: program.poll() is not None or hears(Home(home)))
            yield Terminal(Home(home), ours, program)
        finally:
            program.terminate()
    os.close(ours)
    os.close(theirs)


def hears(home: Home) -> bool:
    with contextlib.suppress(CaptureGone):
        return bool(ask(home.capture_socket, {"do": "status"})["state"] == "listening")
    return False


@pytest.fixture
def line(terminal: Terminal, home: Path) -> Iterator[Line]:
    """What capture tells."""
    line = Line(Home(home).capture_socket)
    yield line
    line.close()


def documented() -> set[str]:
    """The keys of the table."""
    table = DOCUMENT.read_text(encoding="utf-8").partition("| key | does |")[2]
    return set(re.findall(r"^\| \*\*(\w+)\*\* \|", table.partition("\n\n")[0], re.MULTILINE))


def test_each_key_does_what_the_document_says(terminal: Terminal, line: Line) -> None:
    terminal.heard()
    terminal.press("space", "space")
    first, again = line.until_told("taken"), line.until_told("taken")
    assert (again["keep"], again["revision"]) == (first["keep"], first["revision"] + 1)
    assert line.until_told("closed")["seconds"] > PAUSE / RATE_HZ

    terminal.press("p")
    assert terminal.until("paused")["taken_back"] == []
    terminal.press("p")
    assert terminal.until("listening")["taken_back"] == []

    terminal.speak()
    line.until(lambda event: event.get("speaking") is True)
    terminal.press("h")
    terminal.until("continuing")
    terminal.press("h")
    line.until_told("closed")
    terminal.until("listening")

    terminal.press("q")
    assert terminal.ended() == 0
    assert terminal.pressed == documented()
