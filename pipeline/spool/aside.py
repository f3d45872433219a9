"""What the worker could not work on: out of its way, whole, each with the reason why."""

import contextlib
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.files import make_folder, read_small, sync_folder, write_durably

from .formats import BrokenLine, id_in, lines_of
from .listing import entries
from .opening import LetterBroken

FOLDER = "aside"
WHY = ".why"
"""Beside each: a line of text that says why it lies there."""

_UNKNOWN = "nothing says why"
_MOST_BYTES = 1000


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something that was set aside, where it lies and why: a sentence without its end."""

    path: Path
    reason: str


def put(spool: Path, path: Path, reason: str) -> SetAside:
    """Move it there, under its own name or one like it; durable on return. Raises OSError."""
    folder = make_folder(spool / FOLDER)
    target = _free(folder / path.name)
    _tell_why(target, reason)
    path.rename(target)
    sync_folder(folder)
    sync_folder(path.parent)
    return SetAside(target, reason)


def put_lines(spool: Path, name: str, lines: Sequence[BrokenLine]) -> SetAside:
    """Write these lines of a batch there, under the batch's name; once, however often asked."""
    folder = make_folder(spool / FOLDER)
    target, content = folder / name, b"".join(each.line for each in lines)
    if not _holds(target, content):
        target = _free(target)
        write_durably(target, [content])
    _tell_why(target, lines[0].reason)
    return SetAside(target, lines[0].reason)


def lying(spool: Path, most: int | None = None) -> list[SetAside]:
    """What lies there, by name; of very many, the first."""
    folder = spool / FOLDER
    return [SetAside(folder / name, _why(folder / name)) for name in _names(folder)[:most]]


def count(spool: Path) -> int:
    """How much lies there."""
    return len(_names(spool / FOLDER))


def find(spool: Path, name: str, moment: str) -> SetAside | None:
    """Where this moment of the letter of this name was set aside; None where it was not."""
    path = spool / FOLDER / name
    if not os.path.lexists(path) or (path.suffix == ".texts" and moment not in _ids_in(path)):
        return None
    return SetAside(path, _why(path))


def _names(folder: Path) -> list[str]:
    # A reason without its letter was left by a kill, or by who moved the letter back.
    return sorted(entry.name for entry, suffix in entries(folder) if suffix != WHY)


def _ids_in(batch: Path) -> set[str | None]:
    with contextlib.suppress(OSError, LetterBroken):
        return set(map(id_in, lines_of(batch)))
    return set()


def _why(path: Path) -> str:
    try:
        return read_small(_beside(path), _MOST_BYTES).decode("utf-8", "replace").strip()
    except OSError:
        return _UNKNOWN


def _tell_why(target: Path, reason: str) -> None:
    # The log has the reason, too: a full disk, or a name that is as long as it may be, keeps
    # nothing in the way.
    with contextlib.suppress(OSError):
        write_durably(_beside(target), [f"{reason}\n".encode()])


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}{WHY}")


def _free(target: Path) -> Path:
    """This name, or the first like it that nothing has: what lies there is never overwritten.

    It begins and ends as the name did, so that a forget knows it.
    """
    if not os.path.lexists(target):
        return target
    likes = (target.with_name(f"{target.stem}.{n}{target.suffix}") for n in itertools.count(2))
    return next(like for like in likes if not os.path.lexists(like))


def _holds(path: Path, content: bytes) -> bool:
    try:
        return read_small(path, len(content)) == content
    except OSError:
        return False
