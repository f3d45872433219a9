"""`dashboard`: the page for the phone."""

import argparse
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of
from dashboard.sign_in.commands import COMMANDS as PHONE_COMMANDS

if TYPE_CHECKING:
    from core.settings import Settings
    from dashboard.certificates.owners import OwnersFiles

PORT = 8765
_LAST_PORT = 65_535


def dashboard(arguments: Arguments, screen: Screen) -> int:
    """Serve the page until a signal to stop."""
    from core.settings_file import load  # noqa: PLC0415
    from dashboard.process import Tell, serve_page  # noqa: PLC0415
    from dashboard.reach.reach import Plan  # noqa: PLC0415

    def ready(port: int) -> None:
        url = f"http://localhost:{port}"
        screen.value({"url": url}, f"The page is at {url}")

    home = home_of(arguments)
    settings = load(home.path)
    plan = Plan(
        _interfaces(arguments, settings),
        tls_port(arguments),
        arguments.redirect_port,
        _owners_files(settings),
    )
    has_second_button = settings.device.second_button == "pair"
    told = Tell(ready, screen.say)
    serve_page(home, arguments.port, plan, told, has_second_button=has_second_button)
    return 0


def tls_port(arguments: Arguments) -> int:
    """The port on the network: the one after that on loopback, unless it is named."""
    named: int | None = arguments.tls_port
    return named if named is not None else min(arguments.port + 1, _LAST_PORT)


def _interfaces(arguments: Arguments, settings: "Settings") -> str | None:
    """Where no port is fixed nobody could be told an address, and the network stays closed."""
    is_fixed = arguments.port or arguments.tls_port
    return settings.dashboard.interfaces if is_fixed else "none"


def _owners_files(settings: "Settings") -> "OwnersFiles | None":
    from dashboard.certificates.owners import OwnersFiles  # noqa: PLC0415

    certificate, key = settings.dashboard.certificate, settings.dashboard.certificate_key
    either = certificate or key
    return None if either is None else OwnersFiles(certificate or either, key or either)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        type=_port,
        default=PORT,
        metavar="N",
        help=f"the page's port on this machine ({PORT})",
    )
    add_tls_port(parser)
    parser.add_argument(
        "--redirect-port",
        type=_network_port,
        metavar="N",
        help="where http on the network is sent on to https (nowhere)",
    )


def add_tls_port(parser: argparse.ArgumentParser) -> None:
    """The option that says where the page answers on the network."""
    parser.add_argument(
        "--tls-port",
        type=_network_port,
        metavar="N",
        help="the page's port on the network, https alone (the one after --port)",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to {_LAST_PORT}")
    return int(text)


def _network_port(text: str) -> int:
    """A fixed one: phones are told it."""
    number = _port(text)
    if number == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {_LAST_PORT}")
    return number


COMMANDS = (
    Command("dashboard", "serve the page for the phone", dashboard, _arguments, is_service=True),
    *PHONE_COMMANDS,
)
