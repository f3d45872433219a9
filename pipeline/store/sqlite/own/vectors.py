"""Vectors that this install made of words, by an embedder that whoever heard them has not used.

They are no event: two installs with two embedders would else write past each other for ever.
"""

from collections.abc import Iterable

import aiosqlite

from pipeline.store.format.drafts import Embedding, embedding_belonging
from pipeline.store.sqlite.journal import is_forgotten
from pipeline.store.views.moment_fold import MomentRow, OwnVectors


async def own_vectors(connection: aiosqlite.Connection, moment: str) -> OwnVectors | None:
    """Those of a moment, and of which transcript they are."""
    query = "SELECT transcript, content FROM own_vectors WHERE moment = ?"
    for transcript, content in await connection.execute_fetchall(query, (moment,)):
        if isinstance(content, bytes):
            return str(transcript), content
    return None


async def store(
    connection: aiosqlite.Connection, made: Iterable[tuple[MomentRow, Embedding]]
) -> list[str]:
    """Put them in the place of earlier ones; the moments that have them now. In a transaction."""
    moments = []
    for row, embedding in made:
        if row.transcript is None or await is_forgotten(connection, row.id):
            continue
        values = (row.id, row.transcript, embedding_belonging(embedding).content)
        await connection.execute("INSERT OR REPLACE INTO own_vectors VALUES (?, ?, ?)", values)
        moments.append(row.id)
    return moments
