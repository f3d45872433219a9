"""The archive, open for writing: every change to it is made here, one thought a transaction."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiosqlite

from core.clock import Clock, SystemClock
from core.errors import NotFound
from pipeline.store import sound_files
from pipeline.store.format import drafts
from pipeline.store.format.events import Draft, Event
from pipeline.store.sound_files import MadeSound
from pipeline.store.views.moment_fold import MomentRow, undone_events

from . import forgetting
from .connection import open_writer, transaction, understood
from .journal import append, event_at, latest_events
from .origin import current_origin, machine_name
from .reader import Reader
from .rows import refold_changed, refold_everything

UNDOABLE = frozenset(
    {"moment_kept", "clip_revised", "moment_hidden", "moment_restored", "act_undone"}
)
"""What an undo may take back. Forgetting is not among them: its bytes are gone."""


class Archive(Reader):
    """Everything a reader can, and appending.

    Belongs to one event loop. Safe for several tasks of it: appends wait for one another.
    """

    def __init__(
        self, connection: aiosqlite.Connection, home: Path, clock: Clock, machine: bytes
    ) -> None:
        super().__init__(connection, home)
        self._clock = clock
        self._machine = machine
        self._one_thought = asyncio.Lock()

    async def append(self, *thought: Draft, sound: MadeSound | None = None) -> list[Event]:
        """Store these drafts as events, with their belongings and views: all or nothing.

        A finished sound file goes to its place in the same transaction, so that no sweep
        meets it unnamed. Raises journal.Forgotten when a subject was forgotten,
        ArchiveUnusable when the disk refuses. The sound that a `clip_revised` supersedes
        goes with it: its belonging at once, its file when nothing else names it.
        """
        superseded: list[str] = []
        async with self._thinking() as at_ms:
            if sound is not None:
                sound_files.adopt(self.home, sound)
            origin = await current_origin(self.connection, self._machine, at_ms)
            for each in thought:
                if each.kind == "clip_revised":
                    superseded += await forgetting.erase_sound(self.connection, each.subject)
            events = [await append(self.connection, origin, each, at_ms) for each in thought]
            await refold_changed(self.connection, (each.subject for each in thought))
        if superseded:
            await self._remove_unnamed(superseded)
        return events

    async def _remove_unnamed(self, sounds: Sequence[str]) -> None:
        """A kill before this leaves the files to the sweep of the next start."""
        async with self._thinking():
            await sound_files.remove_unnamed(self.connection, self.home, sounds)

    async def hide(self, moment: MomentRow, *, author: str = "wearer") -> bool:
        """Put a moment out of sight; False where it was so already."""
        if moment.state == "hidden":
            return False
        await self.append(drafts.moment_hidden(moment.id, author=author))
        return True

    async def restore(self, moment: MomentRow, *, author: str = "wearer") -> bool:
        """Show a moment again that was hidden, or whose keep was undone; False where it is seen."""
        if moment.state == "visible":
            return False
        await self.append(drafts.moment_restored(moment.id, author=author))
        return True

    async def undo(self, event: Event | None = None, *, author: str = "wearer") -> Event:
        """Take back an event, or this origin's last act by the wearer or the agent.

        The event that was taken back. Raises NotFound where there is none, or where it
        cannot be undone.
        """
        target = event or await self._last_act()
        if target.kind not in UNDOABLE:
            sentence = f"The event {target.id} ({target.kind}) cannot be undone."
            raise NotFound(sentence, advice="`afterthought log` lists the events that can.")
        await self._must_still_count(target)
        await self.append(
            drafts.act_undone(target.subject, target.origin, target.seq, author=author)
        )
        return target

    async def event(self, named: str) -> Event:
        """The event `origin:seq`, or `seq` in this install's own line. Raises NotFound."""
        origin, _, seq = named.rpartition(":")
        found = None
        if seq.isdecimal():
            found = await event_at(self.connection, origin or await self.origin() or "", int(seq))
        if found is None:
            sentence = f"There is no event {named}."
            raise NotFound(sentence, advice="`afterthought log` lists the events.")
        return found

    async def forget(
        self, moments: Sequence[str], *, here: bool = False, author: str = "wearer"
    ) -> None:
        """Make the bytes of these moments go, everywhere in this archive; irreversible.

        When this returns they are in no file of the archive's folder.
        """
        forgetting.write_tombstones(self.home, moments)
        thought = [drafts.moment_forgotten(each, here=here, author=author) for each in moments]
        async with self._thinking() as at_ms:
            origin = await current_origin(self.connection, self._machine, at_ms)
            await forgetting.erase(self.connection, origin, thought, at_ms)
        await self.finish_forgetting()

    async def finish_forgetting(self) -> None:
        """What a forget does after its commit; also what a kill left of an earlier one."""
        await self._honour_tombstones()
        forgetting.remove_letters(self.home, forgetting.read_tombstones(self.home))
        async with self._thinking():
            await sound_files.sweep(self.connection, self.home)
        with understood(self.home):
            await forgetting.scrub(self.connection)

    async def rebuild(self) -> int:
        """Drop the views and fold them anew; how many subjects were folded."""
        async with self._thinking():
            return await refold_everything(self.connection)

    async def _honour_tombstones(self) -> None:
        """A tombstone whose event is not there: killed in between, or a restored backup."""
        unheeded = await forgetting.unheeded(self.connection, self.home)
        if unheeded:
            thought = [
                drafts.moment_forgotten(each, here=False, author="wearer") for each in unheeded
            ]
            async with self._thinking() as at_ms:
                origin = await current_origin(self.connection, self._machine, at_ms)
                await forgetting.erase(self.connection, origin, thought, at_ms)

    async def _last_act(self) -> Event:
        latest = await latest_events(
            self.connection, 1, authors=("wearer", "agent"), origin=await self.origin() or ""
        )
        if not latest:
            sentence = "There is nothing to undo yet."
            raise NotFound(sentence, advice="Keep something first: `afterthought note TEXT`.")
        return latest[0]

    async def _must_still_count(self, target: Event) -> None:
        events = await self.events_of(target.subject)
        if (target.origin, target.seq) in undone_events(events):
            sentence = f"The event {target.id} is undone already."
            raise NotFound(sentence, advice="Undo that undo to bring it back: `afterthought log`.")

    @contextlib.asynccontextmanager
    async def _thinking(self) -> AsyncIterator[int | None]:
        async with self._one_thought:
            with understood(self.home):
                async with transaction(self.connection):
                    yield self._clock.now_ms()


@contextlib.asynccontextmanager
async def open_archive(
    home: Path, *, clock: Clock | None = None, machine: bytes | None = None
) -> AsyncIterator[Archive]:
    """The archive of `home` for writing, made if need be. Raises ArchiveUnusable."""
    async with open_writer(home) as connection:
        name = machine_name() if machine is None else machine
        yield Archive(connection, home, clock or SystemClock(), name)
