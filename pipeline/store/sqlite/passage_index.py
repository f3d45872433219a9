"""What search needs of the archive: the passages as arrays, and the keyword index.

The adapter behind `pipeline.store.passage_port.Passages`.
"""

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncIterator, Mapping, Sequence

import aiosqlite
import numpy as np
from numpy.typing import NDArray

from core.clock import as_datetime
from pipeline.store.passage_port import Matches, PassageTable, Phrase, Shown

from .changes import latest_mark
from .match_expression import in_what_was_said
from .passage_table import Snapshot, read_changes, read_whole

_NO_SPEAKER = 0.0
"""Weight of the speaker's column in BM25: the engine weighs who spoke by itself."""

MOST_SCORED = 1_000
"""A word that more passages have is worth the same in each of them. FTS5 takes 2.5 ms to score
a thousand (2 x86 cores, 2026-11; a year's name in 100,000 moments: 97 ms, its rowids 8), and
nothing is lost: LoCoMo's recall@10 is 0.778 where every word is scored, 0.778 where those of
more than 100 moments are not, 0.781 at 50, 0.786 at 20 (of some 550)."""


MOST_WORDS = 4_000
"""That begin alike: to stem them takes a quarter of a second, and they are no forms of one word."""

_VOCABULARY = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, passage_words, row)"
)


class PassageReader:
    """Reads passages over a connection that only reads. Belongs to one event loop."""

    def __init__(
        self,
        connection: aiosqlite.Connection,
        *,
        meaning: bool = True,
        most_vectors: int | None = None,
    ) -> None:
        """Without `meaning`, vectors are left on the disk: for a search by words alone.

        So they are where there are more passages than `most_vectors`.
        """
        self._connection = connection
        self._meaning = meaning
        self._most_vectors = most_vectors
        self._snapshot: Snapshot | None = None
        self._one_reading = asyncio.Lock()

    async def passages(self) -> PassageTable:
        """Everything that is neither hidden nor forgotten; after a change, only that is read."""
        async with self._one_reading:
            old = self._snapshot
            if old is None or await latest_mark(self._connection) != old.mark:
                async with _one_instant(self._connection):
                    self._snapshot = await self._read(old)
            assert self._snapshot is not None
            return self._snapshot.table

    async def match(self, *phrases: Phrase) -> Matches:
        """The passages that have any of these, by BM25.

        A frequent one is worth the same in each.
        """
        found, match = "FROM passage_words WHERE passage_words MATCH ?", in_what_was_said(phrases)
        count, rowids = await self._count_and_rowids(found, match)
        if count > MOST_SCORED:
            weight = _rarity(count, len((await self.passages()).rowids))
            return Matches(rowids, np.full(count, weight, np.float32))
        # FTS5 gives lower for better, we give higher.
        query = f"SELECT rowid, -bm25(passage_words, {_NO_SPEAKER}, 1.0, 1.0) {found}"
        rows = await self._connection.execute_fetchall(query, (match,))
        return Matches(
            np.array([row[0] for row in rows], np.int64),
            np.array([row[1] for row in rows], np.float32),
        )

    async def vocabulary(self, beginning: str) -> Sequence[str]:
        """The words of the index that begin so; none where there are very many."""
        await self._connection.execute(_VOCABULARY)  # in memory, and of this connection alone
        query = "SELECT term FROM temp.vocabulary WHERE term >= ?1 AND term < ?1 || char(1114111)"
        found = await self._connection.execute_fetchall(
            f"{query} LIMIT {MOST_WORDS + 1}", (beginning,)
        )
        words = [row[0] for row in found]
        return words if len(words) <= MOST_WORDS else []

    async def shown(self, passages: Sequence[int]) -> Mapping[int, Shown]:
        """What the passages with these rowids look like; those gone by now are left out."""
        query = (
            "SELECT passage.rowid, moment.id, ref, at_ms, utc_offset_min, duration_ms, "
            "moment.speaker, passage.text, heard_as "
            "FROM passage JOIN moment ON moment.id = passage.moment "
            "WHERE passage.rowid IN (SELECT value FROM json_each(?))"
        )
        rows = await self._connection.execute_fetchall(query, (json.dumps(list(passages)),))
        return {
            rowid: Shown(
                moment=moment,
                ref=ref,
                at=None if at_ms is None else as_datetime(at_ms, utc_offset_min),
                seconds=None if duration_ms is None else duration_ms / 1000,
                speaker=speaker,
                text=text,
                heard_as=heard_as,
            )
            for (
                rowid,
                moment,
                ref,
                at_ms,
                utc_offset_min,
                duration_ms,
                speaker,
                text,
                heard_as,
            ) in rows
        }

    async def _read(self, old: Snapshot | None) -> Snapshot:
        meaning = self._meaning and await self._fits()
        if old is not None and old.meaning == meaning:
            changed = await read_changes(self._connection, old)
            if changed is not None:
                return changed
        return await read_whole(self._connection, meaning=meaning)

    async def _fits(self) -> bool:
        """Whether there are so few passages that their vectors are to be held."""
        if self._most_vectors is None:
            return True
        query = "SELECT count(*) FROM passage"
        ((count,),) = await self._connection.execute_fetchall(query)
        return bool(count <= self._most_vectors)

    async def _count_and_rowids(self, found: str, *values: str) -> tuple[int, NDArray[np.int64]]:
        # One text of all rowids: a third of the time that a row for each takes.
        query = f"SELECT count(*), coalesce(group_concat(rowid), '') {found}"
        ((count, rowids),) = await self._connection.execute_fetchall(query, values)
        return count, np.fromstring(rowids, np.int64, sep=",")


@contextlib.asynccontextmanager
async def _one_instant(connection: aiosqlite.Connection) -> AsyncIterator[None]:
    """All reads see the archive as it was at the first; what others read meanwhile does, too."""
    await connection.execute("BEGIN")
    try:
        yield
    finally:
        await connection.commit()


def _rarity(count: int, of_all: int) -> float:
    """What BM25 gives a word in a passage of average length, where it stands once."""
    return max(math.log((max(of_all - count, 0) + 0.5) / (count + 0.5)), 1e-6)
