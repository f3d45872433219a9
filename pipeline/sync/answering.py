"""What one copy answers another: each request of docs/sync-protocol.md, without the network."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from core.clock import Clock
from core.errors import NotFound
from core.text.sizes import size_in_words
from pipeline.store.exchange_port import Copy, Head, Received
from pipeline.store.format.pages import (
    PageRefused,
    first_place,
    forget_line,
    held_line,
    page_lines,
    read_held_line,
)
from pipeline.store.format.readable import MOST_WHOLE
from pipeline.store.sound_files import coming_path, file_sha256, sound_path
from pipeline.store.work_port import Job

from .coming_sound import SoundRefused, chunks_of, coming_sound, forget_part
from .leaving.rule import Leaving
from .messages import MOST_IDS, Hello, Wanted
from .work.lending import Lending

WAITS_S = 25.0
"""How long an answer is held back where nothing is new."""

_LOOKS_EVERY_S = 0.05
"""Another process may append at any time: whether it did costs a look at the state of a file."""

_LOOKS_ANYWAY_S = 2.0
"""Two writes within one tick of the kernel's clock cannot be told apart."""

MOST_WANTED = 10_000
"""Sounds that are named at once."""


Heard = Callable[[str, Hello], Awaitable[None]]
"""Is told of the hello of the peer with this key."""


class Answers:
    """This copy, as it speaks to the peer with the key `peer`."""

    def __init__(self, copy: Copy, home: Path, clock: Clock, *, peer: str, version: str) -> None:
        self._copy, self._home, self._clock = copy, home, clock
        self._version = version
        self.lending: Lending | None = None
        """Where this is set, work is lent."""
        self.peer = peer
        self.reserve_bytes = 0
        """What stays free of the disk when sound comes, for what is kept here."""
        self.leaving: Leaving | None = None
        """Which sound may leave from here to this peer; None where none does."""
        self.heard: Heard | None = None
        """Who is told how things stand with the peer, as it says."""
        self.forgot: Callable[[], None] | None = None
        """Who is told that moments were forgotten, of which bytes may be left here."""

    @property
    def copy(self) -> Copy:
        """This copy itself."""
        return self._copy

    @property
    def home(self) -> Path:
        """Where this copy lies."""
        return self._home

    def now_ms(self) -> int | None:
        """The wall clock, None where it is not set."""
        return self._clock.now_ms()

    async def head(self, origin: str) -> int:
        """The last `seq` of this line here; 0 where nothing of it is."""
        return (await self._copy.heads()).get(origin, (0, b""))[0]

    async def heads(self) -> dict[str, Head]:
        """How far each line has come here."""
        return await self._copy.heads()

    async def own_hello(self) -> Hello:
        """How things stand here, with every line signed."""
        await self._copy.sign_lines()
        return Hello(
            await self._copy.origin(),
            await self._copy.heads(),
            await self._copy.last_forgets(),
            self._version,
            self._clock.now_ms(),
            await self._copy.wishes(),
        )

    async def wait_beyond(
        self, heads: Mapping[str, Head], within_s: float = WAITS_S, wishes: int = MOST_WHOLE
    ) -> None:
        """Return once some line is longer here, a sound is wished for, or after so long."""
        now_s = time.monotonic()
        until_s, written, due_s = now_s + within_s, None, now_s
        while (now_s := time.monotonic()) < until_s:
            mark = self._copy.mark()
            if mark != written or now_s >= due_s:
                if is_beyond(await self._copy.heads(), heads):
                    return
                if await self._copy.wishes() > wishes:
                    return
                written, due_s = mark, now_s + _LOOKS_ANYWAY_S
            # Another process appends, which has no event of ours to set.
            await asyncio.sleep(_LOOKS_EVERY_S)

    async def hello(self, mine: Hello) -> Hello:
        await self.hear(mine)
        await self.note_heads(mine.heads)
        return await self.own_hello()

    async def note_heads(self, heads: Mapping[str, Head]) -> None:
        """So far the peer has come."""
        await self._copy.note_heads(self.peer, heads)

    async def hear(self, theirs: Hello) -> None:
        """Take in what the peer says of itself."""
        if self.heard is not None:
            await self.heard(self.peer, theirs)

    async def hashes(self, places: Mapping[str, Sequence[int]]) -> dict[str, dict[int, str]]:
        """The hashes (hex) of events at these places here, by line and `seq`."""
        return await self._copy.hashes(places)

    async def forgets(self, after: Mapping[str, int]) -> list[bytes]:
        return [forget_line(each) for each in await self._copy.forgets_after(after)]

    async def give_forgets(self, lines: Sequence[bytes]) -> Received:
        await self._must_write()
        return await self.take_forgets(lines)

    async def take_forgets(self, lines: Sequence[bytes]) -> Received:
        """Obey forgets that were asked for."""
        return self._told(await self._copy.receive_forgets(lines))

    async def page(self, origin: str, after: int) -> list[bytes]:
        page = await self._copy.page_after(origin, after)
        return [] if page is None else [*page_lines(page)]

    async def give_page(self, lines: Sequence[bytes]) -> Head:
        await self._must_be_member()
        await self.take_page(lines)
        origin, _ = first_place(lines)
        return (await self._copy.heads())[origin]

    async def take_page(self, lines: Sequence[bytes]) -> Received:
        """Store a page that was asked for."""
        return self._told(await self._copy.receive(lines))

    def _told(self, received: Received) -> Received:
        if received.forgotten and self.forgot is not None:
            self.forgot()
        return received

    async def belongings(self, ids: Sequence[str]) -> list[bytes]:
        return [held_line(each) for each in await self._copy.belongings(ids)]

    async def give_belongings(self, lines: Sequence[bytes]) -> int:
        await self._must_be_member()
        return await self.take_belongings(lines)

    async def take_belongings(self, lines: Sequence[bytes]) -> int:
        """Store belongings that were asked for; how many were wanted."""
        return await self._copy.receive_belongings([read_held_line(each) for each in lines])

    async def wanted(self, most: int) -> Wanted:
        sounds = await self._copy.wanted_sounds(min(most, MOST_WANTED))
        there = [(each, _size(coming_path(self._home, each.sha256))) for each in sounds]
        kept = tuple((each, min(size, each.bytes)) for each, size in there)
        return Wanted(kept, tuple(await self._copy.wanted_belongings(MOST_IDS)))

    async def wanted_belongings(self) -> list[str]:
        """All that a peer might bring, in any order."""
        return await self._copy.wanted_belongings(MOST_WANTED)

    async def sound(self, sha256: str, start: int) -> AsyncIterator[bytes]:
        with self.open_sound(sha256) as file:
            async for chunk in chunks_of(file, start):
                yield chunk

    def open_sound(self, sha256: str) -> BinaryIO:
        """The file, which may be erased at any time. Raises NotFound."""
        try:
            return sound_path(self._home, sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("That sound is not here.", advice="Another peer may have it.") from None

    def sound_path(self, sha256: str) -> Path | None:
        """Where a sound lies here, None where it does not."""
        path = sound_path(self._home, sha256)
        return path if path.is_file() else None

    async def give_sound(self, sha256: str, start: int, chunks: AsyncIterator[bytes]) -> bool:
        await self._must_be_member()
        if await self.take_sound(sha256, start, chunks) is None:
            return False
        await self.note_copies([sha256])
        return True

    async def take_sound(
        self, sha256: str, start: int, chunks: AsyncIterator[bytes]
    ) -> Path | None:
        """Where a sound lies, once all of it has come and is what it should be; else None.

        Raises SoundRefused where nobody here wants it, or it does not go on from what is here.
        """
        size = await self._copy.wanted_size(sha256)
        if size is None:
            raise SoundRefused("That sound is not wanted here.", advice="It was not stored.")
        try:
            return await self._taken(sha256, size, start, chunks)
        except OSError as error:
            raise SoundRefused(
                f"The disk did not take a sound ({error.strerror}).",
                advice="Make room there; it is gone on with next time.",
            ) from error

    async def _taken(
        self, sha256: str, size: int, start: int, chunks: AsyncIterator[bytes]
    ) -> Path | None:
        self._must_have_room(size - start)
        with coming_sound(self._home, sha256, size) as coming:
            if coming is None or coming.there != start:
                raise SoundRefused(
                    "That sound is coming from elsewhere, or was cut at another place.",
                    advice="It is asked for again.",
                )
            async for chunk in chunks:
                await coming.write(chunk)
            path = await coming.finished()
            if path is None:
                return None
            if not await self._copy.sound_came(sha256, path):
                forget_part(self._home, sha256)  # its moment was forgotten meanwhile
                return None
        return sound_path(self._home, sha256)

    def _must_have_room(self, size: int) -> None:
        disk = os.statvfs(self._home)
        if disk.f_bavail * disk.f_frsize < size + self.reserve_bytes:
            raise SoundRefused(
                f"There is no room for a sound of {size_in_words(size)} beside what the device "
                "keeps free for itself.",
                advice="Make room there; it is gone on with next time.",
            )

    async def note_copies(self, sounds: Sequence[str]) -> None:
        """The peer has these sounds, verified."""
        await self._copy.note_copies(sounds, self.peer)

    async def promise(self, sounds: Sequence[str]) -> list[str]:
        """Keep these for the peer; those of them that are here and whole, by a look just now."""
        await self._must_write()
        whole = [each for each in sounds if await asyncio.to_thread(_is_whole, self._home, each)]
        return await self._copy.promise(whole, self.peer)

    async def is_full(self) -> bool:
        """True where the peer's word counts as much as this install's own."""
        member = (await self._copy.membership()).members.get(self.peer)
        return member is not None and member.role == "full"

    async def lend(self, job: Job, for_s: float, ended: asyncio.Future[None] | None) -> float:
        """As `Lending.lend`; nothing to a peer that may not write here."""
        if self.lending is None or await self.is_reader():
            return 0
        return await self.lending.lend(job, for_s, self.peer, ended)

    async def ended_lines(self) -> Collection[str]:
        """Lines of those who write here no more."""
        return (await self._copy.membership()).ends.keys()

    async def has_say(self, origin: str) -> bool:
        """False where nobody but this install believes its version of a line."""
        return await self._copy.has_say(origin)

    async def is_reader(self) -> bool:
        """True where the peer may read here, and not write."""
        member = (await self._copy.membership()).members.get(self.peer)
        return member is None or member.role == "read_only"

    async def _must_be_member(self) -> None:
        """What it brings is judged by whose word it is: it may bring what others wrote."""
        if self.peer not in (await self._copy.membership()).members:
            raise PageRefused("This peer belongs to this archive no more.")

    async def _must_write(self) -> None:
        if await self.is_reader():
            raise PageRefused("This peer may read here, and not write.")


def is_beyond(heads: Mapping[str, Head], known: Mapping[str, Head]) -> bool:
    """True where some line is longer than it is known to be."""
    return any(seq > known.get(origin, (0, b""))[0] for origin, (seq, _) in heads.items())


def _is_whole(home: Path, sha256: str) -> bool:
    try:
        return file_sha256(sound_path(home, sha256)) == sha256
    except OSError:
        return False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
