"""What search needs of the archive: the passages as arrays, and the keyword index.

The adapter behind `pipeline.store.passage_port.Passages`.
"""

import json
import math
from collections.abc import Mapping, Sequence

import aiosqlite
import numpy as np
from numpy.typing import NDArray

from core.clock import as_datetime
from pipeline.store.passage_port import Matches, PassageTable, Phrase, Shown

from .match_expression import in_what_was_said
from .reader import IN_TIME

_NO_SPEAKER = 0.0
"""Weight of the speaker's column in BM25: the engine weighs who spoke by itself."""

MOST_SCORED = 1_000
"""A word that more passages have is worth the same in each of them. FTS5 takes 2.5 ms to score
a thousand (2 x86 cores, 2026-11; a year's name in 100,000 moments: 97 ms, its rowids 8), and
nothing is lost: LoCoMo's recall@10 is 0.778 where every word is scored, 0.778 where those of
more than 100 moments are not, 0.781 at 50, 0.786 at 20 (of some 550)."""


class PassageReader:
    """Reads passages from an open archive. Belongs to one event loop."""

    def __init__(self, connection: aiosqlite.Connection, *, meaning: bool = True) -> None:
        """Without `meaning`, vectors are left on the disk: for a search by words alone."""
        self._connection = connection
        self._meaning = meaning
        self._table: PassageTable | None = None
        self._version: int | None = None

    async def passages(self) -> PassageTable:
        """Everything that is neither hidden nor forgotten; read anew only after a change."""
        version = await self._data_version()
        if self._table is None or version != self._version:
            self._table = await self._read_table()
            self._version = version
        return self._table

    async def match(self, phrase: Phrase) -> Matches:
        """The passages that have this, by BM25; a frequent word is worth the same in each."""
        found, match = "FROM passage_words WHERE passage_words MATCH ?", in_what_was_said(phrase)
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

    async def shown(self, passages: Sequence[int]) -> Mapping[int, Shown]:
        """What the passages with these rowids look like; those gone by now are left out."""
        query = (
            "SELECT passage.rowid, moment.id, ref, at_ms, utc_offset_min, duration_ms, "
            "moment.speaker, passage.text FROM passage JOIN moment ON moment.id = passage.moment "
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
            )
            for rowid, moment, ref, at_ms, utc_offset_min, duration_ms, speaker, text in rows
        }

    async def _read_table(self) -> PassageTable:
        query = (
            "SELECT id, at_ms, speaker, length(text) FROM moment WHERE state = 'visible' "
            f"AND text != '' {IN_TIME}"
        )
        moments = list(await self._connection.execute_fetchall(query))
        place_of = {row[0]: place for place, row in enumerate(moments)}
        vector = "vector" if self._meaning else "NULL"
        query = f"SELECT rowid, moment, {vector} FROM passage ORDER BY rowid"
        rows = [row for row in await self._connection.execute_fetchall(query) if row[1] in place_of]
        return PassageTable(
            rowids=np.array([row[0] for row in rows], np.int64),
            moment_of=np.array([place_of[row[1]] for row in rows], np.int64),
            vectors=_vectors([row[2] for row in rows]) if self._meaning else None,
            moments=[row[0] for row in moments],
            at_ms=np.array([np.nan if row[1] is None else row[1] for row in moments], np.float64),
            speakers=[row[2] for row in moments],
            characters=np.array([row[3] for row in moments], np.int64),
        )

    async def _count_and_rowids(self, found: str, *values: str) -> tuple[int, NDArray[np.int64]]:
        # One text of all rowids: a third of the time that a row for each takes.
        query = f"SELECT count(*), coalesce(group_concat(rowid), '') {found}"
        ((count, rowids),) = await self._connection.execute_fetchall(query, values)
        return count, np.fromstring(rowids, np.int64, sep=",")

    async def _data_version(self) -> int:
        """Changes whenever another connection has committed."""
        rows = list(await self._connection.execute_fetchall("PRAGMA data_version"))
        return int(rows[0][0])


def _vectors(stored: Sequence[bytes | None]) -> NDArray[np.float32] | None:
    """Float32 rows out of float16 bytes, zeros where there is none; None where all lack one."""
    width = max((len(each) for each in stored if each), default=0)
    if not width:
        return None
    joined = b"".join(each if each and len(each) == width else bytes(width) for each in stored)
    return np.frombuffer(joined, "<f2").reshape(len(stored), -1).astype(np.float32)


def _rarity(count: int, of_all: int) -> float:
    """What BM25 gives a word in a passage of average length, where it stands once."""
    return max(math.log((max(of_all - count, 0) + 0.5) / (count + 0.5)), 1e-6)
