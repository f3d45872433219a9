"""The log of each service that `run` starts: a private file of its own, and the one before it.

It holds events, ids and numbers, and the sentences of errors; never a word of the wearer.
"""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from core.access.private import make_private

MOST_BYTES = 1_000_000
"""About a week of a busy service; as much again is kept of the time before."""

_LINE_OF_THE_LOG = b"timestamp="


def open_log(path: Path) -> BinaryIO:
    """The file, to write at its end, in a private folder."""
    make_private(path.parent)
    trim(path)
    return path.open("ab")


def trim(path: Path) -> None:
    """Begin anew where the file has grown large; what it held is in `.1` from then on.

    Who writes to it goes on at its end. What is written between the two steps is lost.
    """
    if path.exists() and path.stat().st_size > MOST_BYTES:
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        os.truncate(path, 0)


def last_sentence(path: Path, since: int) -> str:
    """What a service said last, from this byte of its log on; empty where that is a log line."""
    with path.open("rb") as file:
        file.seek(since)
        line = file.read(MOST_BYTES).rstrip().rpartition(b"\n")[2]
    return "" if line.startswith(_LINE_OF_THE_LOG) else line.decode("utf-8", "replace")
