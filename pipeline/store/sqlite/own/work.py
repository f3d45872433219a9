"""`work_port.Work` over the archive on disk."""

from collections.abc import Collection
from dataclasses import astuple

from core.clock import Recorded
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.exchange.lines import key_of_line
from pipeline.store.sqlite.exchange.shown import own_key
from pipeline.store.views.moment_fold import MomentRow
from pipeline.store.work_port import Job, Wordless

from .tables import WITHOUT_WORDS

MOST_LENT = 8
"""To one peer: it does one after the other, and what it has is left by everybody else."""


class SqliteWork:
    """What is lent and taken on, of an open archive."""

    def __init__(self, archive: SqliteArchive) -> None:
        self._archive = archive
        self._connection = archive.connection

    async def lend(self, job: Job, key: str, for_s: float, now: Recorded) -> bool:
        async with self._archive.writing():
            row = await self._archive.find_moment(job.moment)
            if row is None or not _is_to_do(row, job) or not await self.is_own(row.kept_origin):
                return False
            ended = "DELETE FROM lease WHERE NOT (boot = ? AND until_ms > ?)"
            await self._connection.execute(ended, _at(now))
            if not await self._is_free(job.moment, key):
                return False
            boot, at_ms = _at(now)
            await self._connection.execute(
                "INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?)",
                (job.moment, key, boot, at_ms + round(1000 * for_s)),
            )
        return True

    async def _is_free(self, moment: str, key: str) -> bool:
        """Whether nobody else has it on lease, and this peer not too many others."""
        query = "SELECT moment, key FROM lease WHERE moment = ?1 OR key = ?2"
        rows = list(await self._connection.execute_fetchall(query, (moment, key)))
        others = [each for each, _ in rows if each != moment]
        return len(others) < MOST_LENT and all(holder == key for _, holder in rows)

    async def lent(self, now: Recorded) -> frozenset[str]:
        query = "SELECT moment FROM lease WHERE boot = ? AND until_ms > ?"
        rows = await self._connection.execute_fetchall(query, _at(now))
        return frozenset(row[0] for row in rows)

    async def end_leases(self, key: str, moments: Collection[str]) -> None:
        async with self._archive.writing():
            for moment in moments:
                await self._connection.execute(
                    "DELETE FROM lease WHERE moment = ? AND key = ?", (moment, key)
                )

    async def begin_anew(self) -> None:
        query = "SELECT 1 FROM lease UNION ALL SELECT 1 FROM job LIMIT 1"
        if not list(await self._connection.execute_fetchall(query)):
            return
        async with self._archive.writing():
            await self._connection.execute("DELETE FROM lease")
            await self._connection.execute("DELETE FROM job")

    async def wordless(self, most: int) -> list[Wordless]:
        own = await own_key(self._connection)
        query = (
            "SELECT moment.id, moment.revision, moment.sound, line.key FROM moment "
            "JOIN line ON line.origin = moment.kept_origin "
            f"WHERE {WITHOUT_WORDS} AND state = 'visible' AND sound IS NOT NULL AND line.key <> ? "
            "ORDER BY kept_lamport LIMIT ?"
        )
        rows = await self._connection.execute_fetchall(query, (own, most))
        return [Wordless(*row) for row in rows]

    async def is_own(self, origin: str) -> bool:
        if origin == await self._archive.origin():
            return True
        key = await self.key_of(origin)
        return key is not None and key == await own_key(self._connection)

    async def key_of(self, origin: str) -> str | None:
        line = await key_of_line(self._connection, origin)
        return None if line is None else line[0]

    async def heard_beyond(self, moment: str, most: int, *, own: bool) -> list[str]:
        ours = "SELECT origin FROM line WHERE key = ?3 UNION SELECT origin FROM install"
        query = (
            "SELECT id FROM moment WHERE id > ?1 AND words = 'words' AND state = 'visible' "
            f"AND sound IS NOT NULL AND (kept_origin IN ({ours})) = ?4 ORDER BY id LIMIT ?2"
        )
        values = (moment, most, await own_key(self._connection), own)
        return [row[0] for row in await self._connection.execute_fetchall(query, values)]

    async def heard_since(self, mark: int) -> tuple[list[str], int]:
        query = "SELECT coalesce(max(lamport), 0) FROM event"
        ((highest,),) = await self._connection.execute_fetchall(query)
        if mark < 0:
            return [], int(highest)
        query = (
            "SELECT DISTINCT subject FROM event WHERE lamport > ? AND lamport <= ? "
            "AND kind = 'moment_transcribed'"
        )
        rows = await self._connection.execute_fetchall(query, (mark, highest))
        return [row[0] for row in rows], int(highest)

    async def take_on(self, job: Job) -> None:
        async with self._archive.writing():
            await self._connection.execute(
                "INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?)", astuple(job)
            )

    async def next_job(self) -> Job | None:
        query = "SELECT moment, revision, kind, model FROM job ORDER BY rowid LIMIT 1"
        rows = list(await self._connection.execute_fetchall(query))
        return Job(*rows[0]) if rows else None

    async def is_taken_on(self, moment: str) -> bool:
        query = "SELECT 1 FROM job WHERE moment = ?"
        return bool(list(await self._connection.execute_fetchall(query, (moment,))))

    async def drop(self, moment: str) -> None:
        if await self.is_taken_on(moment):
            async with self._archive.writing():
                await self._connection.execute("DELETE FROM job WHERE moment = ?", (moment,))


def _is_to_do(row: MomentRow, job: Job) -> bool:
    if row.state != "visible" or row.sound is None or row.revision != job.revision:
        return False
    return row.words in ({"awaited", "failed"} if job.kind == "words" else {"words"})


def _at(now: Recorded) -> tuple[str, int]:
    """The run of this machine and how long it has been on, asleep too; no wall clock."""
    return now.boot or "", now.boottime_ms or 0
