"""Kinds of events that were stored before this version knew them: now they are folded."""

from collections.abc import Set as AbstractSet

import aiosqlite

from pipeline.store.format.readable import KNOWN
from pipeline.store.sqlite.connection import transaction
from pipeline.store.sqlite.rows import refold_changed

Kinds = AbstractSet[tuple[str, int]]


async def fold_new_kinds(connection: aiosqlite.Connection, known: Kinds = KNOWN) -> int:
    """Fold anew what has events that an earlier version passed over; how many subjects.

    A kind that is not `known` counts as not folded from now on: an older version runs again, and
    passes over what comes meanwhile.
    """
    rows = await connection.execute_fetchall("SELECT kind, version FROM folded_kind")
    folded = {(str(kind), int(version)) for kind, version in rows}
    if folded == known:
        return 0
    subjects = dict[str, None]()
    async with transaction(connection):
        for each in sorted(known - folded):
            subjects |= dict.fromkeys(await _subjects(connection, each))
            await connection.execute("INSERT INTO folded_kind VALUES (?, ?)", each)
        for each in sorted(folded - known):
            query = "DELETE FROM folded_kind WHERE (kind, version) = (?, ?)"
            await connection.execute(query, each)
        await refold_changed(connection, subjects)
    return len(subjects)


async def _subjects(connection: aiosqlite.Connection, kind: tuple[str, int]) -> list[str]:
    query = "SELECT DISTINCT subject FROM event WHERE (kind, version) = (?, ?)"
    return [row[0] for row in await connection.execute_fetchall(query, kind)]
