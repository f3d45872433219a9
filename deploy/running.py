"""`run`: everything on this machine under one supervisor (a root)."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.command_line import Arguments, Screen, home_of
from core.errors import UserError
from core.places import Home
from dashboard.demo import SCENE
from deploy.demo_home import demo_home, is_laid_out
from deploy.supervisor import Service, supervise
from device.microphone import find_microphone


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: on which home, and with which file as the microphone, if any."""

    home: Home
    replay: Path | None = None
    is_demo: bool = False


def run(arguments: Arguments, screen: Screen) -> int:
    """Capture, worker and dashboard, until Ctrl-C."""
    planned = plan(home_of(arguments), arguments.replay, _why_no_microphone(screen))
    if planned.is_demo:
        _lay_out_demo(planned.home, screen)
    url = f"http://localhost:{arguments.port}"
    services = _services(planned, arguments.port)

    async def when_up() -> None:
        screen.value({"url": url}, f"The page: {url}    (Ctrl-C stops everything)")
        _open_page(url)

    _must_be_free(arguments.port)
    asyncio.run(supervise(services, screen.say, when_up))
    return 0


def plan(home: Home, replay: str | None, no_microphone: UserError | None) -> Plan:
    """The wearer's own home with a microphone or a file named; without either, the demo."""
    if replay is not None:
        return Plan(home, Path(replay))
    if no_microphone is None:
        return Plan(home)
    return Plan(demo_home(home), SCENE, is_demo=True)


def _why_no_microphone(screen: Screen) -> UserError | None:
    try:
        find_microphone()
    except UserError as error:
        screen.say(str(error))
        return error
    return None


def _lay_out_demo(demo: Home, screen: Screen) -> None:
    screen.say(
        f"The demo is opened instead, in a home of its own ({demo.path}); its last scene "
        "plays as the microphone."
    )
    if not is_laid_out(demo, datetime.now(UTC).astimezone().date()):
        screen.say("Laying out its three weeks; the words come as they are heard.")
        subprocess.run([sys.executable, "-m", "deploy.demo_home", str(demo.path)], check=True)


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
