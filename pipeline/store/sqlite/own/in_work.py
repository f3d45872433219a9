"""Whose work the words of a moment are now, as the tables of leases and jobs have it."""

import aiosqlite

from core.clock import SystemClock


async def lent_to(connection: aiosqlite.Connection, moment: str) -> str | None:
    """The key of the peer that has it on lease now."""
    now = SystemClock().recorded_now()
    query = "SELECT key FROM lease WHERE moment = ? AND boot = ? AND until_ms > ?"
    values = (moment, now.boot or "", now.boottime_ms or 0)
    rows = list(await connection.execute_fetchall(query, values))
    return str(rows[0][0]) if rows else None


async def is_job_here(connection: aiosqlite.Connection, moment: str) -> bool:
    """True while this install makes them for another one, or in the place of one that is gone."""
    query = "SELECT 1 FROM job WHERE moment = ?"
    return bool(list(await connection.execute_fetchall(query, (moment,))))
