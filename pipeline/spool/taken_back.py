"""Clips that a pause took back: out of every model's sight, to be brought back or erased.

They lie in a folder of the spool, so that a kill of anybody loses none of this: whoever
looks next erases what is due.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from core.capture_status import TakenBack
from core.files import erase_file, make_folder, sync_folder, what_it_is

FOLDER = "taken-back"

FOR_S = 600.0
"""Ten minutes: long enough to notice a mistake, short enough to mean it."""


def take_back(path: Path) -> Path:
    """Move a clip of the spool there, open or closed; where it lies, durably, on return.

    Its ten minutes begin now. Raises FileNotFoundError where it was forgotten meanwhile.
    """
    folder = make_folder(path.parent / FOLDER)
    os.utime(path)
    target = path.replace(folder / f"{path.stem}.clip")
    _sync(folder)
    return target


def taken_back(spool: Path) -> list[TakenBack]:
    """What can be brought back, and for how long yet; the longest there first."""
    clips = sorted(_clips(spool), key=lambda found: found[1], reverse=True)
    return [TakenBack(_moment(path), max(0.0, FOR_S - age_s)) for path, age_s in clips]


def bring_back(spool: Path, moment: str) -> bool:
    """Make a letter of it again; False where it is not there: erased, or forgotten meanwhile."""
    found = False
    for path, _ in _clips(spool):
        if _moment(path) == moment:
            with contextlib.suppress(FileNotFoundError):
                path.replace(spool / path.name)
                found = True
    if found:
        _sync(spool / FOLDER)
    return found


def erase(spool: Path, older_than_s: float) -> list[str]:
    """Erase what was there for longer, overwritten first; the ids."""
    due = [path for path, age_s in _clips(spool) if age_s >= older_than_s]
    for path in due:
        erase_file(path)
    if due:
        sync_folder(spool / FOLDER)
    return [_moment(path) for path in due]


def _clips(spool: Path) -> Iterator[tuple[Path, float]]:
    """Each clip that is there, and for how many seconds it was.

    What is called like one and is no file is nobody's to bring back, and stays.
    """
    for path in (spool / FOLDER).glob("*.clip"):
        with contextlib.suppress(FileNotFoundError):
            state = path.lstat()
            if what_it_is(state) is None:
                yield path, _age_s(path, state)


def _age_s(path: Path, state: os.stat_result) -> float:
    """By the wall clock: the only one that outlives a restart. Where it was set back, from now."""
    age_s = time.time() - state.st_mtime
    if age_s >= 0:
        return age_s
    os.utime(path)
    return 0.0


def _moment(path: Path) -> str:
    return path.name.partition(".")[0]


def _sync(folder: Path) -> None:
    sync_folder(folder)
    sync_folder(folder.parent)
