"""Is the archive what it was? Every hash, link, number, belonging, sound, row and index."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import astuple, dataclass, field, fields
from itertools import groupby
from pathlib import Path

from pipeline.store.format.events import FIRST_PREVIOUS_HASH, Event
from pipeline.store.sound_files import file_sha256, referenced, sound_path
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow, PassageRow

from .archive import Archive
from .journal import COLUMNS, events_of
from .rows import folded


@dataclass(slots=True)
class Report:
    """How much was looked at, and a sentence for each thing that is not as it should be."""

    events: int = 0
    belongings: int = 0
    sounds: int = 0
    problems: list[str] = field(default_factory=list)


async def check_archive(archive: Archive) -> Report:
    """Look at everything; changes nothing. Needs a writer only for SQLite's own index check."""
    report = Report()
    await _check_file(archive, report)
    await _check_chains(archive, report)
    await _check_belongings(archive, report)
    await _check_sounds(archive, report)
    await _check_views(archive, report)
    return report


def chain_problems(events: Iterator[Event] | list[Event]) -> Iterator[str]:
    """What is wrong in one origin's line, given in the order of `seq`. Pure."""
    seq, lamport, previous_hash = 0, 0, FIRST_PREVIOUS_HASH
    for event in events:
        if event.seq != seq + 1:
            yield f"Events are missing before {event.id}."
        elif event.previous_hash != previous_hash:
            yield f"The event {event.id} does not follow the one before it."
        if event.computed_hash() != event.hash:
            yield f"The event {event.id} was altered."
        if event.lamport <= lamport:
            yield f"The event {event.id} is out of order."
        seq, lamport, previous_hash = event.seq, event.lamport, event.hash


async def _check_file(archive: Archive, report: Report) -> None:
    for (told,) in await archive.connection.execute_fetchall("PRAGMA integrity_check"):
        if told != "ok":
            report.problems.append(f"The file archive.db: {told}.")


async def _check_chains(archive: Archive, report: Report) -> None:
    query = f"SELECT {COLUMNS} FROM event ORDER BY origin, seq"
    events = [Event(*row) for row in await archive.connection.execute_fetchall(query)]
    report.events = len(events)
    for _, line in groupby(events, key=lambda event: event.origin):
        report.problems += chain_problems(line)


async def _check_belongings(archive: Archive, report: Report) -> None:
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


def superseded_sounds(events: Sequence[Event]) -> set[str]:
    """The ids of the sounds that a later revision of the same clip has taken the place of. Pure."""
    sounds = [
        entry["id"]
        for event in events
        if event.kind in {"moment_kept", "clip_revised"}
        for entry in event.payload.get("belongings", [])
        if entry["kind"] == "sound"
    ]
    return set(sounds[:-1])


async def _check_sounds(archive: Archive, report: Report) -> None:
    for sha256 in sorted(await referenced(archive.connection)):
        report.sounds += 1
        problem = _sound_problem(sound_path(archive.home, sha256), sha256)
        report.problems += [problem] if problem else []


def _sound_problem(path: Path, sha256: str) -> str | None:
    if not path.exists():
        return f"The sound {path.name} is missing."
    return None if file_sha256(path) == sha256 else f"The sound {path.name} was altered."


async def _check_views(archive: Archive, report: Report) -> None:
    async for subject in _subjects(archive):
        if not await _view_is_true(archive, subject):
            report.problems.append(f"The view of {subject} is not what its events come to.")
    await _check_index(archive, report)


async def _view_is_true(archive: Archive, subject: str) -> bool:
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


async def _check_index(archive: Archive, report: Report) -> None:
    """FTS5's own check of the keyword index against its rows; an INSERT that inserts nothing."""
    command = "INSERT INTO passage_words (passage_words, rank) VALUES ('integrity-check', 1)"
    try:
        await archive.connection.execute(command)
    except sqlite3.DatabaseError as error:
        report.problems.append(f"The keyword index is not that of the passages ({error}).")


async def _subjects(archive: Archive) -> AsyncIterator[str]:
    query = "SELECT DISTINCT subject FROM event ORDER BY subject"
    for (subject,) in await archive.connection.execute_fetchall(query):
        yield subject


async def _rows(
    archive: Archive,
    table: str,
    row: type[MomentRow | IntervalRow | PassageRow],
    key: str,
    subject: str,
) -> list[tuple[object, ...]]:
    names = ", ".join(each.name for each in fields(row))
    order = "position" if table == "passage" else "id"
    query = f"SELECT {names} FROM {table} WHERE {key} = ? ORDER BY {order}"
    return [tuple(r) for r in await archive.connection.execute_fetchall(query, (subject,))]
