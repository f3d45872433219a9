"""The archive, open for writing: every change to it is made here, in one transaction each."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiosqlite

from core.clock import Clock, SystemClock
from core.machine import machine_name
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding
from pipeline.store.format.events import Draft, Event
from pipeline.store.journal_record import JournalEnd, read_record, write_record
from pipeline.store.port import Rebuilt, Report
from pipeline.store.sound_files import MadeSound, adopt, erase_half_made, sounds_aside
from pipeline.store.tombstones import forgotten_here, read_tombstones, write_tombstones
from pipeline.store.views.moment_fold import MomentRow

from . import forgetting, sound_rows, views
from .connection import archive_path, open_writer, transaction, understood
from .doubt import OpenFile, doubt_of, journal_end, must_hold
from .exchange import away
from .journal import append, event_at, must_not_be_forgotten, without_unreadable
from .mending import mend_journal, mend_last_events
from .origin import begin_restored, current_origin
from .own import vectors
from .own.kinds import fold_new_kinds
from .reader import SqliteReader
from .rows import refold_changed, refold_everything

PATIENCE_WITH_READERS_MS = 2_000
"""How long a forget waits for who reads an older state. Nobody can write meanwhile."""


class SqliteThought(SqliteReader):
    """`port.Thought` within a transaction that its maker holds."""

    def __init__(
        self, connection: aiosqlite.Connection, home: Path, machine: bytes, at_ms: int | None
    ) -> None:
        super().__init__(connection, home)
        self._machine = machine
        self._at_ms = at_ms

    async def append(self, *drafted: Draft) -> list[Event]:
        named = {str(each.payload["act"]) for each in drafted if "act" in each.payload}
        taken_back = {act for act in named if await acts.is_taken_back(self, act)}
        origin = await current_origin(self.connection, self._machine, self._at_ms)
        events = [await append(self.connection, origin, each, self._at_ms) for each in drafted]
        for event in events:
            if event.act in taken_back and event.kind != "act_undone":
                undo = drafts.act_undone(event.subject, *event.place, author="wearer")
                late = drafts.of_act(undo, event.act)
                await append(self.connection, origin, late, self._at_ms)
        await refold_changed(self.connection, (each.subject for each in drafted))
        return events


class SqliteArchive(SqliteReader):
    """`port.Archive` over one connection.

    Belongs to one event loop. Safe for several tasks of it: appends wait for one another.
    """

    def __init__(
        self, connection: aiosqlite.Connection, home: Path, clock: Clock, machine: bytes
    ) -> None:
        super().__init__(connection, home)
        self._clock = clock
        self._machine = machine
        self._file = OpenFile.of(archive_path(home))
        self._recorded = read_record(home)
        self._one_writer = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def thought(self) -> AsyncIterator[SqliteThought]:
        async with self.writing() as at_ms:
            yield SqliteThought(self.connection, self.home, self._machine, at_ms)

    async def append(self, *drafted: Draft, sound: MadeSound | None = None) -> list[Event]:
        if sound is not None:
            await self._announce(sound)
        async with self.thought() as thought:
            for each in drafted:
                await must_not_be_forgotten(self.connection, each.subject)
            if sound is not None:
                adopt(self.home, sound)
                await sound_rows.make_kept(self.connection, sound.sha256)
            revised = [each.subject for each in drafted if each.kind == "clip_revised"]
            for subject in revised:
                await forgetting.erase_sound(self.connection, subject)
            events = await thought.append(*drafted)
        if revised:
            await self._erase_due()
        return events

    async def embed_for_itself(self, made: Sequence[tuple[MomentRow, Embedding]]) -> None:
        async with self.writing():
            await refold_changed(self.connection, await vectors.store(self.connection, made))

    async def append_within(self, at_ms: int | None, *drafted: Draft) -> None:
        """Append what is about nothing forgotten. Within `writing`, which tells the time."""
        thought = SqliteThought(self.connection, self.home, self._machine, at_ms)
        await thought.append(
            *[each for each in drafted if not await self.is_forgotten(each.subject)]
        )

    async def forget_again_within(self, at_ms: int | None, subjects: Sequence[str]) -> None:
        """Say in our own line what another one's said and says no more. Within `writing`."""
        for each in subjects:  # it is in the journal again by the end of this transaction
            await self.connection.execute("DELETE FROM tombstone WHERE subject = ?", (each,))
        drafted = [drafts.moment_forgotten(each, here=False, author="wearer") for each in subjects]
        origin = await current_origin(self.connection, self._machine, at_ms)
        await forgetting.erase(self.connection, origin, drafted, at_ms)

    async def begin_forgetting(self, moments: Sequence[str], *, here: bool = False) -> None:
        write_tombstones(self.home, moments, here=here)
        await self._erase(moments, here=here)

    async def apply_tombstones(self) -> list[str]:
        unapplied = await forgetting.unapplied(self.connection, self.home)
        for_here = forgotten_here(self.home) if unapplied else set()
        for here in (False, True):
            if moments := [each for each in unapplied if (each in for_here) == here]:
                await self._erase(moments, here=here)
        return read_tombstones(self.home)

    async def call_back(self, moment: MomentRow) -> bool:
        async with self.writing():
            found = moment.sound
            return found is not None and await away.call_back(self.connection, self.home, found)

    async def erase_remains(self) -> bool:
        await self._erase_due()
        async with self.writing() as now_ms:
            await sound_rows.sweep(self.connection, self.home, now_ms)
        return await self.scrub(patience_ms=PATIENCE_WITH_READERS_MS)

    async def erase_aside(self) -> None:
        async with self.writing() as now_ms:
            await sound_rows.sweep(self.connection, self.home, now_ms)
            for sha256 in sounds_aside(self.home):
                await sound_rows.make_due(self.connection, sha256)
        await self._erase_due()

    async def scrub(self, *, patience_ms: int = 0) -> bool:
        async with self._one_writer:
            with understood(self.home):
                return await forgetting.scrub(self.connection, patience_ms)

    async def check(self) -> Report:
        from .check import check_archive  # noqa: PLC0415 - few processes look at all of it

        return await check_archive(self)

    async def rebuild(self) -> Rebuilt:
        with understood(self.home):
            async with without_unreadable(self.connection), self.writing():
                await views.make_indexes_anew(self.connection)
                mended = await mend_journal(self.connection)
                found = await refold_everything(self.connection)
        await self.apply_tombstones()
        with understood(self.home):
            await views.make_file_anew(self.connection)
        return Rebuilt(found, mended)

    async def _erase(self, moments: Sequence[str], *, here: bool) -> None:
        act = drafts.new_act_id() if len(moments) > 1 else None
        forgets = [drafts.moment_forgotten(each, here=here, author="wearer") for each in moments]
        drafted = [drafts.of_act(each, act) for each in forgets]
        async with self.writing() as at_ms:
            origin = await current_origin(self.connection, self._machine, at_ms)
            await forgetting.erase(self.connection, origin, drafted, at_ms)
        erase_half_made(self.home, moments)

    async def _announce(self, sound: MadeSound) -> None:
        """So that a kill after its move, before its event, leaves a file that is erased."""
        async with self.writing():
            await sound_rows.make_due(self.connection, sound.sha256)

    async def go_on_elsewhere(self, first: int | None) -> None:
        """Begin another line: from `first` on, ours is what another copy has. Within `writing`.

        None where all of it stays, and the other one has more.

        The record outside names the last event that stays, so that a kill leaves no doubt.
        """
        origin = str(await self.origin())
        if first is not None:
            last = await event_at(self.connection, origin, first - 1)
            end = JournalEnd(origin)
            if last is not None:
                end = JournalEnd(origin, last.seq, last.hash.hex())
            write_record(self.home, end)
        await begin_restored(self.connection, self._machine, self._clock.now_ms())

    async def erase_due(self, forgotten: Sequence[str]) -> None:
        """The files of moments that others forgot, and what is half made of them."""
        await self._erase_due()
        erase_half_made(self.home, forgotten)

    async def _erase_due(self) -> None:
        """A kill before this leaves the files to the next start."""
        async with self.writing():
            await sound_rows.erase_due(self.connection, self.home)

    async def follow(self) -> None:
        """Have the record outside the database say how far the journal has come by now."""
        end, known = await journal_end(self.connection), self._recorded
        # Where one of the two is damaged, what was noted when it was written knows better.
        if known is not None and (
            end.seq == 0 or (end.origin, end.seq) == (known.origin, known.seq)
        ):
            return
        write_record(self.home, end)
        self._recorded = end

    @contextlib.asynccontextmanager
    async def undisturbed(self) -> AsyncIterator[None]:
        """Nobody writes here meanwhile: what is read is stored, and not about to be."""
        async with self._one_writer:
            yield

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[int | None]:
        """One transaction of this archive's only writer here; the time, where it is known."""
        async with self._one_writer:
            with understood(self.home):
                self._file.must_be_there()
                async with transaction(self.connection):
                    await mend_last_events(self.connection)
                    await must_hold(self.connection, self._recorded, self.home)
                    yield self._clock.now_ms()
                await self.follow()


@contextlib.asynccontextmanager
async def open_archive(
    home: Path, *, clock: Clock | None = None, machine: bytes | None = None
) -> AsyncIterator[SqliteArchive]:
    """The archive of `home` for writing, made if need be.

    Raises ArchiveUnusable, and ArchiveInDoubt where it is not the one last written here.
    """
    async with open_writer(home) as connection:
        name = machine_name() if machine is None else machine
        with understood(home):
            await fold_new_kinds(connection)
        archive = SqliteArchive(connection, home, clock or SystemClock(), name)
        await archive.follow()
        yield archive


async def take_as_it_is(
    home: Path, *, clock: Clock | None = None, machine: bytes | None = None
) -> bool:
    """True where the journal was in doubt; it is believed from now on, by the wearer's word.

    Its line of events ends there and another begins, since what was lost may still turn up.
    Raises ArchiveUnusable.
    """
    async with open_writer(home, as_it_is=True) as connection:
        doubted = await doubt_of(archive_path(home), connection) is not None
        if doubted:
            at_ms = (clock or SystemClock()).now_ms()
            async with transaction(connection):
                await begin_restored(
                    connection, machine_name() if machine is None else machine, at_ms
                )
            write_record(home, await journal_end(connection))
    return doubted
