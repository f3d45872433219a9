"""Searches the archive for other processes: arrays and vectors are in one process of ours alone."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import UserError
from core.machine import Profile
from core.text.languages import ENGLISH
from pipeline.search.engine import Engine
from pipeline.search.found import Found, Wanted
from pipeline.store.passage_port import PassageTable
from pipeline.store.sqlite.passage_index import PassageReader
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.model_process import Models, ModelsFailed, Vectors

MEANING_WITHIN_S = 1.2
"""A loaded embedder answers within 20 ms and a sleeping one in about a second (x86); beyond
that words alone are the better answer, and the next query finds it awake."""

MOST_VECTORS: dict[Profile, int | None] = {"zero": 40_000, "full": None}
"""Passages whose vectors are held: 16 MB of them on a Zero 2 W. Where there are more, words alone
answer, and the answer says so."""


class Searching:
    """Searches one archive, which is opened by the first search. Belongs to the worker's loop."""

    def __init__(
        self,
        home: Path,
        models: Models,
        *,
        profile: Profile = "full",
        languages: Callable[[], Sequence[str]] = lambda: (ENGLISH,),
    ) -> None:
        """`languages` gives the codes of those that the wearer speaks now."""
        self._home = home
        self._models = models
        self._languages = languages
        self._most_vectors = MOST_VECTORS[profile]
        self._opening = asyncio.Lock()
        self._passages: PassageReader | None = None
        self._engine: tuple[Sequence[str], Engine] | None = None
        self._stack = contextlib.AsyncExitStack()
        self._late: set[asyncio.Task[Vectors]] = set()

    async def search(self, wanted: Wanted) -> Found:
        """The answer; by words alone where the models are busy, absent or slow to come."""
        return await (await self._opened()).answer(wanted)

    async def passages(self) -> PassageTable:
        """Everything that can be found, as arrays: what selection compares with."""
        return await (await self._opened()).table()

    async def aclose(self) -> None:
        for each in self._late:
            each.cancel()
        await self._stack.aclose()

    async def _opened(self) -> Engine:
        async with self._opening:
            if self._passages is None:
                reader = await self._stack.enter_async_context(open_archive_to_read(self._home))
                self._passages = PassageReader(reader.connection, most_vectors=self._most_vectors)
            spoken = self._languages()
            if self._engine is None or self._engine[0] != spoken:
                self._engine = spoken, Engine(self._passages, self._embed, spoken)
            return self._engine[1]

    async def _embed(self, texts: Sequence[str], embedder: str) -> Vectors | None:
        asked = asyncio.create_task(self._models.embed(texts, embedder))
        done, _ = await asyncio.wait({asked}, timeout=MEANING_WITHIN_S)
        if not done:  # it goes on, and wakes the embedder for the next query
            self._late.add(asked)
            asked.add_done_callback(self._is_over)
            return None
        with contextlib.suppress(UserError, ModelsFailed):  # whatever it is, words alone will do
            return asked.result()
        return None

    def _is_over(self, late: "asyncio.Task[Vectors]") -> None:
        self._late.discard(late)
        if not late.cancelled():
            late.exception()  # it was too late to matter
