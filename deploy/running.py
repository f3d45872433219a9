"""`run`: everything on this machine under one supervisor (a root)."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from core.command_line import Arguments, Screen, home_of
from core.errors import ArchiveBusy, SoundUnreadable, UserError
from core.files import why_unreadable
from core.paths import Home, log_folder, runtime_folder
from core.settings_file import load
from core.sockets.socket_client import answers
from core.sync.status import has_peers
from dashboard.demo import SCENE
from deploy import demo_home
from deploy.supervisor import Service, supervise
from deploy.telling import tell_what_happens, tell_where
from device.buttons.keyboard import KeyActions, Keyboard
from device.capture import control_socket
from device.microphone.probe import why_no_microphone
from device.ports import Key


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a run: the home, the file that is the microphone, and why the demo, if so."""

    home: Home
    replay: Path | None = None
    why_demo: str | None = None


ASKED_FOR = "You asked for the demo; your own archive is left alone."

HOLD_AGAIN_S = 1.0
"""A hold from afar is renewed each second and ends 3 s after the last, should we die."""


def run(arguments: Arguments, screen: Screen) -> int:
    """Capture, worker and dashboard, and sync where there are peers, until Ctrl-C."""
    asked = home_of(arguments), arguments.replay
    planned = plan(*asked, why_no_microphone, demo=arguments.demo)
    _must_be_free(planned.home, arguments.port)
    if planned.why_demo is not None:
        _lay_out_demo(planned, screen)
    url = f"http://localhost:{arguments.port}"
    keys = Keys(partial(control_socket.ask, planned.home.capture_socket), screen.say)

    async def when_up() -> None:
        screen.value({"url": url}, f"The page: {url}")
        screen.say(
            "Space keeps what was said before it, h begins and ends a hold, "
            "p pauses and resumes, q ends."
        )
        screen.say(f"The log: {log_folder(planned.home.path)}")
        await asyncio.to_thread(open_page, url, screen.say)
        await asyncio.gather(
            tell_what_happens(planned.home.capture_socket, screen.say),
            tell_where(runtime_folder(planned.home.path), screen.say),
        )

    keyboard = Keyboard()
    keyboard.start(keys.typed)
    try:
        asyncio.run(
            supervise(services(planned, arguments.port, arguments.tls_port), screen.say, when_up)
        )
    finally:
        keyboard.stop()
        keys.end_hold()
    return 0


def plan(
    home: Home,
    replay: str | None,
    why_no_microphone: Callable[[str | None], UserError | None],
    *,
    demo: bool = False,
) -> Plan:
    """The wearer's own home with a microphone or a file named; without either, the demo.

    Raises SettingsWrong and SoundUnreadable before anything is started.
    """
    settings = load(home.path)
    if replay is not None:
        return Plan(home, _readable(Path(replay)))
    if demo:
        return Plan(home.demo, SCENE, ASKED_FOR)
    missing = why_no_microphone(settings.device.microphone)
    if missing is None:
        return Plan(home)
    return Plan(home.demo, SCENE, f"{missing} The demo is opened instead.")


def services(planned: Plan, port: int, tls_port: int | None = None) -> Sequence[Service]:
    """Started in this order; they load side by side, and all of them are waited for at the end."""
    home = planned.home
    by_network = [] if tls_port is None else ["--tls-port", str(tls_port)]
    replay = [] if planned.replay is None else ["--replay", str(planned.replay)]
    command = [sys.executable, "-m", "afterthought", "--home", str(home.spelled or home.path)]
    log = log_folder(home.path)
    asks_engine = load(home.path).engines.while_idle != "none"
    return (
        Service("Capture", [*command, "capture", *replay], log=log / "capture.log"),
        Service("The worker", [*command, "process"], log=log / "worker.log"),
        Service(
            "The page",
            [*command, "dashboard", "--port", str(port), *by_network],
            lambda: _listens(port) and answers(home.capture_socket) and answers(home.worker_socket),
            log / "dashboard.log",
        ),
        Service(
            "Sync",
            [*command, "sync"],
            log=log / "sync.log",
            needed=lambda: asks_engine or has_peers(home.path),
        ),
    )


def open_page(url: str, say: Callable[[str], None]) -> None:
    """In a browser where there is a screen; elsewhere the address has been printed."""
    has_screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if has_screen and not webbrowser.open(url):
        say(f"No browser was found on this machine. Install one, or open {url} in another.")


class Keys:
    """The terminal's keys, as requests to capture: it has no terminal of its own here."""

    def __init__(
        self, ask: Callable[[dict[str, Any]], dict[str, Any]], say: Callable[[str], None]
    ) -> None:
        self._ask_capture = ask
        self._say = say
        self._over: threading.Event | None = None  # of the hold that goes on
        self._actions = KeyActions(
            press=lambda _: self._ask({"do": "press"}),
            hold=lambda _: self._toggle_hold(),
            pause=self._toggle_pause,
            quit=lambda: os.kill(os.getpid(), signal.SIGINT),
        )

    def typed(self, key: Key, at_s: float) -> None:
        """Ask capture for what this key is for, or end everything."""
        self._actions.act(key, at_s)

    def end_hold(self) -> None:
        """End a hold, if there is one."""
        if self._over is not None:
            self._over.set()
            self._over = None
            self._ask({"do": "hold", "on": False})

    def _toggle_hold(self) -> None:
        if self._over is not None:
            self.end_hold()
            return
        self._over = threading.Event()
        threading.Thread(target=self._hold, args=(self._over,), daemon=True).start()

    def _toggle_pause(self) -> None:
        self.end_hold()  # nothing goes on over a pause, nor after it
        status = self._ask({"do": "status"})
        if status is not None:
            self._ask({"do": "resume" if status["state"] == "paused" else "pause"})

    def _hold(self, over: threading.Event) -> None:
        while self._ask({"do": "hold", "on": True}) is not None:
            if over.wait(HOLD_AGAIN_S):
                return
        if self._over is over:  # it was refused: the next `h` is a new one
            self._over = None

    def _ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The answer of capture; None where it is not there, which is said, or refuses.

        Of what it refuses, it tells everybody who listens.
        """
        try:
            answer = self._ask_capture(request)
        except UserError as error:
            self._say(str(error))
            return None
        return None if answer.get("outcome") == "refused" else answer


def _lay_out_demo(planned: Plan, screen: Screen) -> None:
    """Make the demo whole before anybody opens it, and say why it is one.

    One of another day is made anew. Raises UserError where that fails.
    """
    home = planned.home
    screen.say(
        f"{planned.why_demo} It lives in a home of its own ({home.path}); "
        "its last scene plays as the microphone."
    )
    if demo_home.is_laid_out(home, datetime.now(UTC).astimezone().date()):
        return
    command = [sys.executable, "-m", "deploy.demo_home", str(home.path)]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    if made.returncode != 0:
        reason = made.stderr.strip().rpartition("\n")[2]
        raise UserError(
            f"The demo could not be made: {reason}", advice="Mend that and start again."
        )


def _readable(replay: Path) -> Path:
    """A file that is there; whether it is sound, capture finds out. Raises SoundUnreadable."""
    told = why_unreadable(replay)
    if told is not None:
        raise SoundUnreadable(told[0], advice=told[1])
    return replay


def _listens(port: int) -> bool:
    with contextlib.closing(socket.socket()) as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _must_be_free(home: Home, port: int) -> None:
    if _listens(port):
        sentence = f"Something already answers on port {port}; perhaps Afterthought is running."
        advice = f"Open http://localhost:{port} to see, or choose another port with --port."
        raise UserError(sentence, advice=advice)
    if answers(home.capture_socket):
        sentence = "Afterthought is already running on this home, with its page on another port."
        raise ArchiveBusy(sentence, advice="Use that one, or stop it first.")
