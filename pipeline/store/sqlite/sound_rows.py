"""Which sound files the database names, and the removal of those that it does not."""

from collections.abc import Sequence
from pathlib import Path

import aiosqlite

from pipeline.store.sound_files import remove_sound, sound_files

from .migrations import SOUND_HASH


async def referenced(connection: aiosqlite.Connection) -> set[str]:
    """The hashes that some moment's belonging names, or its row: either one's word keeps a file."""
    query = (
        f"SELECT {SOUND_HASH} AS sha256 FROM belonging WHERE kind = 'sound' AND sha256 IS NOT NULL "
        "UNION SELECT sound FROM moment WHERE sound IS NOT NULL"
    )
    return {str(row[0]) for row in await connection.execute_fetchall(query)}


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
