"""What is remembered of a letter on which the models failed, beside it and across restarts."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from core.clock import Recorded, recorded_from_json
from core.files import clear_away, read_small, write_durably

from .formats import id_in
from .names import TRIES
from .opening import LetterBroken, open_letter

Why = Literal["ended", "stuck", "broke", "fault", "unknown"]
"""The models' process ended, said nothing for too long, or raised; or a fault of the worker's."""

_MOST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Conditions:
    """What may be why the models failed: which they are, and how much memory there was."""

    models: str = ""
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Tries:
    """How often it failed in a row, why and when the last time, and under what conditions."""

    count: int
    why: Why = "unknown"
    at: Recorded = field(default_factory=Recorded)
    conditions: Conditions = field(default_factory=Conditions)


def tries_path(letter: Path) -> Path:
    return letter.with_name(f"{letter.name}{TRIES}")


def read_tries(letter: Path) -> Tries | None:
    """What is remembered of this letter; None where nothing is, or nothing that can be read.

    Earlier versions wrote a number and no more.
    """
    try:
        told = json.loads(read_small(tries_path(letter), _MOST_BYTES))
        return Tries(told) if type(told) is int and told > 0 else _tries(told)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def write_tries(letter: Path, tries: Tries) -> None:
    """Durable on return, whatever lay there. Raises OSError."""
    clear_away(tries_path(letter))
    write_durably(tries_path(letter), [json.dumps(asdict(tries)).encode("ascii")])


def _tries(told: dict[str, Any]) -> Tries:
    """Raises TypeError, ValueError or KeyError for anything else: it may be garbled."""
    count, memory = told["count"], told["conditions"]["memory_bytes"]
    if type(count) is not int or count < 1 or told["why"] not in get_args(Why):
        raise ValueError
    if memory is not None and type(memory) is not int:
        raise ValueError
    conditions = Conditions(str(told["conditions"]["models"]), memory)
    return Tries(count, told["why"], recorded_from_json(told["at"]), conditions)


def failed_letters(spool: Path) -> list[tuple[Path, Tries]]:
    """Each letter on which the models failed, and what is remembered of it; by name."""
    letters = [path.with_suffix("") for path in sorted(spool.glob(f"*{TRIES}"))]
    return [
        (letter, tries)
        for letter in letters
        if letter.exists() and (tries := read_tries(letter)) is not None
    ]


def failed_letter(spool: Path, moment: str) -> Path | None:
    """The letter of this moment on which the models failed, if there is one."""
    failed = (letter for letter, _ in failed_letters(spool))
    return next((letter for letter in failed if moment in moments_of(letter)), None)


def moments_of(letter: Path) -> list[str]:
    """The moments that a letter is about."""
    if letter.suffix != ".texts":
        return [letter.name.partition(".")[0]]
    try:
        with open_letter(letter) as file:
            return [moment for line in file if (moment := id_in(line)) is not None]
    except (OSError, LetterBroken):
        return []
