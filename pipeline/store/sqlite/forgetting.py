"""Forgetting: the tombstone first, then the bytes, then the pages that held them.

docs/journal-format.md lists the steps. Each may be repeated after a kill.
"""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

import aiosqlite

from core.files import sync_folder, write_durably
from pipeline.store.format.events import Draft

from .journal import append, is_forgotten
from .rows import refold


def tombstones_path(home: Path) -> Path:
    return home / "tombstones"


def write_tombstones(home: Path, moments: Iterable[str]) -> None:
    """Durably note that these ids are gone, outside the database, where no backup overwrites it."""
    path = tombstones_path(home)
    with path.open("a+b") as file:
        if file.tell() and not _ends_in_line_feed(file):
            file.write(b"\n")  # after a line that a power cut tore
        file.writelines(f"{moment}\n".encode("ascii") for moment in moments)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(home)


def _ends_in_line_feed(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def read_tombstones(home: Path) -> list[str]:
    """Every id that was ever forgotten here; a line torn by a power cut is left out."""
    try:
        text = tombstones_path(home).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return []
    whole_lines = text.split("\n")[:-1]
    return list(dict.fromkeys(line for line in whole_lines if line))


async def unheeded(connection: aiosqlite.Connection, home: Path) -> list[str]:
    """Ids with a tombstone in the file of which the database has something left."""
    query = "SELECT 1 FROM event WHERE subject = ? LIMIT 1"
    found = []
    for moment in read_tombstones(home):
        if await is_forgotten(connection, moment):
            continue
        if list(await connection.execute_fetchall(query, (moment,))):
            found.append(moment)
    return found


async def erase(
    connection: aiosqlite.Connection, origin: str, thought: Sequence[Draft], at_ms: int | None
) -> None:
    """The one transaction of a forget; the caller holds it."""
    for draft in thought:
        if await is_forgotten(connection, draft.subject):
            continue
        await append(connection, origin, draft, at_ms)
        await connection.execute("DELETE FROM belonging WHERE subject = ?", (draft.subject,))
        await refold(connection, draft.subject)
    await connection.execute("INSERT OR IGNORE INTO scrub_due VALUES (1)")


def remove_letters(home: Path, moments: Iterable[str]) -> None:
    """Take what waits of these moments out of the spool; their sound lies there as it was."""
    gone = set(moments)
    spool = home / "spool"
    for folder in (spool, spool / "aside", spool / "taken-back"):
        for letter in folder.glob("*.*"):
            if letter.suffix == ".texts":
                _leave_out(letter, gone)
            elif letter.name.partition(".")[0] in gone:
                letter.unlink(missing_ok=True)


def _leave_out(letter: Path, gone: set[str]) -> None:
    """A batch of texts may be worked on half when one of them is forgotten."""
    try:
        lines = letter.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:  # its worker was done with it
        return
    rest = [line for line in lines if _id_of(line) not in gone]
    if len(rest) < len(lines):
        write_durably(letter, rest)


def _id_of(line: bytes) -> str | None:
    try:
        return str(json.loads(line)["id"])
    except (ValueError, TypeError, KeyError):  # for the worker to set aside
        return None


async def erase_sound(connection: aiosqlite.Connection, subject: str) -> list[str]:
    """Erase the sound that a moment has; the hashes of its files. Inside a transaction."""
    query = "DELETE FROM belonging WHERE subject = ? AND kind = 'sound' RETURNING content"
    rows = await connection.execute_fetchall(query, (subject,))
    return [str(json.loads(row[0])["sha256"]) for row in rows]


async def scrub(connection: aiosqlite.Connection) -> None:
    """Clear what is left of erased bytes in freed pages and in the write-ahead log.

    Merging the keyword index frees the pages that still list a forgotten word, and
    `secure_delete` overwrites what is freed; measured on SQLite 3.40.1, where FTS5's
    own secure-delete option does not exist yet.
    """
    if not list(await connection.execute_fetchall("SELECT 1 FROM scrub_due")):
        return
    await connection.execute("INSERT INTO passage_words (passage_words) VALUES ('optimize')")
    if await _log_is_cleared(connection):
        await connection.execute("DELETE FROM scrub_due")
        await _log_is_cleared(connection)


async def _log_is_cleared(connection: aiosqlite.Connection) -> bool:
    """Copy the write-ahead log in and truncate it; False while a reader still needs it."""
    rows = list(await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)"))
    return bool(rows) and rows[0][0] == 0
