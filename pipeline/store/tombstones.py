"""The file of tombstones: ids that were forgotten, outside the database, where no backup lies.

A line is an id, or an id and ` here`: what only this copy is to forget, or what another install
has told the others itself.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from core.errors import ArchiveUnusable
from core.files import open_at_once, sync_folder, why_no_file

_HERE = " here"

MOST_BYTES = 256 * 1024 * 1024
"""Of four million moments that were forgotten."""


def tombstones_path(home: Path) -> Path:
    return home / "tombstones"


def write_tombstones(home: Path, moments: Iterable[str], *, here: bool = False) -> None:
    """Durably note that these ids are gone; on return it outlives any kill and any backup."""
    end = _HERE if here else ""
    path = tombstones_path(home)
    _must_be_a_file(path)
    with path.open("a+b") as file:
        if file.tell() and not _ends_in_line_feed(file):
            file.write(b"\n")  # after a line that a power cut tore
        file.writelines(f"{moment}{end}\n".encode("ascii") for moment in moments)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(home)


def read_tombstones(home: Path) -> list[str]:
    """Every id that was ever forgotten here; a line torn by a power cut is left out.

    Raises ArchiveUnusable where nothing of it can be read: what was forgotten might come back.
    """
    return list(dict.fromkeys(each.removesuffix(_HERE) for each in tombstone_lines(home)))


def forgotten_here(home: Path) -> set[str]:
    """Those of them that are for this copy alone. Raises ArchiveUnusable."""
    lines = tombstone_lines(home)
    return {each.removesuffix(_HERE) for each in lines if each.endswith(_HERE)} - {*lines}


def tombstone_lines(home: Path) -> list[str]:
    """The whole lines of the file, each once. Raises ArchiveUnusable."""
    path = tombstones_path(home)
    _must_be_a_file(path)
    try:
        with open_at_once(path) as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return []
    if len(content) > MOST_BYTES:
        raise _unusable(path, "it is too large")
    text = content.decode("ascii", "replace")
    whole_lines = text.split("\n")[:-1]
    return list(dict.fromkeys(line for line in whole_lines if line))


def _must_be_a_file(path: Path) -> None:
    what = why_no_file(path)
    if what is not None:
        raise _unusable(path, what)


def _unusable(path: Path, what: str) -> ArchiveUnusable:
    return ArchiveUnusable(
        f"What was forgotten cannot be looked up in {path}: {what}.",
        advice="Move it away, and put back the file that was there.",
    )


def _ends_in_line_feed(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"
