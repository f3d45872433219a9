"""Is the archive what it was? Every hash, link, number, belonging, sound, row and index."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import astuple, fields
from itertools import groupby
from pathlib import Path

from pipeline.store.format.chain import chain_problems, superseded_sounds
from pipeline.store.format.events import Event
from pipeline.store.port import Report
from pipeline.store.sound_files import file_sha256, sound_path
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow, PassageRow

from .journal import COLUMNS, events_of
from .reader import SqliteReader
from .rows import folded
from .sound_rows import referenced


async def check_archive(archive: SqliteReader) -> Report:
    """Look at everything; changes nothing. SQLite's check of its own index needs a writer."""
    report = Report()
    await _check_file(archive, report)
    await _check_chains(archive, report)
    await _check_belongings(archive, report)
    await _check_sounds(archive, report)
    await _check_views(archive, report)
    return report


async def _check_file(archive: SqliteReader, report: Report) -> None:
    for (told,) in await archive.connection.execute_fetchall("PRAGMA integrity_check"):
        if told != "ok":
            report.problems.append(f"The file archive.db: {told}.")


async def _check_chains(archive: SqliteReader, report: Report) -> None:
    query = f"SELECT {COLUMNS} FROM event ORDER BY origin, seq"
    events = [Event(*row) for row in await archive.connection.execute_fetchall(query)]
    report.events = len(events)
    for _, line in groupby(events, key=lambda event: event.origin):
        report.problems += chain_problems(line)


async def _check_belongings(archive: SqliteReader, report: Report) -> None:
    """Each one against its commitment; each commitment against its belonging or a tombstone."""
    async for subject in _subjects(archive):
        query = "SELECT id, salt, content FROM belonging WHERE subject = ?"
        rows = await archive.connection.execute_fetchall(query, (subject,))
        there = {row[0]: hashlib.sha256(row[1] + row[2]).hexdigest() for row in rows}
        report.belongings += len(there)
        events = await events_of(archive.connection, subject)
        promised: dict[str, str] = {}
        for event in events:
            promised |= event.commitments
        report.problems += [
            f"The belonging {each} of {subject} was altered."
            for each in there
            if there[each] != promised.get(each)
        ]
        if not await archive.is_forgotten(subject):
            report.problems += [
                f"The belonging {each} of {subject} is missing."
                for each in promised.keys() - there.keys() - superseded_sounds(events)
            ]
        elif there:
            report.problems.append(f"The forgotten {subject} still has belongings.")


async def _check_sounds(archive: SqliteReader, report: Report) -> None:
    for sha256 in sorted(await referenced(archive.connection)):
        report.sounds += 1
        problem = _sound_problem(sound_path(archive.home, sha256), sha256)
        report.problems += [problem] if problem else []


def _sound_problem(path: Path, sha256: str) -> str | None:
    if not path.exists():
        return f"The sound {path.name} is missing."
    return None if file_sha256(path) == sha256 else f"The sound {path.name} was altered."


async def _check_views(archive: SqliteReader, report: Report) -> None:
    async for subject in _subjects(archive):
        if not await _view_is_true(archive, subject):
            report.problems.append(f"The view of {subject} is not what its events come to.")
    await _check_index(archive, report)


async def _view_is_true(archive: SqliteReader, subject: str) -> bool:
    try:
        rows = await folded(archive.connection, subject)
    except (ValueError, KeyError, TypeError):  # altered events need not make sense
        return False
    return (
        await _rows(archive, "moment", MomentRow, "id", subject) == _tuples(rows.moment)
        and await _rows(archive, "interval", IntervalRow, "id", subject) == _tuples(rows.interval)
        and await _rows(archive, "passage", PassageRow, "moment", subject)
        == _tuples(*rows.passages)
        and await archive.is_forgotten(subject) == rows.forgotten
    )


def _tuples(*rows: MomentRow | IntervalRow | PassageRow | None) -> list[tuple[object, ...]]:
    return [astuple(each) for each in rows if each is not None]


async def _check_index(archive: SqliteReader, report: Report) -> None:
    """FTS5's own check of the keyword index against its rows; an INSERT that inserts nothing."""
    command = "INSERT INTO passage_words (passage_words, rank) VALUES ('integrity-check', 1)"
    try:
        await archive.connection.execute(command)
    except sqlite3.DatabaseError as error:
        report.problems.append(f"The keyword index is not that of the passages ({error}).")


async def _subjects(archive: SqliteReader) -> AsyncIterator[str]:
    query = "SELECT DISTINCT subject FROM event ORDER BY subject"
    for (subject,) in await archive.connection.execute_fetchall(query):
        yield subject


async def _rows(
    archive: SqliteReader,
    table: str,
    row: type[MomentRow | IntervalRow | PassageRow],
    key: str,
    subject: str,
) -> list[tuple[object, ...]]:
    names = ", ".join(each.name for each in fields(row))
    order = "position" if table == "passage" else "id"
    query = f"SELECT {names} FROM {table} WHERE {key} = ? ORDER BY {order}"
    return [tuple(r) for r in await archive.connection.execute_fetchall(query, (subject,))]
