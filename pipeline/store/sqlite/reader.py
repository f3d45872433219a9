"""Reading the archive: moments, events, and what hangs off them."""

import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING

import aiosqlite

from core.errors import ArchiveInDoubt
from core.facts import boot_subject
from core.moment import Reference, Transcript, VoiceTurn
from core.text.short_ids import Beside, ambiguous, best_meant, short_id, stream_of
from pipeline.store.format.drafts import read_transcript
from pipeline.store.format.events import Event
from pipeline.store.format.peer_drafts import Role
from pipeline.store.format.voice_drafts import read_turns
from pipeline.store.lookup import not_there
from pipeline.store.peers import AskedToForget, ComingWords, KnownPeer, Whereabouts
from pipeline.store.port import Period
from pipeline.store.views.clock_corrections import Correction, corrections
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow

from . import journal
from .changes import Mark, changed_since, latest_mark
from .connection import archive_path, open_reader
from .doubt import doubt_of, is_nothing
from .exchange import away, shown

if TYPE_CHECKING:  # the spool's words, which a copy that only meets others does not need
    from core.spool_port import TypedText

_MOMENT = ", ".join(each.name for each in fields(MomentRow))
_INTERVAL = ", ".join(each.name for each in fields(IntervalRow))

IN_TIME = """ORDER BY at_ms IS NULL, at_ms,
    CASE WHEN at_ms IS NULL THEN coalesce(
        (SELECT min(kept_lamport) FROM moment AS first WHERE first.boot = moment.boot), kept_lamport
    ) END,
    boot, boottime_ms, kept_lamport, kept_origin, kept_seq"""
"""Order of moments by when it was said. What has no time yet comes last: its boots by what each
kept first, within a boot by its own clock."""

_MOST_MEANT = 9
"""More candidates for a short id than these are read by nobody."""

_BESIDE = """SELECT value,
    (SELECT max(id) FROM moment WHERE id < value || '-'),
    (SELECT min(id) FROM moment WHERE id >= value || '.'),
    (SELECT min(id) FROM moment WHERE id >= value || '-' AND id < value || '.'),
    (SELECT max(id) FROM moment WHERE id >= value || '-' AND id < value || '.')
    FROM json_each(?)"""
"""The neighbours of a stream, and its first and its last moment, each found in the index: a full
stop comes next after the hyphen that ends a stream."""


class SqliteReader:
    """`port.Reader` over one connection."""

    def __init__(self, connection: aiosqlite.Connection, home: Path) -> None:
        self.connection = connection
        self.home = home

    async def is_stand_in(self) -> bool:
        """True where no archive was there, or only its file, and an empty one stands in for it."""
        files = await self.connection.execute_fetchall("PRAGMA database_list")
        return not any(file for _, _, file in files)

    async def moments(
        self, period: Period | None = None, *, hidden: bool = False
    ) -> list[MomentRow]:
        since_ms, until_ms = _ends(period)
        query = (
            f"SELECT {_MOMENT} FROM moment WHERE (?1 IS NULL OR at_ms >= ?1) "
            f"AND (?2 IS NULL OR at_ms < ?2) AND (?3 OR state = 'visible') {IN_TIME}"
        )
        rows = await self.connection.execute_fetchall(query, (since_ms, until_ms, hidden))
        return [MomentRow(*row) for row in rows]

    async def intervals(self, period: Period | None = None) -> list[IntervalRow]:
        return await self._intervals("kind <> 'passed'", period)

    async def passed_over(self, period: Period | None = None) -> list[IntervalRow]:
        return await self._intervals("kind = 'passed'", period)

    async def _intervals(self, which: str, period: Period | None) -> list[IntervalRow]:
        since_ms, until_ms = _ends(period)
        query = (
            f"SELECT {_INTERVAL} FROM interval, (SELECT ?1 AS since_ms, ?2 AS until_ms) "
            f"WHERE {which} AND (until_ms IS NULL OR coalesce(at_ms, end_ms) < until_ms) "
            "AND (since_ms IS NULL OR at_ms >= since_ms OR end_ms > since_ms "
            "OR (state = 'on' AND at_ms IS NOT NULL)) "
            "ORDER BY coalesce(at_ms, end_ms) IS NULL, coalesce(at_ms, end_ms), "
            "noted_lamport, noted_origin, noted_seq"
        )
        rows = await self.connection.execute_fetchall(query, (since_ms, until_ms))
        return [IntervalRow(*row) for row in rows]

    async def correction(self, boot: str) -> Correction | None:
        return corrections(await self.events_of(boot_subject(boot))).get(boot)

    async def moment(self, named: str) -> MomentRow:
        meant = await self._meant(named, "moment", "id")
        row = await self.find_moment(meant[0]) if len(meant) == 1 else None
        if row is not None:
            return row
        if meant:
            raise ambiguous(named, [*(await self.short_ids(meant)).values()])
        forgotten = await self._meant(named, "tombstone", "subject")
        raise not_there(named, was_forgotten=bool(forgotten))

    async def _meant(self, named: str, table: str, column: str) -> list[str]:
        """Of the ids in this column, those that `named` means best; of very many, some."""
        stream, _, place = named.partition("-")
        its_place = f"substr({column}, instr({column}, '-') + 1)"
        query = (
            f"SELECT {column} FROM {table} WHERE {column} >= ?1 AND {column} < ?1 || char(1114111) "
            f"AND (?2 = '' OR substr({its_place}, 1, length(?2)) = ?2) "
            f"ORDER BY {column} <> ?3, {its_place} <> ?2, {column} LIMIT {_MOST_MEANT}"
        )
        rows = await self.connection.execute_fetchall(query, (stream, place, named))
        return best_meant(named, [row[0] for row in rows])

    async def short_ids(self, moments: Collection[str]) -> dict[str, str]:
        streams = json.dumps(sorted({stream_of(each) for each in moments}))
        rows = await self.connection.execute_fetchall(_BESIDE, (streams,))
        found = {stream: (before, after, {*ends} - {None}) for stream, before, after, *ends in rows}
        short = {}
        for moment in moments:
            before, after, ends = found[stream_of(moment)]
            short[moment] = short_id(moment, Beside(before, after, is_alone=ends <= {moment}))
        return short

    async def find_moment(self, moment: str) -> MomentRow | None:
        query = f"SELECT {_MOMENT} FROM moment WHERE id = ?"
        rows = list(await self.connection.execute_fetchall(query, (moment,)))
        return MomentRow(*rows[0]) if rows else None

    async def find_moments(self, moments: Collection[str]) -> dict[str, MomentRow]:
        query = f"SELECT {_MOMENT} FROM moment WHERE id IN (SELECT value FROM json_each(?))"
        rows = await self.connection.execute_fetchall(query, (json.dumps(list(moments)),))
        return {row[0]: MomentRow(*row) for row in rows}

    async def timeless(self) -> list[MomentRow]:
        query = f"SELECT {_MOMENT} FROM moment WHERE at_ms IS NULL AND state = 'visible'"
        return [MomentRow(*row) for row in await self.connection.execute_fetchall(query)]

    async def notes_about(self, moments: Collection[str]) -> list[MomentRow]:
        query = (
            f"SELECT {_MOMENT} FROM moment WHERE about IN (SELECT value FROM json_each(?)) "
            "AND state = 'visible' ORDER BY kept_lamport, kept_origin, kept_seq"
        )
        rows = await self.connection.execute_fetchall(query, (json.dumps(list(moments)),))
        return [MomentRow(*row) for row in rows]

    async def lacking(self) -> list[MomentRow]:
        query = (
            f"SELECT {_MOMENT} FROM moment WHERE state = 'visible' AND (words = 'failed' OR "
            "words = 'typed' AND id IN (SELECT moment FROM passage WHERE vector IS NULL)) "
            "ORDER BY kept_lamport, kept_origin, kept_seq"
        )
        rows = await self.connection.execute_fetchall(query)
        return [MomentRow(*row) for row in rows]

    async def embedded_otherwise(self, embedder: str) -> list[str]:
        # In parts, so that the index answers: it is asked each minute, and finds nothing.
        others = "SELECT id FROM moment WHERE kept_origin NOT IN (SELECT origin FROM install)"
        query = (
            "SELECT moment FROM (SELECT rowid AS place, moment FROM passage WHERE embedder < ?1 "
            "UNION ALL SELECT rowid, moment FROM passage WHERE embedder > ?1 "
            "UNION ALL SELECT rowid, moment FROM passage WHERE embedder IS NULL "
            f"AND moment IN ({others} AND id = moment)) "
            "GROUP BY moment ORDER BY max(place)"
        )
        return [row[0] for row in await self.connection.execute_fetchall(query, (embedder,))]

    async def by_reference(self, reference: Reference) -> MomentRow | None:
        query = (
            f"SELECT {_MOMENT} FROM moment WHERE source = ? AND ref IS ? AND line IS ? "
            "AND folder IS ? AND how = 'imported' LIMIT 1"
        )
        rows = list(await self.connection.execute_fetchall(query, astuple(reference)))
        return MomentRow(*rows[0]) if rows else None

    async def imported_alike(self, text: "TypedText") -> list[MomentRow]:
        if text.reference is None:
            return []
        query = (
            f"SELECT {_MOMENT} FROM moment WHERE source = ?1 AND length(text) = length(?3) "
            "AND ref IS NULL AND how = 'imported' AND folder IS ?2 AND text = ?3 "
            "AND speaker IS ?4 ORDER BY kept_lamport, kept_origin, kept_seq"
        )
        values = (text.reference.source, text.reference.folder, text.text, text.speaker)
        rows = await self.connection.execute_fetchall(query, values)
        return [MomentRow(*row) for row in rows]

    async def transcript(self, moment: MomentRow) -> Transcript | None:
        contents = await journal.contents_of(self.connection, moment.id)
        content = contents.get(moment.transcript or "")
        return None if content is None else read_transcript(content)

    async def turns(self, moment: MomentRow) -> tuple[VoiceTurn, ...]:
        content = await self.belonging(moment.turns) if moment.turns else None
        found = None if content is None else read_turns(content)
        return () if found is None else found.turns

    async def enrolments(self) -> list[Event]:
        return await journal.enrolments(self.connection)

    async def lessons(self) -> list[Event]:
        return await journal.lessons(self.connection)

    async def taught_since(self, mark: int) -> tuple[bool, int]:
        return await journal.taught_since(self.connection, mark)

    async def belonging(self, belonging: str) -> bytes | None:
        return await journal.content_of(self.connection, belonging)

    async def events_of(self, subject: str) -> list[Event]:
        return await journal.events_of(self.connection, subject)

    async def event_at(self, origin: str, seq: int) -> Event | None:
        return await journal.event_at(self.connection, origin, seq)

    async def latest_events(
        self, limit: int, *, kind: str = "", authors: Sequence[str] = (), origin: str = ""
    ) -> list[Event]:
        return await journal.latest_events(self.connection, limit, authors, origin, kind)

    async def acts_backwards(self, authors: Collection[str]) -> AsyncGenerator[Event, None]:
        origin = await self.origin() or ""
        acts = journal.acts_backwards(self.connection, origin, authors)
        async with contextlib.aclosing(acts) as events:
            async for event in events:
                yield event

    async def events_of_act(self, act: str) -> list[Event]:
        return await journal.events_of_act(self.connection, act)

    async def acts_named(self, named: str) -> list[str]:
        return await journal.acts_named(self.connection, named)

    async def origins_named(self, named: str) -> list[str]:
        return await journal.origins_named(self.connection, named)

    async def latest_of_act(self, act: str) -> Event | None:
        return await journal.latest_of_act(self.connection, act)

    async def is_forgotten(self, moment: str) -> bool:
        return await journal.is_forgotten(self.connection, moment)

    async def changed_rows(self, since: object = None) -> tuple[frozenset[str], object]:
        now = await latest_mark(self.connection)
        if not isinstance(since, Mark) or since == now:
            return frozenset(), now
        return frozenset(await changed_since(self.connection, since) or ()), now

    async def peers(self) -> list[KnownPeer]:
        return await shown.known_peers(self.connection)

    async def own_role(self) -> Role | None:
        return await shown.own_role(self.connection)

    async def kept_for_others(self, moments: Collection[str]) -> int:
        return await away.count_promised(self.connection, moments)

    async def whereabouts(self, moment: MomentRow) -> Whereabouts:
        return await shown.whereabouts(self.connection, self.home, moment)

    async def kept_on(self, moments: Sequence[MomentRow]) -> dict[str, str]:
        return await shown.kept_on(self.connection, moments)

    async def coming_words(self, moments: Sequence[MomentRow]) -> dict[str, ComingWords]:
        return await shown.coming_words(self.connection, moments)

    async def asked_to_forget(self) -> list[AskedToForget]:
        return await shown.asked_to_forget(self.connection)

    async def doubt(self) -> ArchiveInDoubt | None:
        path = archive_path(self.home)
        return await doubt_of(path, None if is_nothing(path) else self.connection)

    async def origin(self) -> str | None:
        rows = list(await self.connection.execute_fetchall("SELECT origin FROM install"))
        return str(rows[0][0]) if rows else None


def _ends(period: Period | None) -> tuple[int | None, int | None]:
    return (None, None) if period is None else (period.since_ms, period.until_ms)


@contextlib.asynccontextmanager
async def open_archive_to_read(home: Path) -> AsyncIterator[SqliteReader]:
    """The archive of `home`; an empty one where none exists yet. Raises ArchiveUnusable."""
    async with open_reader(home) as connection:
        yield SqliteReader(connection, home)
