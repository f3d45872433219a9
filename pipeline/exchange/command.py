"""`backup` and `restore-backup` on the command line."""

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from core.command_line import Arguments, Command, Screen, home_of, run_async
from core.text.counting import counted
from core.text.sizes import size_in_words
from pipeline.commands.progress_bar import Meter

if TYPE_CHECKING:
    from pipeline.exchange.manifest import Manifest
    from pipeline.exchange.restore import Restored

_MOST_TOLD = 20
"""Of what is wrong; JSON has it all."""


def backup(arguments: Arguments, screen: Screen) -> int:
    """The archive in one file. Status 1 where the archive has damage, or is in doubt."""
    return run_async(_backup(arguments, screen))


async def _backup(arguments: Arguments, screen: Screen) -> int:
    from pipeline.exchange.backup import back_up  # noqa: PLC0415

    home, file = home_of(arguments), Path(arguments.file).absolute()
    with Meter("backup", screen, unit="B") as meter:
        made = await back_up(home, file, meter.reached, replace=arguments.replace)
    told = made.manifest
    value = {"file": str(file), "bytes": made.bytes, **_counts(told), "problems": _problems(told)}
    screen.value(
        value,
        f"Backed up {_in_words(told)}: {size_in_words(made.bytes)} in {file}. It was read back, "
        "and is as it was written. It is not encrypted.",
    )
    for sentence in _not_in_it(told):
        screen.say(sentence)
    return _tell(screen, _problems(told), "Only what is named here is damaged; the rest is whole.")


def restore_backup(arguments: Arguments, screen: Screen) -> int:
    """A backup in place of what is there. Status 1 where it has damage in it."""
    return run_async(_restore_backup(arguments, screen))


async def _restore_backup(arguments: Arguments, screen: Screen) -> int:
    from pipeline.exchange.restore import restore  # noqa: PLC0415

    home, file = home_of(arguments), Path(arguments.file).absolute()
    with Meter("restore", screen, unit="B") as meter:
        restored = await restore(home, file, meter.reached, yes=arguments.yes)
    told = restored.manifest
    value = {
        "home": str(home.path),
        "set_aside": None if restored.aside is None else str(restored.aside),
        "made": told.made or None,
        **_counts(told),
        "forgotten": restored.forgotten,
        "problems": list(restored.problems),
    }
    screen.value(value, f"Restored {_in_words(told)} into {home.path}.{_beside(restored)}")
    for sentence in _not_in_it(told):
        screen.say(sentence)
    return _tell(screen, restored.problems, "The backup has no more of it.")


def _beside(restored: "Restored") -> str:
    told = ""
    if restored.forgotten:
        gone = counted(restored.forgotten, "moment", "moments")
        told += f" {gone} of it stayed forgotten."
    if restored.aside is not None:
        told += (
            f" What was here before lies in {restored.aside}; erase that folder once you do not "
            "need it: no forget reaches it."
        )
    return told


def _tell(screen: Screen, problems: "tuple[str, ...] | list[str]", after: str) -> int:
    """The exit status: 1 where something is wrong, which is told."""
    for problem in problems[:_MOST_TOLD]:
        screen.say(problem)
    if len(problems) > _MOST_TOLD:
        screen.say(f"And {len(problems) - _MOST_TOLD} more; --json names them all.")
    if problems:
        screen.say(after)
    return int(bool(problems))


def _problems(told: "Manifest") -> list[str]:
    doubt = [] if told.doubt is None else [f"The archive is in doubt: {told.doubt}"]
    return [*doubt, *told.problems]


def _counts(told: "Manifest") -> dict[str, object]:
    return {
        "moments": told.moments,
        "events": told.events,
        "sounds": told.sounds,
        "waiting": told.waiting,
        "missing": list(told.missing),
        "away": dict(Counter(told.away.values())),
        "to_come": len(told.to_come),
    }


def _not_in_it(told: "Manifest") -> list[str]:
    """Sounds that are no damage and yet not in it: a sentence for each place."""
    sentences = [
        f"{counted(count, 'sound is', 'sounds are')} not in it, but on {name}, which keeps "
        f"{'it' if count == 1 else 'them'} for this machine: back that one up, too."
        for name, count in Counter(told.away.values()).most_common()
    ]
    if told.to_come:
        sounds = counted(len(told.to_come), "sound is", "sounds are")
        sentences.append(f"{sounds} not in it: still to come from another machine.")
    return sentences


def _in_words(told: "Manifest") -> str:
    waiting = counted(told.waiting, "file that waits", "files that wait")
    return (
        f"{counted(told.moments, 'moment', 'moments')} with "
        f"{counted(told.sounds, 'sound', 'sounds')}"
        + (f", and {waiting} for the worker" if told.waiting else "")
    )


def _backup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the file to make, best on another disk")
    parser.add_argument(
        "--replace", action="store_true", help="whatever is in FILE now, also a better backup"
    )


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="what `backup` has made")
    parser.add_argument(
        "--yes", action="store_true", help="yes, in place of the archive that is here"
    )


COMMANDS = (
    Command("backup", "put the whole archive into one file", backup, _backup_arguments),
    Command("restore-backup", "put a backup in place again", restore_backup, _restore_arguments),
)
