"""A peer in the same process: what a meeting is tried with where no network is wanted.

It keeps to `Remote` as the peer behind TLS does; tests/contracts/test_remote.py runs on both.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from pipeline.store.exchange_port import Head
from pipeline.store.work_port import Job

from .answering import Answers
from .coming_sound import chunks_of
from .messages import Hello, Wanted, read_hello, read_wanted

Before = Callable[[str], Awaitable[int]]
"""Called with the name of each request before it is made: how often it arrives (0: lost after it
was sent; 2: twice). It may raise PeerGone."""


async def _once(_: str) -> int:
    return 1


class NeighbourRemote:
    """`Remote` over the answers of a copy beside; `before` makes the way there a bad one."""

    def __init__(self, answers: Answers, key: str, before: Before = _once) -> None:
        self._answers, self._key, self._before = answers, key, before

    @property
    def key(self) -> str:
        return self._key

    async def hello(self, mine: Hello) -> Hello:
        await self._before("hello")
        return read_hello((await self._answers.hello(read_hello(mine.told()))).told())

    async def hashes(self, places: Mapping[str, Sequence[int]]) -> dict[str, dict[int, str]]:
        await self._before("hashes")
        return await self._answers.hashes(places)

    async def forgets(self, after: Mapping[str, int]) -> list[bytes]:
        await self._before("forgets")
        return await self._answers.forgets(after)

    async def give_forgets(self, lines: Sequence[bytes]) -> None:
        for _ in range(await self._before("give_forgets")):
            await self._answers.give_forgets(lines)

    async def page(self, origin: str, after: int) -> list[bytes]:
        await self._before("page")
        return await self._answers.page(origin, after)

    async def give_page(self, lines: Sequence[bytes]) -> Head:
        for _ in range(await self._before("give_page") - 1):
            await self._answers.give_page(lines)
        return await self._answers.give_page(lines)

    async def belongings(self, ids: Sequence[str]) -> list[bytes]:
        await self._before("belongings")
        return await self._answers.belongings(ids)

    async def give_belongings(self, lines: Sequence[bytes]) -> int:
        for _ in range(await self._before("give_belongings") - 1):
            await self._answers.give_belongings(lines)
        return await self._answers.give_belongings(lines)

    async def wanted(self, most: int) -> Wanted:
        await self._before("wanted")
        return read_wanted((await self._answers.wanted(most)).told())

    async def lease(self, job: Job, for_s: int) -> int:
        await self._before("lease")
        return round(await self._answers.lend(job, for_s, None))

    async def sound(self, sha256: str, start: int) -> AsyncGenerator[bytes, None]:
        await self._before("sound")
        async for chunk in self._answers.sound(sha256, start):
            yield chunk
            await self._before("sound_chunk")

    async def give_sound(self, sha256: str, path: Path, start: int) -> bool:
        await self._before("give_sound")
        with path.open("rb") as file:
            chunks = self._on_the_way(chunks_of(file, start))
            return await self._answers.give_sound(sha256, start, chunks)

    async def promise(self, sounds: Sequence[str]) -> list[str]:
        for _ in range(await self._before("promise") - 1):
            await self._answers.promise(sounds)
        promised = await self._answers.promise(sounds)
        await self._before("promised")
        return promised

    async def note_copies(self, sounds: Sequence[str]) -> None:
        for _ in range(await self._before("note_copies")):
            await self._answers.note_copies(sounds)

    async def _on_the_way(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            await self._before("give_sound_chunk")
            yield chunk
