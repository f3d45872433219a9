"""Every key of docs/capture.md, pressed at a real terminal: of `capture`, and of `run`."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.paths import Home
from deploy.running import Keys
from device.buttons.keyboard import Keyboard
from device.capture.control_socket import CaptureGone, ask
from device.session.keeping import AGAIN_WITHIN
from tests.journeys.command import COMMAND
from tests.wav import write_wav

DOCUMENT = Path(__file__).parents[2] / "docs" / "capture.md"
BYTES = {"space": b" "}
AGAIN_S = AGAIN_WITHIN / RATE_HZ + 0.5


class Terminal:
    """A terminal whose keys are pressed, and the capture that they reach."""

    def __init__(self, home: Home, ours: int, has_ended: Callable[[], bool]) -> None:
        self._home = home
        self._ours = ours
        self.has_ended = has_ended
        self.pressed: set[str] = set()

    def press(self, key: str) -> None:
        self.pressed.add(key)
        os.write(self._ours, BYTES.get(key, key.encode()))

    @property
    def status(self) -> dict[str, Any]:
        return ask(self._home.capture_socket, {"do": "status"})

    @property
    def state(self) -> str:
        return str(self.status["state"])


def waited(holds: Callable[[], bool], for_s: float = 15.0) -> None:
    until_s = time.monotonic() + for_s
    while not holds():
        assert time.monotonic() < until_s
        time.sleep(0.02)


@contextlib.contextmanager
def capture(home: Home, file: Path, stdin: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A real one that hears a file."""
    command = [*COMMAND, "--home", str(home.path), "capture", "--replay", str(file)]
    with subprocess.Popen(command, stdin=stdin, stderr=subprocess.DEVNULL) as process:
        try:
            waited(lambda: _ring_s(home) > 1)
            yield process
        finally:
            process.kill()


def _ring_s(home: Home) -> float:
    with contextlib.suppress(CaptureGone):
        return float(ask(home.capture_socket, {"do": "status"})["ring_s"])
    return 0.0


@contextlib.contextmanager
def of_capture(home: Home, file: Path, ours: int, theirs: int) -> Iterator[Terminal]:
    with capture(home, file, theirs) as process:
        yield Terminal(home, ours, lambda: process.poll() is not None)


@contextlib.contextmanager
def of_run(home: Home, file: Path, ours: int, theirs: int) -> Iterator[Terminal]:
    """What `run` builds; its end is what Ctrl-C would bring, which is caught here."""
    interrupted = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    said: list[str] = []
    keys = Keys(partial(ask, home.capture_socket), said.append)
    keyboard = Keyboard(theirs)
    keyboard.start(keys.typed)
    try:
        with capture(home, file, subprocess.DEVNULL):
            yield Terminal(home, ours, interrupted.is_set)
    finally:
        keyboard.stop()
        signal.signal(signal.SIGINT, before)
    assert said == []


@pytest.fixture(params=[of_capture, of_run])
def terminal(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> Iterator[Terminal]:
    noise = np.random.default_rng(7).integers(-9000, 9000, 60 * RATE_HZ).astype(np.int16)
    ours, theirs = pty.openpty()
    with request.param(Home(home), write_wav(tmp_path / "a.wav", noise), ours, theirs) as made:
        yield made
    os.close(ours)
    os.close(theirs)


def documented() -> set[str]:
    """The keys of the table."""
    table = DOCUMENT.read_text(encoding="utf-8").partition("| key | does |")[2]
    return set(re.findall(r"^\| \*\*(\w+)\*\* \|", table.partition("\n\n")[0], re.MULTILINE))


def test_each_key_does_what_the_document_says(terminal: Terminal) -> None:
    terminal.press("space")
    waited(lambda: terminal.status["kept"] == 1)

    terminal.press("p")
    waited(lambda: terminal.state == "paused")
    assert terminal.status["taken_back"] == []
    terminal.press("p")
    waited(lambda: terminal.state == "listening")
    assert terminal.status["waiting"] == 1

    # Sooner it would be the same press again, and nothing of before the pause is left to reach.
    waited(lambda: terminal.status["ring_s"] > AGAIN_S)
    terminal.press("h")
    waited(lambda: terminal.state == "continuing")
    terminal.press("h")
    waited(lambda: terminal.state in {"keeping", "listening"})

    terminal.press("q")
    waited(terminal.has_ended)
    assert terminal.pressed == documented()
