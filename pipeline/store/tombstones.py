"""The file of tombstones: ids that were forgotten, outside the database, where no backup lies."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from core.files import sync_folder


def tombstones_path(home: Path) -> Path:
    return home / "tombstones"


def write_tombstones(home: Path, moments: Iterable[str]) -> None:
    """Durably note that these ids are gone; on return it outlives any kill and any backup."""
    path = tombstones_path(home)
    with path.open("a+b") as file:
        if file.tell() and not _ends_in_line_feed(file):
            file.write(b"\n")  # after a line that a power cut tore
        file.writelines(f"{moment}\n".encode("ascii") for moment in moments)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(home)


def read_tombstones(home: Path) -> list[str]:
    """Every id that was ever forgotten here; a line torn by a power cut is left out."""
    try:
        text = tombstones_path(home).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return []
    whole_lines = text.split("\n")[:-1]
    return list(dict.fromkeys(line for line in whole_lines if line))


def _ends_in_line_feed(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"
