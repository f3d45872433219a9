"""A real archive to search; it is read through a second connection, as it always is."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.clock import FakeClock
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.search.engine import Engine
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.passage_index import PassageReader
from pipeline.store.sqlite.reader import open_archive_to_read


@pytest.fixture
async def archive(home: Path) -> AsyncIterator[SqliteArchive]:
    async with open_archive(home, clock=FakeClock(), machine=b"this machine") as opened:
        yield opened


@pytest.fixture
async def reader(archive: SqliteArchive) -> AsyncIterator[PassageReader]:
    async with open_archive_to_read(archive.home) as opened:
        yield PassageReader(opened.connection)


@pytest.fixture
def engine(reader: PassageReader) -> Engine:
    async def embed(texts: Sequence[str], _: str) -> NDArray[np.float32]:
        return FakeEmbedder().embed(texts)

    return Engine(reader, embed)
