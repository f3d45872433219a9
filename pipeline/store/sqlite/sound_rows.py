"""Which sound files the database names, and the removal of those that it does not."""

import json
from collections.abc import Sequence
from pathlib import Path

import aiosqlite

from pipeline.store.sound_files import remove_sound, sound_files

from .migrations import SOUND_HASH


async def referenced(connection: aiosqlite.Connection) -> set[str]:
    """The hashes that some moment's belonging names."""
    rows = await connection.execute_fetchall("SELECT content FROM belonging WHERE kind = 'sound'")
    return {json.loads(row[0])["sha256"] for row in rows}


async def is_named(connection: aiosqlite.Connection, sha256: str) -> bool:
    """True where some belonging names this file. Found by index: nothing else is read."""
    query = f"SELECT 1 FROM belonging WHERE kind = 'sound' AND {SOUND_HASH} = ? LIMIT 1"
    return bool(list(await connection.execute_fetchall(query, (sha256,))))


async def remove_unnamed(
    connection: aiosqlite.Connection, home: Path, sounds: Sequence[str]
) -> None:
    """Remove those of these files that nothing names any more. Held as for `sweep`."""
    for sha256 in sounds:
        if not await is_named(connection, sha256):
            remove_sound(home, sha256)


async def sweep(connection: aiosqlite.Connection, home: Path) -> None:
    """Remove every sound file that nothing names.

    The caller holds the write transaction: files are adopted inside one, so none is met
    between its coming and the event that names it.
    """
    named = await referenced(connection)
    for sha256 in sound_files(home):
        if sha256 not in named:
            remove_sound(home, sha256)
