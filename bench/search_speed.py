"""How long a search takes in a large archive, and what waits before the first one after a keep.

    python -m bench.search_speed [--moments 100000]

Needs AFTERTHOUGHT_TEST_DATA and the embedding model. The moments are turns of AMI, QMSum and
LoCoMo again and again, a hundred a day; their rows are written without events, their vectors
are chance, which costs a search the same time.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime, timedelta
from itertools import chain, cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bench.recordings import data_folder
from bench.search_recall import Corpus, Turn, corpora, load_embedder
from core.calendar.dates import date_in_words
from core.clock import SystemClock
from core.moment import Transcript
from pipeline.search.engine import Embed, Engine
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept, PassageCut
from pipeline.store.format.events import Draft
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.connection import open_writer
from pipeline.store.sqlite.keyword_index import index_everything
from pipeline.store.sqlite.passage_index import PassageReader
from pipeline.store.sqlite.reader import SqliteReader, open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow, PassageRow

BEGIN = datetime(2024, 1, 1, 8, tzinfo=UTC)
A_DAY = 100
QUERIES = 200
KEEPS = 9
ADDED = {
    "as asked": "",
    "with a year": " in {at:%Y}",
    "with a weekday": " on a {at:%A}",
    "with a date": " on {at:%A} {at.day} {at:%B} {at:%Y} in the evening",
}
"""What is added to each query: words that a great many moments have."""


async def measure(moments: int, data: Path) -> None:
    """Print a line for each group of queries."""
    archives = [one for kind in ("ami", "qmsum", "locomo") for one in corpora(data, kind)]
    asked = [one.text for archive in archives for one in archive.questions]
    asked = asked[:: max(len(asked) // QUERIES, 1)][:QUERIES]
    embedder = load_embedder()

    async def embed(texts: Sequence[str], _: str) -> NDArray[np.float32]:
        return embedder.embed(texts)

    with TemporaryDirectory() as folder:
        home = Path(folder)
        await fill(home, islice(turns(archives), moments))
        async with open_archive_to_read(home) as archive:
            engine = Engine(PassageReader(archive.connection), embed)
            began = time.perf_counter()
            await engine.search(asked[0])
            print(f"{moments} moments; the first search {time.perf_counter() - began:.2f} s")
            print(f"{'milliseconds':16} {'median':>7} {'p95':>7} {'p99':>7}")
            for name, more in ADDED.items():
                ms = np.percentile(await _times(engine, asked, more), (50, 95, 99))
                print(f"{name:16} {ms[0]:>7.1f} {ms[1]:>7.1f} {ms[2]:>7.1f}")
            anew, first, second = await _after_keeps(home, archive, engine, embed, asked)
            print(f"the first search after a keep, the table read anew: {anew:.0f} ms")
            print(f"brought up to date: {first:.0f} ms, {first / anew:.2f} of it")
            print(f"the same search once more: {second:.0f} ms")


async def _after_keeps(
    home: Path, archive: SqliteReader, engine: Engine, embed: Embed, asked: Sequence[str]
) -> tuple[float, float, float]:
    """Medians of milliseconds: all is read as at the very first search; as it is done; again."""
    anew, first, second = [], [], []
    async with open_archive(home) as writer:
        for query in asked[:KEEPS]:
            await writer.append(*_keep(query))
            first.append((await engine.search(query)).ms)
            second.append((await engine.search(query)).ms)
            another = Engine(PassageReader(archive.connection), embed)
            anew.append((await another.search(query)).ms)
    return median(anew), median(first), median(second)


def _keep(text: str) -> list[Draft]:
    kept = Kept(
        drafts.new_moment_id(),
        "typed",
        SystemClock().recorded_now(),
        transcript=Transcript(text),
    )
    cuts = (PassageCut(0, len(text), None, None),)
    embedding = Embedding("chance", cuts, (_chance(len(text)),))
    return [
        drafts.moment_kept(kept, author="wearer"),
        drafts.moment_embedded(kept.id, embedding),
    ]


async def _times(engine: Engine, asked: Sequence[str], more: str) -> list[float]:
    queries = [
        query + more.format(at=BEGIN + timedelta(days=place)) for place, query in enumerate(asked)
    ]
    return [(await engine.search(query)).ms for query in queries]


def turns(archives: Sequence[Corpus]) -> Iterator[Turn]:
    """Everything that was said in these, again and again."""
    return cycle(chain.from_iterable(archive.turns for archive in archives))


async def fill(home: Path, said: Iterable[Turn]) -> None:
    """Write a moment for each of these into the archive of this home, without events."""
    rows = list(map(_rows, range(10**9), said))
    async with open_writer(home) as connection:
        await connection.execute("BEGIN")
        for table, row in (("moment", MomentRow), ("passage", PassageRow)):
            names = [each.name for each in fields(row)]
            places = ", ".join("?" * len(names))
            await connection.executemany(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})",  # noqa: S608
                (astuple(pair[table == "passage"]) for pair in rows),
            )
        await index_everything(connection)
        await connection.commit()


def _rows(place: int, turn: Turn) -> tuple[MomentRow, PassageRow]:
    at = BEGIN + timedelta(days=place // A_DAY, minutes=8 * (place % A_DAY))
    moment = MomentRow(
        id=f"{place:016x}-0",
        state="visible",
        how="imported",
        reasons="[]",
        at_ms=round(at.timestamp() * 1000),
        utc_offset_min=0,
        boot=None,
        boottime_ms=None,
        kept_lamport=place,
        kept_origin="bench",
        kept_seq=place,
        revision=0,
        duration_ms=None,
        words="typed",
        text=turn.text,
        transcript=None,
        sound=None,
        speaker=turn.speaker,
        source=None,
        ref=turn.ref,
        line=None,
    )
    speaker = turn.speaker or ""
    vector = _chance(place)
    dated = date_in_words(at)
    return moment, PassageRow(moment.id, 0, None, None, speaker, dated, turn.text, vector, "chance")


def _chance(seed: int) -> bytes:
    vector = np.random.default_rng(seed).standard_normal(384)
    return (vector / np.linalg.norm(vector)).astype("<f2").tobytes()


def main(argv: Sequence[str]) -> int:
    """Fill an archive that goes afterwards, and search it."""
    parser = argparse.ArgumentParser(prog="bench search_speed")
    parser.add_argument("--moments", type=int, default=100_000)
    data = data_folder()
    asyncio.run(measure(parser.parse_args(argv).moments, data))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
