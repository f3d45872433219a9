"""The whole device on the wire: capture with its button on a mock pin, the worker, and the page."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.audio import RATE_HZ
from core.paths import Home
from device.capture.control_socket import ask
from pipeline import media
from tests.journeys.capturing import Line
from tests.journeys.command import COMMAND, PILL_BOX
from tests.journeys.network.hosts import DEVICE, Wire
from tests.journeys.network.paged import SCRIPTS, Page, started
from tests.waiting import answered
from tests.wav import write_wav

PIN = 17
SETTINGS = f"[device]\nbutton_pin = {PIN}\n"

SENTENCE_S = 2.55
"""The first one of the recording: `My pill box rang again this morning.`"""


@dataclass(frozen=True, slots=True)
class Press:
    """A press that was kept, as capture told it: the keep's id, and when it was felt."""

    keep: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Device:
    """What somebody at the device does, and what capture tells of it."""

    page: Page
    capture: "subprocess.Popen[str]"

    @property
    def home(self) -> Home:
        return Home(self.page.home)

    @property
    def wire(self) -> Wire:
        return self.page.wire

    def say_the_sentence(self) -> None:
        """To its end, as somebody beside the device does."""
        with self._playing() as line:
            line.until(lambda event: event.get("speaking") is True)
            line.until(lambda event: event.get("speaking") is False)

    def takes_a_press(self) -> Press:
        """In the middle of a sentence."""
        with self._playing() as line:
            line.until(lambda event: event.get("speaking") is True)
        return self.press()

    def _playing(self) -> "contextlib.closing[Line]":
        """What capture tells from here on, and nothing of a sentence before that still goes on."""
        ask(self.home.capture_socket, {"do": "play"})
        return contextlib.closing(Line(self.home.capture_socket))

    def press(self) -> Press:
        """Press the button; back once what was said is on the disk."""
        assert self.capture.stdin is not None
        assert self.capture.stdout is not None
        told: dict[str, dict[str, Any]] = {}
        with contextlib.closing(Line(self.home.capture_socket)) as line:
            self.capture.stdin.write("\n")
            self.capture.stdin.flush()
            before_s, after_s = map(float, self.capture.stdout.readline().split())
            while not told.keys() >= {"pressed", "kept"}:
                event = line.until(lambda event: event["event"] != "level")
                assert event["event"] != "refused", event
                told[event["event"]] = event
        assert before_s <= told["pressed"]["at_s"] <= after_s
        return Press(told["kept"]["keep"], told["pressed"]["at_s"])


@contextlib.contextmanager
def whole_device(wire: Wire, home: Path, *, works: bool = True) -> Iterator[Device]:
    """From its first start, as the units start it: three processes, the worker where it `works`."""
    (home / "settings.toml").write_text(SETTINGS)
    whole = np.concatenate(list(media.decode(PILL_BOX)))
    sentence = write_wav(home / "sentence.wav", whole[: round(SENTENCE_S * RATE_HZ)])
    wired = [sys.executable, str(SCRIPTS / "wired.py"), str(PIN)]
    here = ["--home", str(home)]
    hears = wire.device.command(*wired, *here, "capture", "--replay", str(sentence))
    writes_down = wire.device.command(*COMMAND, *here, "process")
    with (
        _process(hears) as capture,
        _process(writes_down) if works else contextlib.nullcontext(),
        started(wire, home) as page,
    ):
        page.until_at(DEVICE)
        sockets = [Home(home).capture_socket, *([Home(home).worker_socket] if works else [])]
        for socket in sockets:
            answered(socket, {"do": "status"})
        yield Device(page, capture)


@contextlib.contextmanager
def _process(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, stderr=subprocess.DEVNULL, **pipes) as running:
        try:
            yield running
        finally:
            running.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(20)
            running.kill()


@contextlib.contextmanager
def pairing(device: Device) -> Iterator["subprocess.Popen[str]"]:
    """`pair` at the device, from its start to its end."""
    command = [*COMMAND, "pair", "--json", "--home", str(device.home.path)]
    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, stderr=subprocess.DEVNULL, **streams) as running:
        try:
            yield running
        finally:
            running.terminate()


def line_of(running: "subprocess.Popen[str]") -> dict[str, str]:
    """The next event that it prints."""
    assert running.stdout is not None
    told: dict[str, str] = json.loads(running.stdout.readline())
    return told
