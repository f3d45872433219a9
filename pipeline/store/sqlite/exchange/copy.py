"""`exchange_port.Copy` over the archive on disk: each call is one transaction, or reads."""

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from core.files import erase_file
from pipeline.store.exchange_port import (
    DueSound,
    Head,
    PlaceInTime,
    Received,
    Signer,
    WaitingForgets,
    WantedSound,
)
from pipeline.store.format.events import Event
from pipeline.store.format.pages import EarlyForget, Held, Page, read_forget
from pipeline.store.format.peer_drafts import Membership
from pipeline.store.sound_files import MadeSound, adopt, coming_files, sound_path
from pipeline.store.sqlite import sound_rows
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.connection import archive_path
from pipeline.store.sqlite.own import peer_heads
from pipeline.store.sqlite.rows import refold_changed
from pipeline.store.tombstones import write_tombstones

from . import away, obeying, receiving, sending, wanted
from . import lines as line_rows
from .parting import Moved, move_branch, undos_to_tell
from .receiving import Believed
from .to_come import sounds_to_come


class SqliteCopy:
    """What other copies ask of an open archive. `most_forgotten` go without this wearer's word."""

    def __init__(self, archive: SqliteArchive, signer: Signer, most_forgotten: int = 50) -> None:
        self._archive = archive
        self._connection = archive.connection
        self._signer = signer
        self._most_forgotten = most_forgotten
        self._ends: dict[str, int] | None = None
        self._members: frozenset[str] | None = None
        archive_at = archive_path(archive.home)
        self._log = archive_at.with_name(f"{archive_at.name}-wal")

    async def origin(self) -> str | None:
        return await self._archive.origin()

    async def heads(self) -> dict[str, Head]:
        async with self._archive.undisturbed():
            found = await line_rows.heads(self._connection)
            for origin, end in (self._ends or {}).items():
                if origin in found and found[origin][0] > end:
                    last = await line_rows.hash_at(self._connection, origin, end)
                    found |= {origin: (end, last)} if last else {}
            return found

    async def hashes(self, places: Mapping[str, Sequence[int]]) -> dict[str, dict[int, str]]:
        async with self._archive.undisturbed():
            return await line_rows.hashes(self._connection, places)

    def mark(self) -> object:
        try:
            state = self._log.stat()
        except OSError:
            return None
        return state.st_mtime_ns, state.st_size

    async def membership(self) -> Membership:
        return await line_rows.known_membership(self._connection, self._signer.key)

    async def has_say(self, origin: str) -> bool:
        vouched = await line_rows.key_of_line(self._connection, origin) == (self._signer.key, False)
        return not vouched or (await self.membership()).own_role != "read_only"

    async def sign_lines(self) -> None:
        async with self._archive.writing():
            own = await self._archive.origin()
            await line_rows.sign_lines(self._connection, self._signer, own)
            membership = await self.membership()
            ends, members = dict(membership.ends), _who_may_bring(membership)
            if ends != self._ends:  # `peers` in another process removed somebody, or added again
                changed = await obeying.end_lines(self._connection, ends)
                await refold_changed(self._connection, changed)
            if members != self._members:
                await away.lost_with_removed(self._connection, members)
        self._ends, self._members = ends, members

    async def page_after(self, origin: str, seq: int) -> Page | None:
        async with self._archive.undisturbed():
            return await sending.page_after(self._connection, await self.membership(), origin, seq)

    async def receive(self, lines: Sequence[bytes]) -> Received:
        async with self._archive.writing() as now_ms:
            believed = await self._believed()
            page = await receiving.read_and_verify(self._connection, lines, believed)
            new, moved = await self._new_events(page, believed)
            await obeying.let_go_of_old(self._connection, now_ms)
            decided = await self._decide(new, believed, page)
            obeyed = await receiving.forgets_that_give_way(self._connection, new)
            for event in new:
                await receiving.store_event(self._connection, self._archive.home, event, page)
            await receiving.close_page(self._connection, page)
            await obeying.obey(self._connection, decided, now_ms)
            changed = [*(before.subject for before, _ in moved), *(each.subject for each in new)]
            if any(each.kind in {"peer_added", "peer_removed"} for each in new):
                ends = dict((await self.membership()).ends)
                about = await obeying.end_lines(self._connection, ends)
                await wanted.want_what_lacks(self._connection, about)
                changed += about
            await refold_changed(self._connection, changed)
            if obeyed:
                await self._archive.forget_again_within(now_ms, obeyed)
            if moved:
                own = await line_rows.lines_of_key(self._connection, self._signer.key)
                undos = await undos_to_tell(self._connection, moved, own)
                if undos:
                    await self._archive.append_within(now_ms, *undos)
        await self._erase(decided.counting)
        if any(each.kind == "clip_revised" for each in new):
            await self._archive.erase_due(())
        return Received(len(new), decided.counting, _subjects(decided.waiting))

    async def last_forgets(self) -> dict[str, int]:
        async with self._archive.undisturbed():
            return await sending.last_forgets(self._connection)

    async def forgets_after(self, after: Mapping[str, int]) -> list[EarlyForget]:
        async with self._archive.undisturbed():
            return await sending.forgets_after(self._connection, await self.membership(), after)

    async def receive_forgets(self, lines: Iterable[bytes]) -> Received:
        forgets = [read_forget(each) for each in lines]
        async with self._archive.writing() as now_ms:
            believed = await self._believed()
            new = await receiving.read_early(self._connection, forgets, believed)
            own = await self._archive.origin()
            if any(each.event.origin == own for each in new):
                await self._archive.go_on_elsewhere(None)  # it was set back
            for each in new:
                await receiving.store_early(self._connection, each)
            await obeying.let_go_of_old(self._connection, now_ms)
            decided = await self._decide([each.event for each in new], believed)
            await obeying.obey(self._connection, decided, now_ms)
            await refold_changed(self._connection, [each.event.subject for each in new])
        await self._erase(decided.counting)
        return Received(len(new), decided.counting, _subjects(decided.waiting))

    async def belongings(self, named: Sequence[str]) -> list[Held]:
        async with self._archive.undisturbed():
            return await sending.belongings(self._connection, named)

    async def wanted_belongings(self, most: int) -> list[str]:
        async with self._archive.undisturbed():
            return await wanted.wanted_belongings(self._connection, most)

    async def receive_belongings(self, held: Iterable[Held]) -> int:
        async with self._archive.writing():
            changed = await receiving.store_wanted(self._connection, self._archive.home, [*held])
            await refold_changed(self._connection, changed)
        return len(changed)

    async def wanted_sounds(self, most: int) -> list[WantedSound]:
        async with self._archive.undisturbed():
            return await wanted.wanted_sounds(self._connection, most)

    async def wanted_size(self, sha256: str) -> int | None:
        return await wanted.wanted_size(self._connection, sha256)

    async def sound_came(self, sha256: str, path: Path) -> bool:
        async with self._archive.writing():
            is_named = await sound_rows.is_named(self._connection, sha256)
            if is_named:
                adopt(self._archive.home, MadeSound(path, sha256))
            await self._connection.execute("DELETE FROM wanted_sound WHERE sha256 = ?", (sha256,))
            await away.is_here_again(self._connection, sha256)
        return is_named

    async def note_copies(self, sounds: Collection[str], key: str) -> None:
        async with self._archive.writing():
            await away.note_copies(self._connection, sounds, key)

    async def due_to_leave(self, until_ms: int, after: PlaceInTime, most: int) -> list[DueSound]:
        async with self._archive.undisturbed():
            return await away.due(self._connection, until_ms, after, most)

    async def promise(self, sounds: Collection[str], key: str) -> list[str]:
        async with self._archive.writing():
            return await away.promise(self._connection, self._archive.home, sounds, key)

    async def let_go(self, sounds: Collection[str], key: str) -> list[str]:
        sizes = dict[str, int]()
        for each in sounds:
            with contextlib.suppress(FileNotFoundError):
                sizes[each] = sound_path(self._archive.home, each).stat().st_size
        async with self._archive.writing() as now_ms:
            leaving = await away.note_away(self._connection, sizes, key, now_ms)
        async with self._archive.writing():  # a kill before this leaves them here: `sweep`
            await away.erase_away(self._connection, self._archive.home, leaving)
        return leaving

    async def away_to(self, key: str, after: str, most: int) -> list[str]:
        async with self._archive.undisturbed():
            return await away.away_to(self._connection, key, after, most)

    async def lost(self, sounds: Collection[str], key: str) -> None:
        async with self._archive.writing():
            await away.lost(self._connection, sounds, key)

    async def wishes(self) -> int:
        async with self._archive.undisturbed():
            return await away.wishes(self._connection)

    async def note_heads(self, key: str, heads: Mapping[str, Head]) -> None:
        told = await peer_heads.news(self._connection, key, heads)
        if told:
            async with self._archive.writing():
                await peer_heads.note(self._connection, key, told)

    async def waiting_forgets(self) -> list[WaitingForgets]:
        found = await obeying.waiting(self._connection)
        return [WaitingForgets(origin, subjects) for origin, subjects in found.items()]

    async def agree(self, origin: str) -> tuple[str, ...]:
        waiting = (await obeying.waiting(self._connection)).get(origin, ())
        write_tombstones(self._archive.home, waiting, here=True)
        return await self._settle(origin, agreed=True)

    async def disagree(self, origin: str) -> tuple[str, ...]:
        return await self._settle(origin, agreed=False)

    async def _new_events(self, page: Page, believed: Believed) -> tuple[list[Event], Moved]:
        """What of a page is not here yet, and the events that gave way to it."""
        moved: Moved = ()
        end = believed.membership.ends.get(page.origin)
        try:
            new = await receiving.new_events(self._connection, page, end)
        except receiving.LinesPart as part:
            gives_way = part.ours_gives_way or not await self.has_say(page.origin)
            if not gives_way or page.signature.key in believed.membership.former:
                raise  # who was removed writes nothing anew, nor in place of what it wrote
            if page.origin == await self._archive.origin():
                await self._archive.go_on_elsewhere(part.seq)
            moved = await move_branch(self._connection, page.origin, part.seq)
            new = await receiving.new_events(self._connection, page, end)
        else:
            if new and page.origin == await self._archive.origin():
                await self._archive.go_on_elsewhere(new[0].seq)  # it was set back
        return new, moved

    async def _settle(self, origin: str, *, agreed: bool) -> tuple[str, ...]:
        async with self._archive.writing():
            subjects = await obeying.settle(self._connection, origin, agreed=agreed)
            await refold_changed(self._connection, subjects)
        if agreed:
            await self._erase(tuple(subjects))
        return tuple(subjects)

    async def _decide(
        self, new: Sequence[Event], believed: Believed, page: Page | None = None
    ) -> obeying.Decided:
        """What the forgets among new events come to; tombstones are in their file before."""
        if page is not None:
            await line_rows.note_key(self._connection, page.signature)
        forgets = [each for each in new if each.kind == "moment_forgotten"]
        unsettled = [each for each in forgets if not await self._is_settled(each)]
        decided = await obeying.decide(self._connection, unsettled, believed, self._most_forgotten)
        if decided.counting:
            # Here alone, should it be read one day where this event is not: others have it too.
            write_tombstones(self._archive.home, decided.counting, here=True)
        return decided

    async def _is_settled(self, event: Event) -> bool:
        """True where it came early, and what it comes to was decided then."""
        query = (
            "SELECT 1 FROM discounted WHERE (origin, seq) = (?1, ?2) UNION ALL "
            "SELECT 1 FROM early_forget JOIN tombstone USING (subject) "
            "WHERE (origin, seq, hash) = (?1, ?2, ?3)"
        )
        places = await self._connection.execute_fetchall(query, (*event.place, event.hash))
        return bool(list(places))

    async def _believed(self) -> Believed:
        query = "SELECT coalesce(max(lamport), 0) FROM event"
        ((highest,),) = await self._connection.execute_fetchall(query)
        return Believed(self._signer, await self.membership(), int(highest))

    async def _erase(self, forgotten: Sequence[str]) -> None:
        """The files of what went; a kill before this leaves them to the next start."""
        if forgotten:
            await self._archive.erase_due(forgotten)
            await self.erase_unwanted()

    async def erase_unwanted(self) -> None:
        """Erase what has come in part of sounds that no moment wants any more."""
        wanted_here = await sounds_to_come(self._connection)
        for path in coming_files(self._archive.home):
            if path.stem not in wanted_here:
                erase_file(path)


def _who_may_bring(membership: Membership) -> frozenset[str]:
    """The keys of those from whom anything is taken."""
    members = membership.members.values()
    return frozenset(each.key for each in members if each.role != "read_only")


def _subjects(events: Iterable[Event]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.subject for each in events))
