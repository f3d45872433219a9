"""The frame of every subcommand: how it is declared, where it prints, how it fails.

A room offers a tuple of `Command`s in its `commands` module and imports what a command
needs only when it runs, so that `afterthought --help` stays quick.
"""

import argparse
import contextlib
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TextIO

from core.access.private import close_home, keep_to_ourselves

from .errors import OutputRefused, UserError
from .paths import Home, home_at

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


_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u206f]")
"""What moves a terminal's cursor, its title or its colours, ends a line, or turns text round."""


def harmless(text: str) -> str:
    r"""The text as a terminal may show it: other controls than line feeds and tabs written out.

    What was said is data, and so is the name of a file: `\x1b` is shown, and not obeyed.
    """
    return _UNSHOWN.sub(_written_out, text.replace("\r\n", "\n"))


class Screen:
    """The output of a command: results to standard output, everything else to standard error.

    Raises OutputRefused where standard output takes no more; what standard error does not take
    is not told.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def value(self, value: object, text: str = "") -> None:
        """A result: JSON on one line, exact, or the text for people."""
        _give(json.dumps(value) if self.as_json else harmless(text))

    def say(self, sentence: str) -> None:
        """Something beside the result."""
        _tell(sentence)

    def refuse(self, error: UserError, **about: object) -> None:
        """One bad item of a list: the others go on."""
        if self.as_json:
            told = {"error": error.sentence, "code": error.code, "advice": error.advice}
            _give(json.dumps({**about, **told}))
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
        _tell(str(error))
        return error.exit_status
    except KeyboardInterrupt:
        _tell("Stopped. What was confirmed is safe.")
        return 130
    except _ReaderGone:  # `| head` has read enough; nothing more is to be told
        return 1
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours
        _tell(_fault_of_ours(error))
        return 1


class _ReaderGone(Exception):
    """Whoever read our standard output has closed it."""


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


def _give(line: str, end: str = "\n") -> None:
    """A line to standard output. Raises OutputRefused, _ReaderGone."""
    if sys.stdout is None:
        raise OutputRefused("Standard output is closed.", advice="Send it somewhere, or to a file.")
    try:
        sys.stdout.write(line + end)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_the_rest(sys.stdout)
        raise _ReaderGone from None
    except OSError as error:
        _drop_the_rest(sys.stdout)
        raise OutputRefused(
            f"Standard output takes no more ({error.strerror}).",
            advice="Send it elsewhere, or free some space there; what the command did stands.",
        ) from error


def _tell(sentence: str) -> None:
    """A line to standard error, if anybody can be told anything there."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{harmless(sentence)}\n")
        sys.stderr.flush()
    except OSError:
        _drop_the_rest(sys.stderr)


def _drop_the_rest(stream: TextIO) -> None:
    """What it still holds goes nowhere, so that Python does not fail on it again as it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _written_out(sign: re.Match[str]) -> str:
    code = ord(sign[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - a byte


class _Parser(argparse.ArgumentParser):
    """Wrong usage is one sentence and the next step, exit status 2."""

    def print_help(self, file: Any = None) -> None:  # noqa: ANN401 - as argparse has it
        """Help is a result like another, so where it goes may be full or closed."""
        del file
        _give(self.format_help(), end="")

    def error(self, message: str) -> NoReturn:
        sentence = message[:1].upper() + message[1:].rstrip(".") + "."
        _tell(f"{sentence} Run `{self.prog} --help` to see how.")
        self.exit(2)


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
