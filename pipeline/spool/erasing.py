"""What a forget takes out of the spool: the sound and the words that lie there as they were."""

import json
from collections.abc import Iterable
from pathlib import Path

from core.files import write_durably

from .taken_back import FOLDER as TAKEN_BACK


def erase_moments(spool: Path, moments: Iterable[str]) -> None:
    """Remove every file of these moments, set aside and taken back among them.

    Out of a batch of texts only theirs are taken. May be repeated after a kill.
    """
    gone = set(moments)
    for folder in (spool, spool / "aside", spool / TAKEN_BACK):
        for path in folder.glob("*.*"):
            if path.suffix == ".texts":
                _leave_out(path, gone)
            elif path.name.partition(".")[0] in gone:
                path.unlink(missing_ok=True)


def _leave_out(batch: Path, gone: set[str]) -> None:
    """A batch of texts may be worked on half when one of them is forgotten."""
    try:
        lines = batch.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:  # its worker was done with it
        return
    rest = [line for line in lines if _id_of(line) not in gone]
    if len(rest) < len(lines):
        write_durably(batch, rest)


def _id_of(line: bytes) -> str | None:
    try:
        return str(json.loads(line)["id"])
    except (ValueError, TypeError, KeyError):  # for the worker to set aside
        return None
