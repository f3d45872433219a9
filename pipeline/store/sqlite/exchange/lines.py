"""Lines of events: how far each has come, whose they are, and their signatures."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace

import aiosqlite

from pipeline.store.exchange_port import Head, Signer
from pipeline.store.format.events import Event
from pipeline.store.format.pages import SIGNED_EVERY
from pipeline.store.format.peer_drafts import (
    Membership,
    Signature,
    membership,
    signed_message,
)
from pipeline.store.format.readable import has_its_types, readable_event

from .tables import COLUMNS, FORGETS, OF_PEERS

_ORIGINS = """WITH RECURSIVE name (origin) AS (
    SELECT min(origin) FROM event
    UNION ALL
    SELECT (SELECT min(origin) FROM event WHERE event.origin > name.origin) FROM name
    WHERE name.origin IS NOT NULL
) SELECT origin FROM name WHERE origin IS NOT NULL"""
"""From one line to the next by the index: the rows of a line are not read."""


async def heads(connection: aiosqlite.Connection) -> dict[str, Head]:
    """How far each line has come here."""
    found: dict[str, Head] = {}
    for (origin,) in list(await connection.execute_fetchall(_ORIGINS)):
        last = await head(connection, origin)
        if last is not None:
            found[origin] = last
    return found


async def head(connection: aiosqlite.Connection, origin: str) -> Head | None:
    """How far this line has come here; None where nothing of it is."""
    query = "SELECT seq, hash FROM event WHERE origin = ? ORDER BY seq DESC LIMIT 1"
    rows = list(await connection.execute_fetchall(query, (origin,)))
    return (rows[0][0], rows[0][1]) if rows else None


async def hash_at(connection: aiosqlite.Connection, origin: str, seq: int) -> bytes | None:
    """The hash of the event at this place, if it is here."""
    query = "SELECT hash FROM event WHERE origin = ? AND seq = ?"
    rows = list(await connection.execute_fetchall(query, (origin, seq)))
    return bytes(rows[0][0]) if rows else None


async def hashes(
    connection: aiosqlite.Connection, places: Mapping[str, Sequence[int]]
) -> dict[str, dict[int, str]]:
    """The hashes of the events at these places that are here, in hex."""
    found: dict[str, dict[int, str]] = {}
    for origin, seqs in places.items():
        at = {seq: await hash_at(connection, origin, seq) for seq in seqs}
        found[origin] = {seq: each.hex() for seq, each in at.items() if each is not None}
    return found


async def events_between(
    connection: aiosqlite.Connection, origin: str, after: int, last: int
) -> list[Event]:
    """The events of a line beyond `after`, up to and with `last`; as they are stored."""
    query = f"SELECT {COLUMNS} FROM event WHERE origin = ? AND seq > ? AND seq <= ? ORDER BY seq"
    rows = await connection.execute_fetchall(query, (origin, after, last))
    return [each for each in (Event(*row) for row in rows) if has_its_types(each)]


async def key_of_line(connection: aiosqlite.Connection, origin: str) -> tuple[str, bool] | None:
    """Whose signature is known for this line, and whether as its writer."""
    query = "SELECT key, is_writer FROM line WHERE origin = ?"
    rows = list(await connection.execute_fetchall(query, (origin,)))
    return (rows[0][0], bool(rows[0][1])) if rows else None


async def lines_of_key(connection: aiosqlite.Connection, key: str) -> list[str]:
    """The lines that the install with this key writes, or wrote."""
    query = "SELECT origin FROM line WHERE key = ? AND is_writer = 1"
    return [row[0] for row in await connection.execute_fetchall(query, (key,))]


async def note_key(connection: aiosqlite.Connection, signature: Signature) -> None:
    """This line is signed by that key; its writer, and nobody else, takes the place of another."""
    await connection.execute(
        "INSERT INTO line VALUES (?1, ?2, ?3) ON CONFLICT (origin) DO UPDATE "
        "SET key = ?2, is_writer = 1 WHERE line.is_writer = 0 AND ?3 = 1",
        (signature.origin, signature.key, signature.is_writer),
    )


async def known_membership(connection: aiosqlite.Connection, own_key: str) -> Membership:
    """Whose signatures count here, by the events of this archive."""
    query = f"SELECT {COLUMNS} FROM counted_event WHERE {OF_PEERS}"
    told = [
        readable_event(each)
        for each in (Event(*row) for row in await connection.execute_fetchall(query))
        if has_its_types(each)
    ]
    known = [each for each in told if each.kind in {"peer_added", "peer_removed"}]
    # Our own line is ours before it is signed for the first time.
    query = "SELECT origin, key FROM line UNION ALL SELECT origin, ? FROM install"
    keys = {row[0]: row[1] for row in await connection.execute_fetchall(query, (own_key,))}
    for each in known:
        keys.setdefault(each.origin, own_key)  # what came from elsewhere came with a key
    found = membership(own_key, (each for each in known if each.version == 1), keys)
    query = "SELECT origin, key FROM line WHERE is_writer = 1"
    unnamed = {
        origin: 0
        for origin, key in await connection.execute_fetchall(query)
        if key in found.former and origin not in found.ends
    }
    return replace(found, ends={**found.ends, **unnamed})


async def sign_lines(connection: aiosqlite.Connection, signer: Signer, own: str | None) -> None:
    """Sign what is new in our own line, and in those that no writer is known of.

    The caller holds the transaction.
    """
    members = (await known_membership(connection, signer.key)).members.values()
    believed = {signer.key, *(each.key for each in members if each.role != "read_only")}
    for origin in await heads(connection):
        known = await key_of_line(connection, origin)
        is_writer = origin == own
        is_left = known is not None and not known[1] and known[0] not in believed
        if (is_writer and known != (signer.key, True)) or is_left:
            # Another machine's key of the same home vouched for it, or one that was removed since.
            await connection.execute("DELETE FROM line WHERE origin = ?", (origin,))
            await connection.execute("DELETE FROM signature WHERE origin = ?", (origin,))
            known = None
        has_writer = is_writer or (known is not None and known[1])
        if is_writer or not has_writer or known == (signer.key, True):
            await _sign_line(connection, signer, origin, is_writer=has_writer)


async def _sign_line(
    connection: aiosqlite.Connection, signer: Signer, origin: str, *, is_writer: bool
) -> None:
    query = "SELECT coalesce(max(seq), 0) FROM signature WHERE origin = ?"
    ((signed,),) = await connection.execute_fetchall(query, (origin,))
    last = await head(connection, origin)
    if last is None or last[0] == signed:
        return
    async for event in _to_sign(connection, origin, signed, last[0]):
        message = signed_message(event, is_writer=is_writer)
        await put_signature(
            connection,
            Signature(origin, event.seq, signer.key, signer.sign(message), is_writer),
        )
    await prune(connection, origin)


async def _to_sign(
    connection: aiosqlite.Connection, origin: str, after: int, last: int
) -> AsyncIterator[Event]:
    """Every 64th event, each forget, and the last one."""
    query = (
        f"SELECT {COLUMNS} FROM event WHERE origin = ?1 AND seq > ?2 AND seq <= ?3 "
        f"AND (seq % {SIGNED_EVERY} = 0 OR seq = ?3) UNION "
        f"SELECT {COLUMNS} FROM event WHERE origin = ?1 AND seq > ?2 AND seq <= ?3 AND {FORGETS}"
    )
    async with connection.execute(query, (origin, after, last)) as rows:
        async for row in rows:
            yield Event(*row)


async def put_signature(connection: aiosqlite.Connection, signature: Signature) -> None:
    """Keep a signature, and whose line it says this is. The caller has verified it."""
    await note_key(connection, signature)
    await connection.execute(
        "INSERT OR REPLACE INTO signature VALUES (?, ?, ?, ?, ?)",
        (
            signature.origin,
            signature.seq,
            signature.key,
            signature.signature,
            signature.is_writer,
        ),
    )


async def prune(connection: aiosqlite.Connection, origin: str) -> None:
    """Let go of signatures at what was once the last event of a line."""
    await connection.execute(
        f"DELETE FROM signature WHERE origin = ?1 AND seq % {SIGNED_EVERY} <> 0 "
        "AND seq > (SELECT max(seq) FROM event WHERE origin = ?1) - ?2 "
        "AND seq < (SELECT max(seq) FROM event WHERE origin = ?1) AND NOT EXISTS ("
        f"SELECT 1 FROM event WHERE {FORGETS} "
        "AND (event.origin, event.seq) = (signature.origin, signature.seq))",
        (origin, _LOOKED_BACK),
    )


_LOOKED_BACK = 4 * SIGNED_EVERY
"""So many events, so that it costs the same in a line of a million."""


async def signatures(
    connection: aiosqlite.Connection, origin: str, seqs: Iterable[int]
) -> dict[int, Signature]:
    """The signatures at these places of a line, by place."""
    found: dict[int, Signature] = {}
    for seq in seqs:
        query = (
            "SELECT origin, seq, key, signature, is_writer FROM signature "
            "WHERE (origin, seq) = (?, ?)"
        )
        for row in await connection.execute_fetchall(query, (origin, seq)):
            found[seq] = Signature(row[0], row[1], row[2], bytes(row[3]), bool(row[4]))
    return found


async def signed_places(
    connection: aiosqlite.Connection, origin: str, after: int, most: int
) -> list[int]:
    """Where a page of at most so many events may end, the nearest first."""
    query = (
        "SELECT seq FROM signature WHERE origin = ?1 AND seq > ?2 AND seq <= ?2 + ?3 "
        "AND seq <= (SELECT max(seq) FROM event WHERE origin = ?1) ORDER BY seq"
    )
    rows = await connection.execute_fetchall(query, (origin, after, most))
    return [row[0] for row in rows]
