"""What lies in the folders of the spool: letters, what only looks like one, what is not ours."""

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.files import what_it_is

from .names import HEARD_WITH, LETTER_LIKE, TRIES, is_letter

_FOLDERS = ("aside", "taken-back")
_PART = ".part"
_NO_FOLDER = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
_OURS = {"capture.lock", HEARD_WITH, *_FOLDERS}


@dataclass(frozen=True, slots=True)
class Odd:
    """An entry that is not what its name says, or not ours; `reason` as in LetterBroken."""

    path: Path
    reason: str


def letters(spool: Path) -> list[tuple[str, str]]:
    """The name and the suffix of every letter, open clips among them."""
    return [
        (entry.name, suffix)
        for entry, suffix in entries(spool)
        if suffix in LETTER_LIKE and is_letter(entry.name) and entry.is_file(follow_symlinks=False)
    ]


def odd(spool: Path) -> list[Odd]:
    """What lies where a letter, or what belongs to one, should: it would be in the way."""
    found = []
    for entry, suffix in entries(spool):
        if suffix in {*LETTER_LIKE, TRIES, _PART}:
            reason = _reason(entry)
            if reason is None and suffix in LETTER_LIKE and not is_letter(entry.name):
                reason = "it has a name that no letter of ours has"
            if reason is not None:
                found.append(Odd(Path(entry.path), reason))
    return found


def foreign(spool: Path) -> list[Odd]:
    """What is not ours and stands in nobody's way, so that it is left where it is."""
    found = [
        Odd(Path(entry.path), _reason(entry) or "it is no letter")
        for entry, suffix in entries(spool)
        if entry.name not in _OURS and suffix not in {*LETTER_LIKE, TRIES, _PART}
    ]
    for entry, suffix in entries(spool / "taken-back"):
        reason = _reason(entry)
        if reason is None and (suffix != ".clip" or not is_letter(entry.name)):
            reason = "it is no clip"
        if reason is not None:
            found.append(Odd(Path(entry.path), reason))
    return found


def entries(folder: Path) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Each entry of a folder and its suffix; none where there is no such folder."""
    try:
        with os.scandir(folder) as found:
            for entry in found:
                stem, dot, ending = entry.name.rpartition(".")
                yield entry, f"{dot}{ending}" if stem else ""
    except OSError as error:
        if error.errno not in _NO_FOLDER:
            raise


def _reason(entry: os.DirEntry[str]) -> str | None:
    """Why this is no file; None where it is one, or where the disk does not say."""
    if entry.is_file(follow_symlinks=False):
        return None
    try:
        return what_it_is(entry.stat(follow_symlinks=False))
    except OSError:
        return None
