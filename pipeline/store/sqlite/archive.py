"""The archive, open for writing: every change to it is made here, in one transaction each."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiosqlite

from core.clock import Clock, SystemClock
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.events import Draft, Event
from pipeline.store.port import Rebuilt, Report
from pipeline.store.sound_files import MadeSound, adopt
from pipeline.store.tombstones import read_tombstones, write_tombstones

from . import forgetting, sound_rows
from .check import check_archive
from .connection import open_writer, transaction, understood
from .journal import append
from .mending import mend_journal
from .origin import current_origin, machine_name
from .reader import SqliteReader
from .rows import refold_changed, refold_everything


class SqliteThought(SqliteReader):
    """`port.Thought` within a transaction that its maker holds."""

    def __init__(
        self, connection: aiosqlite.Connection, home: Path, machine: bytes, at_ms: int | None
    ) -> None:
        super().__init__(connection, home)
        self._machine = machine
        self._at_ms = at_ms

    async def append(self, *drafted: Draft) -> list[Event]:
        acts_here = {str(each.payload["act"]) for each in drafted if "act" in each.payload}
        taken_back = {each for each in acts_here if await acts.is_taken_back(self, each)}
        events = [await self._place(each) for each in drafted]
        for event in events:
            if event.act in taken_back and event.kind != "act_undone":
                undo = drafts.act_undone(event.subject, *event.place, author="wearer")
                await self._place(drafts.of_act(undo, event.act))
        await refold_changed(self.connection, (each.subject for each in drafted))
        return events

    async def _place(self, draft: Draft) -> Event:
        origin = await current_origin(self.connection, self._machine, self._at_ms)
        return await append(self.connection, origin, draft, self._at_ms)


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
        self._one_writer = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def thought(self) -> AsyncIterator[SqliteThought]:
        async with self._writing() as at_ms:
            yield SqliteThought(self.connection, self.home, self._machine, at_ms)

    async def append(self, *drafted: Draft, sound: MadeSound | None = None) -> list[Event]:
        superseded: list[str] = []
        async with self.thought() as thought:
            if sound is not None:
                adopt(self.home, sound)
            for each in drafted:
                if each.kind == "clip_revised":
                    superseded += await forgetting.erase_sound(self.connection, each.subject)
            events = await thought.append(*drafted)
        if superseded:
            await self._remove_unnamed(superseded)
        return events

    async def _remove_unnamed(self, sounds: Sequence[str]) -> None:
        """A kill before this leaves the files to the sweep of the next start."""
        async with self._writing():
            await sound_rows.remove_unnamed(self.connection, self.home, sounds)

    async def begin_forgetting(self, moments: Sequence[str], *, here: bool = False) -> None:
        write_tombstones(self.home, moments)
        await self._erase(moments, here=here)

    async def apply_tombstones(self) -> list[str]:
        unapplied = await forgetting.unapplied(self.connection, self.home)
        if unapplied:
            await self._erase(unapplied, here=False)
        return read_tombstones(self.home)

    async def erase_remains(self) -> None:
        async with self._writing():
            await sound_rows.sweep(self.connection, self.home)
        with understood(self.home):
            await forgetting.scrub(self.connection)

    async def check(self) -> Report:
        return await check_archive(self)

    async def rebuild(self) -> Rebuilt:
        async with self._writing():
            mended = await mend_journal(self.connection)
            found = await refold_everything(self.connection)
        await self.apply_tombstones()
        return Rebuilt(found, mended)

    async def _erase(self, moments: Sequence[str], *, here: bool) -> None:
        act = drafts.new_act_id() if len(moments) > 1 else None
        forgets = [drafts.moment_forgotten(each, here=here, author="wearer") for each in moments]
        drafted = [drafts.of_act(each, act) for each in forgets]
        async with self._writing() as at_ms:
            origin = await current_origin(self.connection, self._machine, at_ms)
            await forgetting.erase(self.connection, origin, drafted, at_ms)

    @contextlib.asynccontextmanager
    async def _writing(self) -> AsyncIterator[int | None]:
        async with self._one_writer:
            with understood(self.home):
                async with transaction(self.connection):
                    yield self._clock.now_ms()


@contextlib.asynccontextmanager
async def open_archive(
    home: Path, *, clock: Clock | None = None, machine: bytes | None = None
) -> AsyncIterator[SqliteArchive]:
    """The archive of `home` for writing, made if need be. Raises ArchiveUnusable."""
    async with open_writer(home) as connection:
        name = machine_name() if machine is None else machine
        yield SqliteArchive(connection, home, clock or SystemClock(), name)
