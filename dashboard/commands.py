"""`dashboard`: the page for the phone."""

import argparse

from core.command_line import Arguments, Command, Screen, home_of

PORT = 8765


def dashboard(arguments: Arguments, screen: Screen) -> int:
    """Serve the page until a signal to stop."""
    from core.access.memory import close_memory  # noqa: PLC0415
    from dashboard.app import close, create_app, end_streams  # noqa: PLC0415
    from dashboard.server import STREAMS, Hooks, make_server, serve  # noqa: PLC0415

    def ready(port: int) -> None:
        url = f"http://localhost:{port}"
        screen.value({"url": url}, f"The page is at {url}")
        screen.say(
            "It answers on this machine alone. Your phone can be let in once pairing exists: "
            "the network address will then be opened, with TLS, to paired phones only."
        )

    close_memory()
    app = create_app(home_of(arguments), streams=STREAMS)
    try:
        serve(make_server(app, arguments.port), Hooks(ready, lambda: end_streams(app)))
    finally:
        close(app)
    return 0


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=PORT, metavar="N", help=f"({PORT})")


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:  # noqa: PLR2004 - what a TCP port can be
        raise argparse.ArgumentTypeError(f"{number} is not a port")
    return number


COMMANDS = (
    Command("dashboard", "serve the page for the phone", dashboard, _arguments, is_service=True),
)
