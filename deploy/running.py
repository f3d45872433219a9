"""`run`: everything on this machine under one supervisor (a root)."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.command_line import Arguments, Screen, home_of
from core.errors import UserError
from core.places import Home
from core.settings import load
from dashboard.demo import SCENE
from deploy.demo_home import demo_home, is_laid_out
from deploy.supervisor import Service, supervise
from device import control
from device.keyboard import Key, Keyboard
from device.trying import why_no_microphone


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: on which home, with which file as the microphone, and why the demo, if so."""

    home: Home
    replay: Path | None = None
    no_microphone: UserError | None = None


HOLD_AGAIN_S = 1.0
"""A hold from afar is renewed each second and ends 3 s after the last, should we die."""


def run(arguments: Arguments, screen: Screen) -> int:
    """Capture, worker and dashboard, until Ctrl-C."""
    _must_be_free(arguments.port)
    planned = plan(home_of(arguments), arguments.replay, why_no_microphone)
    if planned.no_microphone is not None:
        _lay_out_demo(planned, screen)
    url = f"http://localhost:{arguments.port}"
    keys = Keys(planned.home.capture_socket, screen)

    async def when_up() -> None:
        screen.value({"url": url}, f"The page: {url}")
        screen.say("Space keeps what was said before it, h holds and lets go, q ends.")
        _open_page(url)

    keyboard = Keyboard()
    keyboard.start(keys.typed)
    try:
        asyncio.run(supervise(_services(planned, arguments.port), screen.say, when_up))
    finally:
        keyboard.stop()
        keys.let_go()
    return 0


def plan(
    home: Home, replay: str | None, why_no_microphone: Callable[[str | None], UserError | None]
) -> Plan:
    """The wearer's own home with a microphone or a file named; without either, the demo.

    Raises SettingsWrong before anything is started.
    """
    settings = load(home.path)
    if replay is not None:
        return Plan(home, Path(replay))
    missing = why_no_microphone(settings.device.microphone)
    return Plan(home) if missing is None else Plan(demo_home(home), SCENE, missing)


class Keys:
    """The terminal's keys, passed on to capture: it has no terminal of its own here."""

    def __init__(self, capture: Path, screen: Screen) -> None:
        self._capture = capture
        self._screen = screen
        self._holding = threading.Event()

    def typed(self, key: Key, _: float) -> None:
        """Press, hold or let go, or stop everything."""
        if key == "quit":
            os.kill(os.getpid(), signal.SIGINT)
        elif key == "press":
            self._ask({"do": "press"})
        elif self._holding.is_set():
            self.let_go()
        else:
            self._holding.set()
            threading.Thread(target=self._hold, daemon=True).start()

    def let_go(self) -> None:
        """End a hold, if there is one."""
        if self._holding.is_set():
            self._holding.clear()
            self._ask({"do": "hold", "on": False})

    def _hold(self) -> None:
        while self._holding.is_set():
            self._ask({"do": "hold", "on": True})
            time.sleep(HOLD_AGAIN_S)

    def _ask(self, request: dict[str, Any]) -> None:
        try:
            answer = control.ask(self._capture, request)
        except UserError as error:
            self._screen.say(str(error))
            return
        if answer.get("outcome") == "refused":
            self._screen.say(f"{answer['sentence']} {answer['advice']}")


def _lay_out_demo(planned: Plan, screen: Screen) -> None:
    screen.say(
        f"{planned.no_microphone} The demo is opened instead, in a home of its own "
        f"({planned.home.path}); its last scene plays as the microphone."
    )
    if not is_laid_out(planned.home, datetime.now(UTC).astimezone().date()):
        screen.say("Laying out its three weeks; the words come as they are heard.")
        command = [sys.executable, "-m", "deploy.demo_home", str(planned.home.path)]
        subprocess.run(command, check=True)


def _services(planned: Plan, port: int) -> Sequence[Service]:
    home = planned.home
    replay = [] if planned.replay is None else ["--replay", str(planned.replay)]
    command = [sys.executable, "-m", "afterthought", "--home", str(home.path)]
    return (
        Service("capture", [*command, "capture", *replay], lambda: _answers(home.capture_socket)),
        Service("worker", [*command, "process"], lambda: _answers(home.worker_socket)),
        Service("dashboard", [*command, "dashboard", "--port", str(port)], lambda: _listens(port)),
    )


def _answers(path: Path) -> bool:
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as line:
        return line.connect_ex(str(path)) == 0


def _listens(port: int) -> bool:
    with contextlib.closing(socket.socket()) as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _must_be_free(port: int) -> None:
    if _listens(port):
        sentence = f"Something answers on port {port} already; perhaps Afterthought runs."
        raise UserError(sentence, advice="Open it, or choose another with --port.")


def _open_page(url: str) -> None:
    """In a browser where there is a screen; elsewhere the address has been printed."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(url)
