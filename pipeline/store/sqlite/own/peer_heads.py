"""How far each peer has come in each line, as it told in the last meeting: what is there, too."""

from collections.abc import Mapping

import aiosqlite

from pipeline.store.exchange_port import Head


async def news(
    connection: aiosqlite.Connection, key: str, heads: Mapping[str, Head]
) -> dict[str, int]:
    """Of what a peer tells, what is not known yet; of lines that are here."""
    query = "SELECT origin, seq FROM peer_head WHERE key = ?"
    known = {row[0]: int(row[1]) for row in await connection.execute_fetchall(query, (key,))}
    found = {}
    for origin, (seq, _) in heads.items():
        if known.get(origin) != seq and await _is_here(connection, origin):
            found[origin] = seq
    return found


async def note(connection: aiosqlite.Connection, key: str, told: Mapping[str, int]) -> None:
    """Keep it. In a transaction."""
    for origin, seq in told.items():
        await connection.execute(
            "INSERT OR REPLACE INTO peer_head VALUES (?, ?, ?)", (key, origin, seq)
        )


async def holders(connection: aiosqlite.Connection, origin: str, seq: int) -> set[str]:
    """The keys of the peers that have the event at this place."""
    query = "SELECT key FROM peer_head WHERE origin = ? AND seq >= ?"
    return {str(row[0]) for row in await connection.execute_fetchall(query, (origin, seq))}


async def _is_here(connection: aiosqlite.Connection, origin: str) -> bool:
    query = "SELECT 1 FROM event WHERE origin = ? LIMIT 1"
    return bool(list(await connection.execute_fetchall(query, (origin,))))
