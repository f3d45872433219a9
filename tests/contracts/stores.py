"""The kinds of archive that the contracts of the store are run on, and what is put into them."""

from contextlib import AbstractAsyncContextManager as Opened
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from core.clock import FakeClock, Recorded
from core.moment import Reference, Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept, PassageCut
from pipeline.store.format.events import Draft
from pipeline.store.passage_columns.vectors import encoded
from pipeline.store.passage_port import Passages
from pipeline.store.port import Archive, Reader
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.passage_index import PassageReader
from pipeline.store.sqlite.reader import SqliteReader, open_archive_to_read

AT = Recorded(1_790_000_000_000, 60, source="given")


class Store(Protocol):
    """One kind of archive: how it is opened, to write and to read beside the writer."""

    def open(self, home: Path) -> Opened[Archive]: ...

    def open_to_read(self, home: Path) -> Opened[Reader]: ...

    def passages(self, reader: Reader) -> Passages: ...


class SqliteStore:
    """The archive on the disk."""

    def open(self, home: Path) -> Opened[Archive]:
        return open_archive(home, clock=FakeClock(), machine=b"this machine")

    def open_to_read(self, home: Path) -> Opened[Reader]:
        return open_archive_to_read(home)

    def passages(self, reader: Reader) -> Passages:
        assert isinstance(reader, SqliteReader)
        return PassageReader(reader.connection)


STORES: tuple[Store, ...] = (SqliteStore(),)


@dataclass(frozen=True, slots=True)
class Both:
    """An archive, and the same one as somebody else reads it."""

    archive: Archive
    reader: Reader
    passages: Passages

    async def keep(self, text: str, recorded: Recorded = AT, **known: Any) -> str:
        """Keep a typed moment; its id."""
        kept = typed(text, recorded, **known)
        await self.archive.append(drafts.moment_kept(kept, author="wearer"))
        return kept.id

    async def texts(self, *, hidden: bool = False) -> list[str]:
        """What somebody else reads."""
        return [row.text for row in await self.reader.moments(hidden=hidden)]


def typed(text: str, recorded: Recorded = AT, **known: Any) -> Kept:
    """A typed moment to be."""
    kept = Kept(drafts.new_moment_id(), "typed", recorded, transcript=Transcript(text))
    return replace(kept, **known)


def imported(source: str, ref: str | None, line: int | None = None) -> dict[str, Any]:
    """What an imported moment has besides."""
    return {"how": "imported", "reference": Reference(source, ref, line)}


def embedded(moment: str, *cuts: tuple[int, int]) -> Draft:
    """Passages of a moment's text, each in a direction of its own."""
    passages = tuple(PassageCut(start, end, None, None) for start, end in cuts)
    vectors = encoded(np.eye(len(cuts), 4, dtype=np.float32))
    return drafts.moment_embedded(moment, Embedding("fake", passages, vectors))
