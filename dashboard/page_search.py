"""How the page searches: the worker does it, and where none is there, we do by words alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from core.text.languages import ENGLISH
from pipeline.search.by_worker import Searching
from pipeline.search.found import Found, Wanted
from pipeline.store.sqlite.reader import SqliteReader

if TYPE_CHECKING:
    from pipeline.search.engine import Engine

MOST_VECTORS = 1_000
"""Passages whose vectors are held here, for the demo's question alone; the worker has the rest."""


async def nobody(_: Wanted) -> None:
    """Where no worker is asked."""


class PageSearch:
    """Searches one archive that is open. Belongs to the bridge's loop."""

    def __init__(
        self,
        reader: SqliteReader,
        elsewhere: Searching = nobody,
        known: Mapping[str, str] | None = None,
        spoken: Callable[[], Sequence[str]] = lambda: (ENGLISH,),
    ) -> None:
        """`known` are the vectors of some queries, for which no model need be waited for.

        `spoken` tells the codes of the wearer's languages.
        """
        self._reader = reader
        self._elsewhere = elsewhere
        self._known = known or {}
        self._spoken = spoken
        self._engine: Engine | None = None

    async def search(self, wanted: Wanted) -> Found:
        wanted = replace(wanted, vector=self._known.get(wanted.query))
        return await self._elsewhere(wanted) or await self._own().answer(wanted)

    def _own(self) -> "Engine":
        """Loaded by the first search that is done here: it brings a quarter of all our memory."""
        if self._engine is None:
            from pipeline.search.engine import Engine  # noqa: PLC0415
            from pipeline.store.sqlite.passage_index import PassageReader  # noqa: PLC0415

            passages = PassageReader(self._reader.connection, most_vectors=MOST_VECTORS)
            self._engine = Engine(passages, languages=self._spoken())
        return self._engine


SearchOf = Callable[[SqliteReader], PageSearch]
"""Makes the search of an archive that was opened."""
