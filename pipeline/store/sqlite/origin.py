"""Whose line of events this install writes, and on which machine.

The origin is random. It is bound to the machine, so that a cloned card or a
copied archive begins a line of its own instead of writing a second version of
somebody else's.
"""

import hashlib
import secrets

import aiosqlite

from pipeline.store.format.events import Draft

from .journal import append


async def current_origin(
    connection: aiosqlite.Connection, machine: bytes, at_ms: int | None
) -> str:
    """The origin to append under; begins one where there is none for this machine.

    The caller holds the transaction.
    """
    rows = list(await connection.execute_fetchall("SELECT origin, salt, machine FROM install"))
    if not rows:
        return await _begin(connection, machine, at_ms, reason="first", parent=None)
    origin, salt, known = rows[0]
    if _fingerprint(salt, machine) == known:
        return str(origin)
    return await _begin(connection, machine, at_ms, reason="machine", parent=origin)


async def begin_restored(
    connection: aiosqlite.Connection, machine: bytes, at_ms: int | None
) -> None:
    """Begin a line after an older journal was put back: its own may have gone on elsewhere.

    An empty journal begins its first one as it comes. The caller holds the transaction.
    """
    rows = list(await connection.execute_fetchall("SELECT origin FROM install"))
    if rows:
        await _begin(connection, machine, at_ms, reason="restored", parent=str(rows[0][0]))


async def _begin(
    connection: aiosqlite.Connection,
    machine: bytes,
    at_ms: int | None,
    *,
    reason: str,
    parent: str | None,
) -> str:
    origin, salt = secrets.token_hex(8), secrets.token_bytes(16)
    await connection.execute(
        "INSERT OR REPLACE INTO install (only, origin, salt, machine) VALUES (1, ?, ?, ?)",
        (origin, salt, _fingerprint(salt, machine)),
    )
    payload = {"reason": reason, "parent": await _parent(connection, parent)}
    await append(connection, origin, Draft("origin_began", origin, "pipeline", payload), at_ms)
    return origin


async def _parent(
    connection: aiosqlite.Connection, parent: str | None
) -> dict[str, str | int] | None:
    if parent is None:
        return None
    query = "SELECT coalesce(max(seq), 0) FROM event WHERE origin = ?"
    rows = list(await connection.execute_fetchall(query, (parent,)))
    return {"origin": parent, "seq": int(rows[0][0])}


def _fingerprint(salt: bytes, machine: bytes) -> bytes:
    return hashlib.sha256(salt + machine).digest()
