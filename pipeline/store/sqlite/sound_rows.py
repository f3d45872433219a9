"""Which sound files the database names, and what becomes of those that it does not."""

import json
from pathlib import Path

import aiosqlite

from core.files import erase_file
from pipeline.store.sound_files import (
    bring_sound_back,
    coming_path,
    erase_old_sounds_aside,
    erase_sound,
    set_sound_aside,
    sound_files,
    sounds_aside,
)

from .migrations import SOUND_HASH


async def referenced(connection: aiosqlite.Connection) -> set[str]:
    """The hashes that some moment's belonging names, or its row: either one's word keeps a file."""
    query = (
        f"SELECT {SOUND_HASH} AS sha256 FROM belonging WHERE kind = 'sound' AND sha256 IS NOT NULL "
        "UNION SELECT sound FROM moment WHERE sound IS NOT NULL"
    )
    return {str(row[0]) for row in await connection.execute_fetchall(query)}


async def is_named(connection: aiosqlite.Connection, sha256: str) -> bool:
    """True where something names this file. Found by index: nothing else is read."""
    query = (
        f"SELECT 1 FROM belonging WHERE kind = 'sound' AND {SOUND_HASH} = ?1 "
        "UNION ALL SELECT 1 FROM moment WHERE sound = ?1 LIMIT 1"
    )
    return bool(list(await connection.execute_fetchall(query, (sha256,))))


async def make_due(connection: aiosqlite.Connection, sha256: str) -> None:
    """Note that this file goes, unless something comes to name it. Inside a transaction."""
    await connection.execute("INSERT OR IGNORE INTO sound_due VALUES (?)", (sha256,))


async def make_kept(connection: aiosqlite.Connection, sha256: str) -> None:
    """Take that note back; in the transaction that names the file."""
    await connection.execute("DELETE FROM sound_due WHERE sha256 = ?", (sha256,))


async def make_sound_of_due(connection: aiosqlite.Connection, subject: str) -> None:
    """Note that the sound of this moment is to be erased; in the transaction that forgets it.

    By its belongings and by its row, for either may be damaged.
    """
    await connection.execute(
        f"INSERT OR IGNORE INTO sound_due SELECT {SOUND_HASH} AS sha256 FROM belonging "
        "WHERE subject = ?1 AND kind = 'sound' AND sha256 IS NOT NULL "
        "UNION SELECT sound FROM moment WHERE id = ?1 AND sound IS NOT NULL",
        (subject,),
    )


async def erase_due(connection: aiosqlite.Connection, home: Path) -> None:
    """Erase the files of what was forgotten, unless another moment has the same sound.

    What has come of one in part goes with it, and it is asked of no peer any more. The caller
    holds the write transaction; a kill before its commit repeats this.
    """
    due = await connection.execute_fetchall("SELECT sha256 FROM sound_due")
    for (sha256,) in due:
        if not await is_named(connection, sha256):
            erase_sound(home, sha256)
            erase_file(coming_path(home, sha256))
            await _forget_rows(connection, sha256)
    await connection.execute("DELETE FROM sound_due")


async def _forget_rows(connection: aiosqlite.Connection, sha256: str) -> None:
    """Where a sound is, was to come from, or has been promised: nothing of that is left."""
    for table in ("wanted_sound", "sound_copy", "sound_away", "sound_promised"):
        await connection.execute(f"DELETE FROM {table} WHERE sha256 = ?", (sha256,))


async def sweep(connection: aiosqlite.Connection, home: Path, now_ms: int | None) -> None:
    """Set aside every sound that nothing names, and erase what has lain there long enough.

    The caller holds the write transaction: files are adopted inside one, so none is met
    between its coming and the event that names it. What is named again comes back. A sound
    that was about to leave when a kill came is here as before.
    """
    named = await referenced(connection)
    for sha256 in sounds_aside(home):
        if sha256 in named:
            bring_sound_back(home, sha256)
    for sha256 in sound_files(home):
        if sha256 not in named:
            set_sound_aside(home, sha256, now_ms)
    here = json.dumps(sound_files(home))
    query = "DELETE FROM sound_away WHERE sha256 IN (SELECT value FROM json_each(?))"
    await connection.execute(query, (here,))
    erase_old_sounds_aside(home, now_ms)
