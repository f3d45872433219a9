"""`refine` on the command line."""

import argparse

from core.command_line import Arguments, Command, Screen, home_of, run_async


def refine(arguments: Arguments, screen: Screen) -> int:
    """Kept moments, heard again by a larger model."""
    from pipeline.refining import going_over  # noqa: PLC0415

    home = home_of(arguments)
    return run_async(
        going_over.refine(home, arguments.ids, screen, now=arguments.now, engine=arguments.engine)
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "ids", metavar="ID", nargs="*", help="the moments (all that may gain by it, if none)"
    )
    parser.add_argument(
        "--now",
        action="store_true",
        help="also on a battery, on a hot or a busy machine, and before what still waits",
    )
    parser.add_argument(
        "--engine",
        choices=("openai", "wyoming"),
        help="ask the engine on another machine that settings.toml names, instead of a model here",
    )


COMMANDS = (Command("refine", "hear kept moments again with a larger model", refine, _arguments),)
