"""The frame of every subcommand: how it is declared, where it prints, how it fails.

A room offers a tuple of `Command`s in its `commands` module and imports what a command
needs only when it runs, so that `afterthought --help` stays quick.
"""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TextIO

from .errors import UserError
from .paths import Home, home_at
from .private import close_home, keep_to_ourselves

Arguments = argparse.Namespace


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: its name, one line of help, its arguments, and what it does.

    `run` gives the exit status; it may raise UserError, whose sentence is then shown.
    """

    name: str
    summary: str
    run: "Callable[[Arguments, Screen], int]"
    arguments: Callable[[argparse.ArgumentParser], object] = lambda _: None


class Screen:
    """The output of a command: results to standard output, everything else to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def value(self, value: object, text: str = "") -> None:
        """A result: JSON on one line, or the text for people."""
        _print(json.dumps(value) if self.as_json else text, sys.stdout)

    def say(self, sentence: str) -> None:
        """Something beside the result."""
        _print(sentence, sys.stderr)

    def refuse(self, error: UserError, **about: object) -> None:
        """One bad item of a list: the others go on."""
        if self.as_json:
            told = {"error": error.sentence, "code": error.code, "advice": error.advice}
            _print(json.dumps({**about, **told}), sys.stdout)
        else:
            self.say(str(error))


def main(commands: Sequence[Command], argv: Sequence[str]) -> int:
    """Run the subcommand that `argv` names; its exit status.

    Errors that somebody can mend are one sentence and the next step on standard error.
    """
    keep_to_ourselves()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file name may hold bytes that are no text
            stream.reconfigure(errors="backslashreplace")
    try:
        arguments = _parser(commands).parse_args(argv)
        return int(arguments.run(arguments, Screen(as_json=arguments.json)))
    except UserError as error:
        _print(str(error), sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        _print("Stopped. What was confirmed is safe.", sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone; nothing more can be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours
        _print(_fault_of_ours(error), sys.stderr)
        return 1


def _fault_of_ours(error: Exception) -> str:
    """What broke and where, without the error's own text: that may quote the wearer."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return (
        f"Something broke that should not have: {type(error).__name__} at {places}. "
        "What was confirmed is safe. Please report this line; it has no word of yours in it."
    )


def home_of(arguments: Arguments) -> Home:
    """The home that the command is about; one that an earlier version left open is shut."""
    home = home_at(arguments.home)
    close_home(home.path)
    return home


def run_async(work: Coroutine[Any, Any, int]) -> int:
    """Run a command's coroutine in a loop of its own; asyncio is imported only here."""
    import asyncio  # noqa: PLC0415 - 40 ms that `--help` does not need

    return asyncio.run(work)


def _print(line: str, stream: TextIO) -> None:
    print(line, file=stream, flush=True)


class _Parser(argparse.ArgumentParser):
    """Wrong usage is one sentence and the next step, exit status 2."""

    def error(self, message: str) -> NoReturn:
        sentence = message[:1].upper() + message[1:].rstrip(".") + "."
        self.exit(2, f"{sentence} Run `{self.prog} --help` to see how.\n")


def _parser(commands: Sequence[Command]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="afterthought",
        description="Press after the thought: it keeps what was said before the press.",
        allow_abbrev=False,
    )
    _add_common(parser, home=None, as_json=False)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in commands:
        own = subparsers.add_parser(
            command.name, help=command.summary, description=command.summary, allow_abbrev=False
        )
        _add_common(own, home=argparse.SUPPRESS, as_json=argparse.SUPPRESS)
        command.arguments(own)
        own.set_defaults(run=command.run)
    return parser


def _add_common(parser: argparse.ArgumentParser, **defaults: Any) -> None:  # noqa: ANN401
    parser.add_argument(
        "--home",
        metavar="DIR",
        default=defaults["home"],
        help="the archive's folder (otherwise $AFTERTHOUGHT_HOME, ~/.local/share/afterthought)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        default=defaults["as_json"],
        help="machine-readable output on standard output",
    )
