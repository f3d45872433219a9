"""The table that was brought up to date is the one that would be read now, whatever was done."""

import asyncio
import contextlib
import random
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import aiosqlite
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import FakeClock, Recorded
from core.errors import NotFound
from core.facts import Fact
from core.moment import Transcript
from pipeline.forget import forget
from pipeline.spool.spool import Spool
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept, PassageCut, Sound
from pipeline.store.passage_columns.vectors import VectorRows, encoded
from pipeline.store.passage_port import PassageTable
from pipeline.store.sqlite import passage_index
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.connection import archive_path
from pipeline.store.sqlite.passage_index import PassageReader
from pipeline.store.sqlite.passage_table import Snapshot, read_whole
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow

TIMES_MS = (1_790_000_000_000, 1_790_000_000_500, 1_790_000_900_000)
"""Few, so that several moments have the same."""


class Life:
    """What an archive goes through, by chance."""

    def __init__(self, archive: SqliteArchive, seed: int) -> None:
        self._archive = archive
        self._chance = random.Random(seed)
        self._set_apart = archive.home / "set_apart.db"
        self._revisions: dict[str, int] = {}

    async def keep_text(self) -> None:
        text = self._chance.choice(("pill box", "the boat comes later", "tea"))
        kept = Kept(
            drafts.new_moment_id(),
            "typed",
            self._recorded(),
            transcript=Transcript(text),
            speaker=self._chance.choice((None, "Gina")),
        )
        thought = [drafts.moment_kept(kept, author="wearer")]
        if self._chance.random() < 0.7:
            thought.append(drafts.moment_embedded(kept.id, self._embedding(len(text))))
        await self._archive.append(*thought)

    async def keep_sound(self) -> None:
        kept = self._clip(drafts.new_moment_id(), 0)
        await self._archive.append(drafts.moment_kept(kept, author="wearer"))

    async def revise(self) -> None:
        if row := await self._some(sounding=True):
            kept = self._clip(row.id, self._revisions.get(row.id, 0) + 1)
            await self._archive.append(drafts.clip_revised(kept, author="wearer"))

    async def transcribe(self) -> None:
        if row := await self._some(sounding=True):
            text = self._chance.choice(("", "heard by now", "tea"))
            thought = [drafts.moment_transcribed(row.id, Transcript(text), revision=row.revision)]
            if text:
                embedding = self._embedding(len(text))
                thought.append(drafts.moment_embedded(row.id, embedding, revision=row.revision))
            await self._archive.append(*thought)

    async def hide(self) -> None:
        if row := await self._some():
            await acts.hide(self._archive, row)

    async def restore(self) -> None:
        if row := await self._some():
            await acts.restore(self._archive, row)

    async def undo(self) -> None:
        with contextlib.suppress(NotFound):
            await acts.undo(self._archive)

    async def forget(self) -> None:
        if row := await self._some():
            await forget(self._archive, Spool(self._archive.home / "spool"), [row.id])

    async def correct_clock(self) -> None:
        boottime_ms = self._chance.randrange(9) * 100
        when = Recorded(self._chance.choice(TIMES_MS), 60, self._boot(), boottime_ms, "clock")
        fact = Fact("clock_stepped", "", 0, when, {"source": "visitor"})
        await self._archive.append(drafts.fact_noted(fact, author="pipeline"))

    async def rebuild(self) -> None:
        await self._archive.rebuild()

    async def set_apart(self) -> None:
        """Make a backup."""
        copy(archive_path(self._archive.home), self._set_apart)

    async def put_back(self) -> None:
        """Put the backup in the archive's place, under whoever reads it."""
        if self._set_apart.exists():
            copy(self._set_apart, archive_path(self._archive.home))
            self._archive._recorded = None  # so that it asks nobody which of them is right

    async def _some(self, *, sounding: bool = False) -> MomentRow | None:
        rows = await self._archive.moments(hidden=True)
        return self._chance.choice([row for row in rows if row.sound or not sounding] or [None])

    def _clip(self, moment: str, revision: int) -> Kept:
        self._revisions[moment] = revision
        sound = Sound("ab" * 32, "cd" * 32, 9, 16_000)
        recorded = self._recorded()
        return Kept(moment, "press", recorded, revision=revision, duration_ms=1_000, sound=sound)

    def _recorded(self) -> Recorded:
        boottime_ms = self._chance.randrange(9) * 100
        at_ms = self._chance.choice((*TIMES_MS, None))
        zone = None if at_ms is None else 60
        return Recorded(
            at_ms, zone, self._boot(), boottime_ms, self._chance.choice(("clock", None))
        )

    def _boot(self) -> str:
        return self._chance.choice("ab")

    def _embedding(self, characters: int) -> Embedding:
        """One passage or two, of one model or another."""
        middle = self._chance.randrange(characters + 1)
        cuts = (
            [(0, characters)]
            if self._chance.random() < 0.5
            else [(0, middle), (middle, characters)]
        )
        dimensions = self._chance.choice((4, 4, 4, 8))
        vectors = np.random.default_rng(self._chance.randrange(99)).random((len(cuts), dimensions))
        passages = tuple(PassageCut(*cut, None, None) for cut in cuts)
        return Embedding("fake", passages, encoded(vectors.astype(np.float32)))


def copy(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as one,
        contextlib.closing(sqlite3.connect(target)) as other,
    ):
        one.backup(other)


ACTS: tuple[Callable[[Life], Awaitable[None]], ...] = (
    Life.keep_text,
    Life.keep_sound,
    Life.revise,
    Life.transcribe,
    Life.hide,
    Life.restore,
    Life.undo,
    Life.forget,
    Life.correct_clock,
    Life.rebuild,
    Life.set_apart,
    Life.put_back,
)


@pytest.mark.long
@given(
    st.integers(0, 2**32),
    st.lists(st.tuples(st.sampled_from(ACTS), st.booleans()), min_size=5, max_size=40),
)
@settings(max_examples=60)
def test_whatever_was_done_the_table_is_the_one_that_would_be_read_now(
    seed: int, steps: list[tuple[Callable[[Life], Awaitable[None]], bool]]
) -> None:
    with TemporaryDirectory() as home:
        asyncio.run(live(Path(home), seed, steps))


async def live(
    home: Path, seed: int, steps: list[tuple[Callable[[Life], Awaitable[None]], bool]]
) -> None:
    async with (
        open_archive(home, clock=FakeClock(), machine=b"this machine") as archive,
        open_archive_to_read(home) as reader,
    ):
        life, passages = Life(archive, seed), PassageReader(reader.connection)
        for act, is_looked_at in steps:
            before = await passages.passages()
            told = values(before)
            await act(life)
            if is_looked_at:
                assert values(await passages.passages()) == values(await read_now(home))
            assert values(before) == told  # whoever still searches in it must not be disturbed
        assert values(await passages.passages()) == values(await read_now(home))


async def read_now(home: Path) -> PassageTable:
    async with open_archive_to_read(home) as reader:
        return await PassageReader(reader.connection).passages()


def values(table: PassageTable) -> list[object]:
    """What can be compared; a NaN is no more the same as another than None is."""
    columns = [getattr(table, each.name) for each in fields(table) if each.name != "vectors"]
    for name, rows in table.vectors.items():
        assert isinstance(rows, VectorRows)
        columns += [name, *map(rows.cosines, np.eye(rows.dimensions, dtype="f4"))]
    return [repr(each.tolist()) if isinstance(each, np.ndarray) else each for each in columns]


async def test_after_a_keep_nothing_else_is_read(
    archive: SqliteArchive, typed: Callable[..., Awaitable[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_archive_to_read(archive.home) as reader:
        passages = PassageReader(reader.connection)
        first = await typed("pill box")
        await passages.passages()
        monkeypatch.setattr(passage_index, "read_whole", None)

        second = await typed("boat")
        await acts.hide(archive, await archive.moment(first))
        third = await typed("tea")

        assert (await passages.passages()).moments == [second, third]


async def test_all_of_a_table_is_read_in_one_transaction(
    archive: SqliteArchive,
    typed: Callable[..., Awaitable[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = list[bool]()

    async def watched(connection: aiosqlite.Connection, *, meaning: bool) -> Snapshot:
        seen.append(connection.in_transaction)
        return await read_whole(connection, meaning=meaning)

    monkeypatch.setattr(passage_index, "read_whole", watched)
    await typed("pill box")
    async with open_archive_to_read(archive.home) as reader:
        await PassageReader(reader.connection).passages()
        seen.append(reader.connection.in_transaction)

    assert seen == [True, False]


async def test_two_who_ask_at_once_are_given_the_same_table(
    archive: SqliteArchive, typed: Callable[..., Awaitable[str]]
) -> None:
    async with open_archive_to_read(archive.home) as reader:
        passages = PassageReader(reader.connection)
        await typed("pill box")

        one, other = await asyncio.gather(passages.passages(), passages.passages())

        assert one is other


async def test_more_changes_than_the_archive_remembers_are_read_whole(
    archive: SqliteArchive, typed: Callable[..., Awaitable[str]]
) -> None:
    async with open_archive_to_read(archive.home) as reader:
        passages = PassageReader(reader.connection)
        await typed("pill box")
        await passages.passages()

        await typed("boat")
        await archive.connection.execute("DELETE FROM moment_change WHERE change < 3")

        assert values(await passages.passages()) == values(await read_now(archive.home))


async def test_a_backup_that_was_put_back_is_not_taken_for_what_came_after_it(
    archive: SqliteArchive, typed: Callable[..., Awaitable[str]], tmp_path: Path
) -> None:
    async with open_archive_to_read(archive.home) as reader:
        passages = PassageReader(reader.connection)
        before = await typed("pill box")
        copy(archive_path(archive.home), tmp_path / "backup.db")
        await typed("boat")
        await passages.passages()

        copy(tmp_path / "backup.db", archive_path(archive.home))
        archive._recorded = None  # so that it asks nobody which of them is right
        after = [await typed("sail"), await typed("tea")]

        assert (await passages.passages()).moments == [before, *after]


async def test_what_another_embedder_made_is_found_without_a_look_at_every_passage(
    archive: SqliteArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = archive.connection.execute_fetchall

    async def noted(query: str, values: tuple[object, ...]) -> object:
        asked.append(query)
        return await ask(query, values)

    monkeypatch.setattr(archive.connection, "execute_fetchall", noted)
    await archive.embedded_otherwise("another")
    plan = [row[3] for row in await ask(f"EXPLAIN QUERY PLAN {asked[0]}", ("another",))]

    read = [step for step in plan if "passage" in step]
    assert len(read) == 3
    assert all("USING COVERING INDEX passage_by_embedder" in step for step in read)
