"""What is lacking here and is no fault: a peer will bring it, or it never leaves its install."""

import json
from collections.abc import Collection

import aiosqlite


async def not_to_come(connection: aiosqlite.Connection, lacking: Collection[str]) -> list[str]:
    """Those of these belongings that no peer will bring and that should be here."""
    if not lacking:
        return []
    names = json.dumps([*lacking])
    query = (
        "SELECT value FROM json_each(?) EXCEPT SELECT id FROM wanted_belonging "
        "EXCEPT SELECT name.value ->> '$.id' FROM event, json_each("
        "CASE WHEN json_valid(event.payload) THEN event.payload ELSE '{}' END, '$.belongings'"
        ") AS name WHERE event.subject >= 'voice-' AND event.subject < 'voice.' "
        "AND event.origin <> (SELECT origin FROM install)"
    )
    return sorted(row[0] for row in await connection.execute_fetchall(query, (names,)))


async def sounds_to_come(connection: aiosqlite.Connection) -> set[str]:
    """The hashes of sounds that are still to be fetched."""
    rows = await connection.execute_fetchall("SELECT sha256 FROM wanted_sound")
    return {row[0] for row in rows}
