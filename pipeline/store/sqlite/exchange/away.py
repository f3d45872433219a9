"""Sound that has left this install, since a peer promised to keep it; and what is promised here.

What is promised to anybody never leaves, and what has left is promised to nobody: so of two that
would let the same sound go at once, one keeps it. docs/sync-protocol.md has the rule.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiosqlite

from core.files import erase_file
from pipeline.store.exchange_port import DueSound, PlaceInTime
from pipeline.store.format.drafts import read_sound
from pipeline.store.format.peer_drafts import PEER
from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.migrations import SOUND_HASH
from pipeline.store.sqlite.sound_rows import is_named

_GIVEN = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class AwaySound:
    """A sound that has left: the key of the peer that promised to keep it, and since when.

    `is_lost` once that peer has said that it has it no more.
    """

    sha256: str
    key: str
    bytes: int
    since_ms: int | None
    is_lost: bool


async def due(
    connection: aiosqlite.Connection, until_ms: int, after: PlaceInTime, most: int
) -> list[DueSound]:
    """Sounds of moments before that time, the oldest first, which nothing here holds back.

    Of a moment whose words are still to be made the sound is needed here; so is one that a
    later moment has, too.
    """
    query = (
        "SELECT at_ms, kept_lamport, kept_origin, kept_seq, sound FROM moment "
        "WHERE (at_ms, kept_lamport, kept_origin, kept_seq) > (?, ?, ?, ?) AND at_ms < ? "
        "AND sound IS NOT NULL AND words IN ('words', 'no_words') "
        "AND NOT EXISTS (SELECT 1 FROM sound_away WHERE sha256 = sound) "
        "AND NOT EXISTS (SELECT 1 FROM sound_promised WHERE sha256 = sound) "
        "AND NOT EXISTS (SELECT 1 FROM wanted_sound WHERE sha256 = sound) "
        "AND NOT EXISTS (SELECT 1 FROM moment AS other WHERE other.sound = moment.sound "
        "AND (other.at_ms IS NULL OR other.at_ms >= ?)) "
        "ORDER BY at_ms, kept_lamport, kept_origin, kept_seq LIMIT ?"
    )
    found = await connection.execute_fetchall(query, (*after, until_ms, until_ms, most))
    return [DueSound(row[4], (row[0], row[1], row[2], row[3])) for row in found]


async def promise(
    connection: aiosqlite.Connection, home: Path, sounds: Collection[str], key: str
) -> list[str]:
    """Note that these stay here for that peer; those of them that can. Inside a transaction."""
    promised = []
    for sha256 in sounds:
        is_here = sound_path(home, sha256).exists() and not await _is_away(connection, sha256)
        if is_here and await is_named(connection, sha256):
            promised.append(sha256)
    await connection.executemany(
        "INSERT OR IGNORE INTO sound_promised VALUES (?, ?)", [(each, key) for each in promised]
    )
    return promised


async def count_promised(connection: aiosqlite.Connection, moments: Collection[str]) -> int:
    """Of how many of these moments the sound was promised to somebody."""
    query = (
        f"SELECT count(*) FROM moment WHERE id IN {_GIVEN} "
        "AND EXISTS (SELECT 1 FROM sound_promised WHERE sha256 = sound)"
    )
    ((count,),) = await connection.execute_fetchall(query, (json.dumps([*moments]),))
    return int(count)


async def note_away(
    connection: aiosqlite.Connection, sizes: Mapping[str, int], key: str, now_ms: int | None
) -> list[str]:
    """Note that these leave to that peer, which has promised them; those that may by now.

    Inside a transaction, before any file goes.
    """
    query = "SELECT sha256 FROM sound_promised WHERE sha256 = ?"
    leaving = []
    for sha256 in sizes:
        is_promised = list(await connection.execute_fetchall(query, (sha256,)))
        if not is_promised and await is_named(connection, sha256):
            leaving.append(sha256)
    await connection.executemany(
        "INSERT INTO sound_away VALUES (?, ?, ?, ?, 0)",
        [(each, key, sizes[each], now_ms) for each in leaving],
    )
    await note_copies(connection, leaving, key)
    await _tell_of(connection, leaving)
    return leaving


async def erase_away(connection: aiosqlite.Connection, home: Path, sounds: Iterable[str]) -> None:
    """Erase the files of those that are noted as away. Inside a transaction."""
    for sha256 in sounds:
        if await _is_away(connection, sha256):
            erase_file(sound_path(home, sha256))


async def call_back(connection: aiosqlite.Connection, home: Path, sha256: str) -> bool:
    """Want this sound before all others, the last wish first; False where it is here.

    So it is where nobody is known who has it: then it is missing, and stays so. Inside a
    transaction.
    """
    query = (
        "SELECT 1 FROM sound_away WHERE sha256 = ?1 UNION SELECT 1 FROM wanted_sound "
        "WHERE sha256 = ?1 UNION SELECT 1 FROM sound_copy WHERE sha256 = ?1"
    )
    is_somewhere = list(await connection.execute_fetchall(query, (sha256,)))
    size = await _size_of(connection, sha256)
    if not is_somewhere or size is None or sound_path(home, sha256).exists():
        return False
    rank = -1 - await wishes(connection)
    await connection.execute(
        "INSERT INTO wanted_sound VALUES (?1, ?2, ?3, 0) "
        "ON CONFLICT (sha256) DO UPDATE SET rank = ?3",
        (sha256, size, rank),
    )
    await _tell_of(connection, [sha256])
    return True


async def wishes(connection: aiosqlite.Connection) -> int:
    """The number of the last wish that is still open; 0 where none is."""
    query = "SELECT coalesce(min(rank), 0) FROM wanted_sound"
    ((rank,),) = await connection.execute_fetchall(query)
    return max(0, -int(rank))


async def is_here_again(connection: aiosqlite.Connection, sha256: str) -> None:
    """It has come, or it never went. Inside a transaction."""
    await connection.execute("DELETE FROM sound_away WHERE sha256 = ?", (sha256,))
    await _tell_of(connection, [sha256])


async def lost(connection: aiosqlite.Connection, sounds: Collection[str], key: str) -> None:
    """That peer has these no more; any other may bring what has left to it.

    Inside a transaction.
    """
    names = json.dumps([*sounds])
    await connection.execute(
        f"DELETE FROM sound_copy WHERE key = ? AND sha256 IN {_GIVEN}", (key, names)
    )
    await connection.execute(
        f"UPDATE sound_away SET is_lost = 1 WHERE key = ? AND sha256 IN {_GIVEN}", (key, names)
    )
    await _want_lost(connection)


async def lost_with_removed(connection: aiosqlite.Connection, members: Collection[str]) -> None:
    """What has left to a peer that was removed is to come from another one.

    Inside a transaction. One that is not a member here yet, after a restored backup, keeps it.
    """
    query = (
        f"UPDATE sound_away SET is_lost = 1 WHERE is_lost = 0 AND key NOT IN {_GIVEN} "
        "AND EXISTS (SELECT 1 FROM event WHERE kind = 'peer_removed' "
        "AND subject = ? || substr(key, 1, 16))"
    )
    await connection.execute(query, (json.dumps([*members]), PEER))
    await _want_lost(connection)


async def _want_lost(connection: aiosqlite.Connection) -> None:
    await connection.execute(
        "INSERT OR IGNORE INTO wanted_sound SELECT sha256, bytes, 0, 0 FROM sound_away "
        "WHERE is_lost = 1"
    )


async def sounds_away(connection: aiosqlite.Connection) -> dict[str, AwaySound]:
    """All that have left, by hash."""
    query = "SELECT sha256, key, bytes, since_ms, is_lost FROM sound_away"
    rows = await connection.execute_fetchall(query)
    return {row[0]: _away(row) for row in rows}


async def away_to(connection: aiosqlite.Connection, key: str, after: str, most: int) -> list[str]:
    """Some of those that have left to this peer, by hash, which is any order."""
    query = (
        "SELECT sha256 FROM sound_away WHERE key = ? AND sha256 > ? AND is_lost = 0 "
        "ORDER BY sha256 LIMIT ?"
    )
    return [row[0] for row in await connection.execute_fetchall(query, (key, after, most))]


async def find_away(connection: aiosqlite.Connection, sha256: str) -> AwaySound | None:
    """How this sound has left; None where it has not."""
    query = "SELECT sha256, key, bytes, since_ms, is_lost FROM sound_away WHERE sha256 = ?"
    rows = list(await connection.execute_fetchall(query, (sha256,)))
    return _away(rows[0]) if rows else None


def _away(row: sqlite3.Row) -> AwaySound:
    sha256, key, size, since_ms, is_lost = row
    return AwaySound(sha256, key, size, since_ms, bool(is_lost))


async def note_copies(connection: aiosqlite.Connection, sounds: Collection[str], key: str) -> None:
    """That peer has these, verified. What is no sound of ours is passed over."""
    known = [(each, key) for each in sounds if await is_named(connection, each)]
    await connection.executemany("INSERT OR IGNORE INTO sound_copy VALUES (?, ?)", known)


async def _is_away(connection: aiosqlite.Connection, sha256: str) -> bool:
    return await find_away(connection, sha256) is not None


async def _size_of(connection: aiosqlite.Connection, sha256: str) -> int | None:
    query = f"SELECT content FROM belonging WHERE kind = 'sound' AND {SOUND_HASH} = ? LIMIT 1"
    for (content,) in await connection.execute_fetchall(query, (sha256,)):
        sound = read_sound(content)
        return None if sound is None or sound.bytes <= 0 else sound.bytes
    return None


async def _tell_of(connection: aiosqlite.Connection, sounds: Collection[str]) -> None:
    """Have whoever shows the moments of these look again."""
    await connection.execute(
        "INSERT INTO moment_change (moment, nonce) SELECT id, random() FROM moment "
        f"WHERE sound IN {_GIVEN}",
        (json.dumps([*sounds]),),
    )
