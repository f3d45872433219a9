"""The scripts that complete commands, options and ids in a shell, made by shtab."""

import argparse
from collections.abc import Sequence

import shtab

from core.command_line import Command, parser_of

_IDS = {
    # The program as it was typed, which need not be on the path.
    "bash": "_afterthought_ids",
    "zsh": '(${(f)"$(afterthought list --ids 2>/dev/null)"})',
    "fish": "(afterthought list --ids 2>/dev/null)",
    "preamble": {
        "bash": '_afterthought_ids() { compgen -W "$("${COMP_WORDS[0]}" list --ids 2>/dev/null)" '
        '-- "$1"; }'
    },
}
_BY_METAVAR = {"FILE": shtab.FILE, "PATH": shtab.FILE, "DIR": shtab.DIRECTORY, "ID": _IDS}
"""What may stand where a help text says so."""


def script_of(commands: Sequence[Command], shell: str) -> str:
    """What the shell is to read."""
    parser = parser_of(commands)
    for each in _all_of(parser):
        for action in each._actions:  # noqa: SLF001 - argparse has no other way to walk them
            if action.metavar in _BY_METAVAR:
                action.complete = _BY_METAVAR[str(action.metavar)]  # type: ignore[attr-defined]
    return shtab.complete(parser, shell)


def _all_of(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The parser, and that of each command."""
    found = [parser]
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            found += action.choices.values()
    return found
