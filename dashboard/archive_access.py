"""Access to the archive for the pages: moments to show, hits to find, acts to do.

Belongs to the bridge's loop, like everything that it opens.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from core.errors import NotFound, WrongUsage
from core.facts import FactKind
from core.moment import Transcript, VoiceTurn
from core.text.names import person_name
from dashboard.page_search import PageSearch, SearchOf
from dashboard.sentences import say
from pipeline.search.found import Found, Wanted
from pipeline.store import acts, voices
from pipeline.store.act_list import Act, latest_acts
from pipeline.store.acts import Reversed
from pipeline.store.format.peer_drafts import Role
from pipeline.store.peers import AskedToForget, ComingWords, KnownPeer, Whereabouts
from pipeline.store.port import Archive, Period, Reader
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.connection import archive_path
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow

LOOK_BACK = 200
"""Events at most that are looked through; a page that missed more loads anew anyway."""

_NO_MOMENT = frozenset({"origin_began", *get_args(FactKind)})
"""The kinds of event that are about no moment."""

Forget = Callable[[Archive, Sequence[str] | None], Awaitable[bool]]
"""True once the bytes of these moments, or with None of all, are gone, wherever they were."""

Undo = Callable[[Archive, str], Awaitable[Reversed]]
"""Takes back the act, or brings it back where an undo is named. Raises NotFound, ActWaits."""

Settle = Callable[[Path, str, bool], Awaitable[None]]
"""In the archive of this home, forget what waits in this line where that is true; else keep it."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """What forgets, takes back, and answers what others forgot; put together by the root."""

    forget: Forget
    undo: Undo
    settle: Settle


Teach = Callable[[Archive, MomentRow], Awaitable[bool]]
"""Answers selection about a moment; False where that was said already. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """The two answers: hide it and keep less like it; keep more like it."""

    dismiss: Teach
    more: Teach


MADE_WITHIN_S = 12.0
"""The longest that an act waits for a moment that the worker is still to make."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The moments that changed, and the `mark`: the event up to which the journal was read."""

    mark: int
    moments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """What an undo or a redo was about, and what would turn it round again."""

    act: Reversed
    reversed_by: str


@dataclass(frozen=True, slots=True)
class _Opened:
    """An archive that is open for reading, and the identity of its file."""

    file: tuple[int, int] | None
    reader: Reader
    search: PageSearch
    stack: contextlib.AsyncExitStack


class ArchiveAccess:
    """Reads one archive over one connection; acts each open it for writing and close it."""

    def __init__(
        self,
        home: Path,
        deciding: Deciding,
        teaching: Teaching,
        search_of: SearchOf = PageSearch,
    ) -> None:
        self._home = home
        self._forget = deciding.forget
        self._undo = deciding.undo
        self._settle = deciding.settle
        self._teaching = teaching
        self._search_of = search_of
        self._opening = asyncio.Lock()
        self._opened: _Opened | None = None

    async def moments(self, period: Period) -> list[MomentRow]:
        return await (await self._reader()).moments(period)

    async def hidden(self) -> list[MomentRow]:
        """All moments that are out of sight, in the order of their time."""
        rows = await (await self._reader()).moments(hidden=True)
        return [row for row in rows if row.state == "hidden"]

    async def gaps(self, period: Period) -> list[IntervalRow]:
        """Gaps and pauses, in their order."""
        return await (await self._reader()).intervals(period)

    async def passed_over(self, period: Period) -> list[IntervalRow]:
        """The intervals in which something was passed over, in their order."""
        return await (await self._reader()).passed_over(period)

    async def moment(self, named: str) -> MomentRow:
        """The moment of this id, visible or hidden. Raises NotFound."""
        return await (await self._reader()).moment(named)

    async def find(self, moment: str) -> MomentRow | None:
        """The moment with exactly this id, None where it is not there, or not yet."""
        return await (await self._reader()).find_moment(moment)

    async def notes_about(self, moment: str) -> list[MomentRow]:
        """The notes that were written about this moment, as they were kept."""
        return await (await self._reader()).notes_about([moment])

    async def transcript(self, moment: MomentRow) -> Transcript | None:
        return await (await self._reader()).transcript(moment)

    async def turns(self, moment: MomentRow) -> tuple[VoiceTurn, ...]:
        """Who speaks when in a moment."""
        return await (await self._reader()).turns(moment)

    async def voice_names(self, moment: MomentRow) -> dict[str, str]:
        """What the voices of a moment are called."""
        return await voices.names_in(await self._reader(), moment)

    async def is_enrolled(self) -> bool:
        """Whether the wearer's voice is known."""
        return await voices.voice_print(await self._reader()) is not None

    async def search(
        self, query: str, n: int, *, until_ms: int | None = None, by_words_alone: bool = False
    ) -> Found:
        wanted = Wanted(query, n, until_ms=until_ms, by_words_alone=by_words_alone)
        return await (await self._open()).search.search(wanted)

    async def newest(self) -> MomentRow | None:
        """The moment that was kept last, hidden or not; the journal knows where no clock does."""
        reader = await self._reader()
        for most in (1, LOOK_BACK):  # mostly the last one is there
            kept = [e.subject for e in await reader.latest_events(most, kind="moment_kept")]
            found = await reader.find_moments(kept)
            if found:
                return next(found[each] for each in kept if each in found)
        return None

    async def timeless(self) -> list[MomentRow]:
        """Those of the moments kept last whose time is not known yet."""
        reader = await self._reader()
        found = {row.id: row for row in await reader.timeless()}
        if not found:
            return []
        kept = await reader.latest_events(LOOK_BACK, kind="moment_kept")
        return [found[each.subject] for each in kept if each.subject in found]

    async def changes(self, since: int | None) -> Changes:
        """The changes after the event `since`; with None, only the mark."""
        events = await (await self._reader()).latest_events(1 if since is None else LOOK_BACK)
        mark = max((event.lamport for event in events), default=0)
        if since is None:
            return Changes(mark, ())
        newer = [
            e.subject for e in reversed(events) if e.lamport > since and e.kind not in _NO_MOMENT
        ]
        return Changes(mark, tuple(dict.fromkeys(newer)))

    async def changed_rows(self, since: object) -> tuple[frozenset[str], object]:
        """The moments of which anything changed since that mark, sound that came included.

        And the mark of now; with None, nothing but that.
        """
        return await (await self._reader()).changed_rows(since)

    async def hide(self, named: str) -> str:
        """What would take it back; so do those below."""
        async with self._writing(named) as (archive, row):
            await acts.hide(archive, row)
            return await _newest_act(archive, row.id)

    async def restore(self, named: str) -> str:
        async with self._writing(named) as (archive, row):
            await acts.restore(archive, row)
            return await _newest_act(archive, row.id)

    async def dismiss(self, named: str) -> str:
        """Hide it and have less like it kept; what takes that back, empty where it was said."""
        return await self._teach(named, self._teaching.dismiss)

    async def more(self, named: str) -> str:
        """Have more like it kept; what takes that back, empty where it was said."""
        return await self._teach(named, self._teaching.more)

    async def undo_keep(self, named: str) -> str:
        """Take back the keep itself: the moment is hidden. Waits for one that is being made."""
        await self._made(named)
        async with self._writing(named) as (archive, row):
            await acts.undo_keep(archive, row)
            return await _newest_act(archive, row.id)

    async def name_voice(self, named: str, voice: str, name: str) -> str:
        """Name a voice of a moment. Raises NotFound, and UserError for what is no name."""
        if not name.strip():
            raise WrongUsage(say("voice.no_name"), advice=say("voice.no_name_advice"))
        told = person_name(name)
        async with self._writing(named) as (archive, row):
            await voices.name_voice(archive, row, voice, told)
            return await _newest_act(archive, row.id)

    async def acts(self, most: int) -> list[Act]:
        """The last acts, newest first."""
        return await latest_acts(await self._reader(), most)

    async def found(self, moments: Iterable[str]) -> dict[str, MomentRow]:
        """Those of these moments that are there, by id."""
        return await (await self._reader()).find_moments(list(moments))

    async def undo(self, named: str) -> Turned:
        """Take back this act, or bring it back where an undo is named. NotFound, ActWaits."""
        if _identity(archive_path(self._home)) is None:  # a wrong name makes no archive
            raise NotFound(say("acts.none"), advice="")
        async with open_archive(self._home) as archive:
            act = await self._undo(archive, named)
            return Turned(act, await _newest_act(archive, act.events[0].subject))

    async def forget(self, named: str) -> bool:
        """True once its bytes are in no file of the archive's folder; irreversible.

        False while another program reads: then the worker finishes it.
        """
        async with self._writing(named) as (archive, row):
            return await self._forget(archive, [row.id])

    async def forget_everything(self) -> bool:
        """The same for all that is in the archive and waits for it."""
        async with open_archive(self._home) as archive:
            return await self._forget(archive, None)

    async def peers(self) -> list[KnownPeer]:
        """The other machines that have a copy of this archive."""
        return await (await self._reader()).peers()

    async def own_role(self) -> Role | None:
        """What this machine may do on the others; None where they have removed it."""
        return await (await self._reader()).own_role()

    async def whereabouts(self, moment: MomentRow) -> Whereabouts:
        """Where its sound is, and what of it is still to come."""
        return await (await self._reader()).whereabouts(moment)

    async def call_back(self, named: str) -> None:
        """Have a moment's sound fetched from another machine, where it is not here."""
        async with self._writing(named) as (archive, row):
            await archive.call_back(row)

    async def coming_words(self, moments: Sequence[MomentRow]) -> dict[str, ComingWords]:
        """By id, those of these whose words another machine makes, or this one for another."""
        return await (await self._reader()).coming_words(moments)

    async def asked_to_forget(self) -> list[AskedToForget]:
        """What other machines forgot and waits for the wearer."""
        return await (await self._reader()).asked_to_forget()

    async def settle_forgets(self, origin: str, *, agreed: bool) -> int:
        """Forget what waits in this line, or keep it; how many moments that were."""
        asked = {each.origin: each.moments for each in await self.asked_to_forget()}
        if origin in asked:  # looked up by a reader first: a wrong name makes no archive
            await self._settle(self._home, origin, agreed)
        return asked.get(origin, 0)

    async def doubt(self) -> str:
        """Why nothing is written here until the wearer decides; empty where all is well."""
        return str(await (await self._reader()).doubt() or "")

    async def close(self) -> None:
        async with self._opening:
            opened, self._opened = self._opened, None
            if opened is not None:
                await opened.stack.aclose()

    async def _teach(self, named: str, teach: Teach) -> str:
        async with self._writing(named) as (archive, row):
            is_new = await teach(archive, row)
            return await _newest_act(archive, row.id) if is_new else ""

    async def _made(self, named: str) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MADE_WITHIN_S):
                while await self.find(named) is None:  # noqa: ASYNC110 - another process makes it
                    await asyncio.sleep(0.25)

    @contextlib.asynccontextmanager
    async def _writing(self, named: str) -> AsyncIterator[tuple[Archive, MomentRow]]:
        await self.moment(named)  # looked up by a reader first: a wrong id makes no archive
        async with open_archive(self._home) as archive:
            yield archive, await archive.moment(named)

    async def _reader(self) -> Reader:
        return (await self._open()).reader

    async def _open(self) -> _Opened:
        """The archive as it is now: opened anew once it exists, or once another was put there."""
        async with self._opening:
            file = _identity(archive_path(self._home))
            if self._opened is None or self._opened.file != file:
                if self._opened is not None:
                    await self._opened.stack.aclose()
                self._opened = await self._open_anew(file)
            return self._opened

    async def _open_anew(self, file: tuple[int, int] | None) -> _Opened:
        async with contextlib.AsyncExitStack() as stack:
            reader = await stack.enter_async_context(open_archive_to_read(self._home))
            seen = None if await reader.is_stand_in() else file  # somebody may be making it
            return _Opened(seen, reader, self._search_of(reader), stack.pop_all())


async def _newest_act(reader: Reader, moment: str) -> str:
    """What would take back what was done last to this moment."""
    newest = (await reader.events_of(moment))[-1]
    return newest.id if newest.kind == "act_undone" else newest.act


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return state.st_dev, state.st_ino
