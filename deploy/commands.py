"""`config` and `doctor`: the household."""

import argparse
import importlib
from collections.abc import Callable, Sequence

from core.checks import Check, State
from core.command_line import Arguments, Command, Screen, home_of
from core.text.painted import Painted, Style, joined, painted

PORT = 8765


def _run(arguments: Arguments, screen: Screen) -> int:
    from .running import run  # noqa: PLC0415

    return run(arguments, screen)


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        type=_port,
        default=PORT,
        metavar="N",
        help=f"the page's port on this machine ({PORT})",
    )
    parser.add_argument(
        "--tls-port",
        type=_port,
        metavar="N",
        help="the page's port on the network, https alone (the one after --port)",
    )
    heard = parser.add_mutually_exclusive_group()
    heard.add_argument("--replay", metavar="FILE", help="a sound file instead of the microphone")
    heard.add_argument("--demo", action="store_true", help="play the demo, in a home of its own")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text} is not a port; one is between 1 and 65535")
    return int(text)


def config(arguments: Arguments, screen: Screen) -> int:
    """The settings in effect, secrets masked."""
    from core import settings_file  # noqa: PLC0415
    from core.text import languages, own_words  # noqa: PLC0415

    home = home_of(arguments)
    for sentence in settings_file.retired(home.path):
        screen.say(sentence)
    settings = settings_file.load(home.path)
    of_languages = languages.chosen(settings.hearing.languages).problems
    for sentence in (*of_languages, *own_words.listed(settings.hearing.words).problems):
        screen.say(sentence)
    effective = settings_file.effective(settings)
    screen.value(effective, settings_file.as_toml(effective))
    return 0


def doctor_of(rooms: Sequence[str]) -> Callable[[Arguments, Screen], int]:
    """A command that says what is well and what is not, by the `checks` of these modules."""

    def doctor(arguments: Arguments, screen: Screen) -> int:
        home = home_of(arguments)
        found = [each for room in rooms for each in importlib.import_module(room).checks(home)]
        values = [
            {"name": c.name, "state": c.state, "sentence": c.sentence, "advice": c.advice}
            for c in found
        ]
        screen.value(values, joined("\n", map(_line, found)))
        return int(any(each.state == "fail" for each in found))

    return doctor


def _line(check: Check) -> Painted:
    colours: dict[State, Style] = {"ok": "green", "warn": "yellow", "fail": "red"}
    state = painted(f"{check.state:5}", colours[check.state])
    return state + f" {check.sentence} {check.advice}".rstrip()


def with_completion(commands: Sequence[Command]) -> tuple[Command, ...]:
    """The same commands, and `completion`, which knows all of them."""

    def completion(arguments: Arguments, screen: Screen) -> int:
        from .completion import script_of  # noqa: PLC0415

        script = script_of(everything, arguments.shell)
        screen.value({"shell": arguments.shell, "script": script}, script.rstrip("\n"))
        return 0

    summary = "print the script that completes commands, options and ids in your shell"
    everything = (*commands, Command("completion", summary, completion, _completion_arguments))
    return everything


def _completion_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help="bash, zsh or fish"
    )


def commands(checks: Sequence[str]) -> tuple[Command, ...]:
    """The household's commands; `checks` names the modules that `doctor` asks."""
    return (
        Command("run", "run everything on this machine", _run, _run_arguments, is_service=True),
        Command("config", "show the settings in effect", config),
        Command("doctor", "say what is well, what is not, and what to do", doctor_of(checks)),
    )
