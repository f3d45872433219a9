"""The frame of every subcommand: how it is declared, where it prints, how it fails.

A room offers a tuple of `Command`s in its `commands` module and imports what a command
needs only when it runs, so that `afterthought --help` stays quick.
"""

import argparse
import contextlib
import json
import os
import re
import shlex
import shutil
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TextIO

from core import VERSION
from core.access.private import close_home, enter_home, keep_to_ourselves
from core.text.painted import Text, painted

from .errors import OutputRefused, UserError, WrongUsage
from .paths import Home, home_at

Arguments = argparse.Namespace


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: its name, one line of help, its arguments, and what it does.

    `run` gives the exit status; it may raise UserError, whose sentence is then shown. A service
    runs until it is stopped.
    """

    name: str
    summary: str
    run: "Callable[[Arguments, Screen], int]"
    arguments: Callable[[argparse.ArgumentParser], object] = lambda _: None
    is_service: bool = False


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

    def width(self) -> int | None:
        """The columns of the terminal that standard output is; None where it is none."""
        return shutil.get_terminal_size().columns if _is_terminal(sys.stdout) else None

    def is_watched(self) -> bool:
        """True where all that is printed goes to a terminal: a bar there is in nobody's way."""
        return _is_terminal(sys.stdout) and _is_terminal(sys.stderr)

    def value(self, value: object, text: Text = "") -> None:
        """A result: JSON on one line, exact, or the text for people."""
        _give(json.dumps(value) if self.as_json else _shown(text, sys.stdout))

    def say(self, sentence: Text) -> None:
        """Something beside the result."""
        _tell(sentence)

    def refuse(self, error: UserError, **about: object) -> None:
        """What failed: one bad item of a list, where the others go on, or the whole command."""
        if self.as_json:
            failure = {"error": error.sentence, "code": error.code, "advice": error.advice}
            _give(json.dumps({**about, **failure}))
        else:
            self.say(painted(error.sentence, "red") + f" {error.advice}")


def main(commands: Sequence[Command], argv: Sequence[str]) -> int:
    """Run the subcommand that `argv` names; its exit status.

    Errors that somebody can mend are one sentence and the next step on standard error; with
    --json, one object on standard output.
    """
    keep_to_ourselves()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file name may hold bytes that are no text
            stream.reconfigure(errors="backslashreplace")
    screen = Screen(as_json="--json" in argv)
    try:
        arguments = _parse(commands, argv)
        screen = Screen(as_json=arguments.json)
        home = home_at(arguments.home)
        if enter_home(home.path):
            arguments.home = str(home.spelled)  # where `~` was before
        if not arguments.is_service:
            _tell_of_demo(home, screen)
        return int(arguments.run(arguments, screen))
    except UserError as error:
        return _failed(screen, error)
    except KeyboardInterrupt:
        _tell("Stopped. What was confirmed is safe.")
        return 130
    except _ReaderGone:  # `| head` has read enough; nothing more is to be told
        return 1
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours
        return _failed(screen, _fault_of_ours(error))


class _ReaderGone(Exception):
    """Whoever read our standard output has closed it."""


class _Fault(UserError):
    """A fault of ours: nobody but us can mend it."""

    code = "fault"


def _failed(screen: Screen, error: UserError) -> int:
    """The exit status of a command that ended with this error, which is shown."""
    if isinstance(error, OutputRefused):  # standard error is what is left
        _tell(str(error))
        return error.exit_status
    try:
        screen.refuse(error)
    except OutputRefused as refused:
        _tell(f"{error} {refused}")
    except _ReaderGone:
        return 1
    return error.exit_status


def _fault_of_ours(error: Exception) -> _Fault:
    """What broke and where, without the error's own text: that may quote the wearer."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    sentence = f"Something broke that should not have: {type(error).__name__} at {places}."
    advice = "What was confirmed is safe. Please report this line; it has no word of yours in it."
    return _Fault(sentence, advice=advice)


def _tell_of_demo(home: Home, screen: Screen) -> None:
    """Say so where the demo runs and this home does not: the command may have been meant for it."""
    if not home.demo.path.is_dir():
        return
    from core.sockets.socket_client import answers  # noqa: PLC0415 - most homes have no demo

    if answers(home.demo.capture_socket) and not answers(home.capture_socket):
        screen.say(
            "The demo runs, in a home of its own; this command is about your archive. "
            f"For the demo, add --home {shlex.quote(str(home.demo.path))}"
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


def _shown(text: Text, stream: TextIO | None) -> str:
    """Harmless, and in colours where this stream shows them and nobody asked for none."""
    asked_for_none = bool(os.environ.get("NO_COLOR"))
    shows_them = _is_terminal(stream) and os.environ.get("TERM", "") not in {"", "dumb"}
    return painted(text).shown(harmless, colours=shows_them and not asked_for_none)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


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


def _tell(sentence: Text) -> None:
    """A line to standard error, if anybody can be told anything there."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(f"{_shown(sentence, sys.stderr)}\n")
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
        """Raise WrongUsage instead of ending the process."""
        lacking = message.removeprefix("the following arguments are required: ")
        if lacking != message:
            message = (
                f"name a {_COMMAND.lower()}" if lacking == _COMMAND else f"{lacking} is missing"
            )
        sentence = message[:1].upper() + message[1:].rstrip(".")
        sentence += "" if sentence.endswith("?") else "."
        raise WrongUsage(sentence, advice=f"Run `{self.prog} --help` to see how.")

    def refuse_options(self, unknown: Sequence[str]) -> NoReturn:
        """Raise WrongUsage for what this command does not take, with what may have been meant."""
        guess = _closest(unknown[0].partition("=")[0], self._option_string_actions)
        self.error(f"unknown arguments: {' '.join(unknown)}{guess}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401
        if action.choices is None or value in action.choices:
            return
        if action.metavar == _COMMAND:
            guess = _closest(str(value), action.choices)
            self.error(f"there is no command '{value}'{guess}")
        names = ", ".join(map(str, action.choices))
        raise argparse.ArgumentError(action, f"'{value}' is none of {names}")


_COMMAND = "COMMAND"


def _closest(typed: str, known: Iterable[str]) -> str:
    """The end of a sentence that asks whether the nearest of these was meant, if one is near."""
    import difflib  # noqa: PLC0415 - for a slip of the finger

    near = difflib.get_close_matches(typed, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


class _Version(argparse.Action):
    """Prints the version of the product and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        _give(f"afterthought {VERSION}")
        parser.exit()


def _parse(commands: Sequence[Command], argv: Sequence[str]) -> Arguments:
    """The arguments that a command is run with. Raises WrongUsage.

    Where a command is named first, only it is declared: all of them take 22 ms (x86).
    """
    named = [each for each in commands if [each.name] == list(argv[:1])]
    parser, by_name = _parsers(named or commands)
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        by_name[arguments.command].refuse_options(unknown)
    return arguments


def parser_of(commands: Sequence[Command]) -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    return _parsers(commands)[0]


def _parsers(commands: Sequence[Command]) -> tuple[_Parser, dict[str, _Parser]]:
    """The parser of the command line, and that of each subcommand by its name."""
    parser = _Parser(
        prog="afterthought",
        description="Press after the thought: it keeps what was said before the press.",
        allow_abbrev=False,
    )
    _add_common(parser, home=None, as_json=False)
    subparsers = parser.add_subparsers(
        title="commands", metavar=_COMMAND, dest="command", required=True
    )
    by_name = {}
    for command in commands:
        own = subparsers.add_parser(
            command.name, help=command.summary, description=command.summary, allow_abbrev=False
        )
        _add_common(own, home=argparse.SUPPRESS, as_json=argparse.SUPPRESS)
        command.arguments(own)
        own.set_defaults(run=command.run, is_service=command.is_service)
        by_name[command.name] = own
    return parser, by_name


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
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
