"""Reading the archive: moments, events, and what hangs off them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields
from pathlib import Path

import aiosqlite

from core.errors import NotFound
from core.facts import boot_subject
from core.moment import Transcript
from pipeline.store.format.drafts import Reference, read_transcript
from pipeline.store.format.events import Event
from pipeline.store.views.clock_corrections import Correction, corrections
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow

from . import journal
from .connection import open_reader

_MOMENT = ", ".join(each.name for each in fields(MomentRow))
_INTERVAL = ", ".join(each.name for each in fields(IntervalRow))

IN_TIME = """ORDER BY at_ms IS NULL, at_ms,
    CASE WHEN at_ms IS NULL THEN coalesce(
        (SELECT min(kept_lamport) FROM moment AS first WHERE first.boot = moment.boot), kept_lamport
    ) END,
    boot, boottime_ms, kept_lamport, kept_origin, kept_seq"""
"""Order of moments by when it was said. What has no time yet comes last: its boots by what each
kept first, within a boot by its own clock."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since_ms` up to but without `until_ms`; None leaves that side open."""

    since_ms: int | None = None
    until_ms: int | None = None

    @property
    def condition(self) -> str:
        return "(? IS NULL OR at_ms >= ?) AND (? IS NULL OR at_ms < ?)"

    @property
    def values(self) -> tuple[int | None, ...]:
        return (self.since_ms, self.since_ms, self.until_ms, self.until_ms)


class Reader:
    """An archive to read from. Belongs to one event loop."""

    def __init__(self, connection: aiosqlite.Connection, home: Path) -> None:
        self.connection = connection
        self.home = home

    async def moments(
        self, period: Period | None = None, *, hidden: bool = False
    ) -> list[MomentRow]:
        """All moments in the order of their time; hidden ones only if asked for."""
        when = period or Period()
        query = (
            f"SELECT {_MOMENT} FROM moment WHERE {when.condition} "
            f"AND (? OR state = 'visible') {IN_TIME}"
        )
        rows = await self.connection.execute_fetchall(query, (*when.values, hidden))
        return [MomentRow(*row) for row in rows]

    async def intervals(self, period: Period | None = None) -> list[IntervalRow]:
        """Gaps and pauses that reach into the period, in the order in which they began.

        One whose beginning is not known counts from its end; one of no known time at all
        belongs to no period but the open one.
        """
        since_ms, until_ms = (period.since_ms, period.until_ms) if period else (None, None)
        query = (
            f"SELECT {_INTERVAL} FROM interval, (SELECT ?1 AS since_ms, ?2 AS until_ms) "
            "WHERE (until_ms IS NULL OR coalesce(at_ms, end_ms) < until_ms) "
            "AND (since_ms IS NULL OR at_ms >= since_ms OR end_ms > since_ms "
            "OR (state = 'on' AND at_ms IS NOT NULL)) "
            "ORDER BY coalesce(at_ms, end_ms) IS NULL, coalesce(at_ms, end_ms), "
            "noted_lamport, noted_origin, noted_seq"
        )
        rows = await self.connection.execute_fetchall(query, (since_ms, until_ms))
        return [IntervalRow(*row) for row in rows]

    async def correction(self, boot: str) -> Correction | None:
        """What is known of a boot's clock beyond what the machine knew."""
        return corrections(await self.events_of(boot_subject(boot))).get(boot)

    async def moment(self, named: str) -> MomentRow:
        """The moment with this id, or the only one whose id begins so. Raises NotFound."""
        query = f"SELECT {_MOMENT} FROM moment WHERE id = ? OR substr(id, 1, length(?)) = ? LIMIT 2"
        rows = list(await self.connection.execute_fetchall(query, (named, named, named)))
        if len(rows) == 1 and named:
            return MomentRow(*rows[0])
        if rows:
            sentence = f"More than one moment's id begins with '{named}'."
            raise NotFound(sentence, advice="Give more of the id.")
        if await journal.is_forgotten(self.connection, named):
            sentence = f"The moment {named} was forgotten."
            raise NotFound(sentence, advice="Its bytes are gone; nothing can bring it back.")
        sentence = f"There is no moment '{named}'."
        raise NotFound(sentence, advice="`afterthought list` shows what there is.")

    async def find_moment(self, moment: str) -> MomentRow | None:
        """The moment with exactly this id, if it is there."""
        query = f"SELECT {_MOMENT} FROM moment WHERE id = ?"
        rows = list(await self.connection.execute_fetchall(query, (moment,)))
        return MomentRow(*rows[0]) if rows else None

    async def by_reference(self, reference: Reference) -> MomentRow | None:
        """What was imported from this source, by the caller's own id or by line, if it is there."""
        query = (
            f"SELECT {_MOMENT} FROM moment WHERE source = ? AND ref IS ? AND line IS ? "
            "AND how = 'imported' LIMIT 1"
        )
        values = (reference.source, reference.ref, reference.line)
        rows = list(await self.connection.execute_fetchall(query, values))
        return MomentRow(*rows[0]) if rows else None

    async def transcript(self, moment: MomentRow) -> Transcript | None:
        """The words of a moment, or None while there are none."""
        contents = await journal.contents_of(self.connection, moment.id)
        content = contents.get(moment.transcript or "")
        return None if content is None else read_transcript(content)

    async def events_of(self, subject: str) -> list[Event]:
        """All events about one subject, in fold order."""
        return await journal.events_of(self.connection, subject)

    async def latest_events(self, limit: int, *, kind: str = "") -> list[Event]:
        """The newest events, of this kind only where one is named; newest first."""
        return await journal.latest_events(self.connection, limit, kind=kind)

    async def is_forgotten(self, moment: str) -> bool:
        return await journal.is_forgotten(self.connection, moment)

    async def origin(self) -> str | None:
        """The origin that this install appends under, or None before its first event."""
        rows = list(await self.connection.execute_fetchall("SELECT origin FROM install"))
        return str(rows[0][0]) if rows else None


@contextlib.asynccontextmanager
async def open_archive_to_read(home: Path) -> AsyncIterator[Reader]:
    """The archive of `home`; an empty one where none exists yet. Raises ArchiveUnusable."""
    async with open_reader(home) as connection:
        yield Reader(connection, home)
