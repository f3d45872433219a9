"""Is the archive what it was? Every hash, link, number, belonging, sound, row and index."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import astuple, fields
from itertools import groupby
from pathlib import Path
from typing import Any

from pipeline.store.format.chain import chain_problems, superseded_sounds
from pipeline.store.format.events import Event
from pipeline.store.format.readable import is_sha256
from pipeline.store.port import Report
from pipeline.store.sound_files import file_sha256, sound_path, sounds_aside
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow, PassageRow

from .damage import is_damage
from .exchange.away import sounds_away
from .exchange.shown import names_of
from .exchange.to_come import not_to_come, sounds_to_come
from .index_pages import is_found
from .journal import all_events_of, belongings, stored_events, subjects
from .keyword_index import count_differing
from .reader import SqliteReader
from .rows import folded
from .sound_rows import referenced

_INDEX_VERSION = 4
"""Of FTS5's format; it writes no setting but this one."""


async def check_archive(archive: SqliteReader, *, with_sounds: bool = True) -> Report:
    """Look at everything, part by part; changes nothing.

    Without its sounds, of a copy that lies apart from them.

    What cannot be read is named, and the rest is looked at all the same. SQLite's check of
    its own index needs a writer.
    """
    report = Report()
    for part, look in _PARTS.items():
        if look is _check_sounds and not with_sounds:
            continue
        with _naming(report, part):
            await look(archive, report)
    return report


@contextlib.contextmanager
def _naming(report: Report, part: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        report.problems.append(f"{part} cannot be read to the end ({error}).")


async def _check_file(archive: SqliteReader, report: Report) -> None:
    for (told,) in await archive.connection.execute_fetchall("PRAGMA integrity_check"):
        if told != "ok":
            report.problems.append(f"The file archive.db: {told}.")


async def _check_chains(archive: SqliteReader, report: Report) -> None:
    events = await stored_events(archive.connection)
    report.events = len(events)
    for _, line in groupby(events, key=lambda event: event.origin):
        report.problems += chain_problems(line)


async def _check_install(archive: SqliteReader, report: Report) -> None:
    """An install without a line of events of its own has a damaged name."""
    query = (
        "SELECT origin FROM install "
        "WHERE NOT EXISTS (SELECT 1 FROM event WHERE event.origin = install.origin)"
    )
    for (origin,) in await archive.connection.execute_fetchall(query):
        report.problems.append(f"No event is of the origin {origin} that this install names.")


async def _check_belongings(archive: SqliteReader, report: Report) -> None:
    """Each one against its commitment; each commitment against its belonging or a tombstone."""
    for subject in await subjects(archive.connection):
        with _naming(report, f"What belongs to {subject}"):
            await _check_belongings_of(archive, subject, report)
    query = "SELECT id FROM belonging WHERE subject NOT IN (SELECT subject FROM event)"
    for (stray,) in await archive.connection.execute_fetchall(query):
        report.belongings += 1
        report.problems.append(f"The belonging {stray} belongs to nothing.")


async def _check_belongings_of(archive: SqliteReader, subject: str, report: Report) -> None:
    columns = "id, origin, seq, kind, salt, content"
    rows = await belongings(archive.connection, columns, "subject = ?", (subject,))
    there = {row[0]: _as_promised(*row[1:]) for row in rows}
    report.belongings += len(there)
    events = await all_events_of(archive.connection, subject)
    # One event may stand in two lines: a peer's that parted, and was removed before that was known.
    promised: dict[str, list[_Promise]] = {}
    for event in events:
        for name, promise in _promises(event):
            promised.setdefault(name, []).append(promise)
    report.problems += [
        f"The belonging {each} of {subject} was altered."
        for each in there
        if there[each] not in promised.get(each, [])
    ]
    if not await archive.is_forgotten(subject):
        missing = promised.keys() - there.keys() - superseded_sounds(events)
        report.problems += [
            f"The belonging {each} of {subject} is missing."
            for each in await not_to_come(archive.connection, missing)
        ]
    elif there:
        report.problems.append(f"The forgotten {subject} still has belongings.")


_Promise = tuple[str, int, str, str]
"""What an event says of a belonging: its own origin and seq, the kind, the commitment."""


def _promises(event: Event) -> Iterator[tuple[str, _Promise]]:
    for entry in event.payload.get("belongings", []):
        yield entry["id"], (event.origin, event.seq, entry["kind"], entry["commitment"])


def _as_promised(
    origin: str, seq: int, kind: str, salt: object, content: object
) -> _Promise | None:
    if not isinstance(salt, bytes) or not isinstance(content, bytes):
        return None
    return (origin, seq, kind, hashlib.sha256(salt + content).hexdigest())


async def _check_sounds(archive: SqliteReader, report: Report) -> None:
    wanted = await sounds_to_come(archive.connection)
    away = await _check_away(archive, report)
    for sha256 in sorted(await referenced(archive.connection) - wanted - away):
        report.sounds += 1
        problem = (
            _sound_problem(sound_path(archive.home, sha256), sha256)
            if is_sha256(sha256)
            else f"A sound has the name {sha256!r}, which no file can have."
        )
        report.problems += [problem] if problem else []
    report.aside = sounds_aside(archive.home)
    report.to_come = len(wanted - away)


async def _check_away(archive: SqliteReader, report: Report) -> set[str]:
    """Those that a peer keeps, counted by its name; one that it has no more is a problem."""
    away = {
        sha256: each
        for sha256, each in (await sounds_away(archive.connection)).items()
        if not sound_path(archive.home, sha256).exists()
    }
    names = await names_of(archive.connection, {each.key for each in away.values()})
    for sha256, each in sorted(away.items()):
        keeper = names[each.key]
        if each.is_lost:
            report.problems.append(
                f"The sound {sha256}.mp4 left to {keeper}, which has it no more or was removed."
            )
        else:
            report.away[keeper] = report.away.get(keeper, 0) + 1
    return set(away)


def _sound_problem(path: Path, sha256: str) -> str | None:
    try:
        return None if file_sha256(path) == sha256 else f"The sound {path.name} was altered."
    except FileNotFoundError:
        return f"The sound {path.name} is missing."
    except OSError as error:
        return f"The sound {path.name} cannot be read ({error.strerror})."


async def _check_views(archive: SqliteReader, report: Report) -> None:
    for subject in await subjects(archive.connection):
        with _naming(report, f"The view of {subject}"):
            if not await _view_is_true(archive, subject):
                report.problems.append(f"The view of {subject} is not what its events come to.")


async def _view_is_true(archive: SqliteReader, subject: str) -> bool:
    rows = await folded(archive.connection, subject)
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
    """FTS5's own check of the keyword index, what that leaves out, and its rows.

    The first is an INSERT that inserts nothing.
    """
    command = "INSERT INTO passage_words (passage_words, rank) VALUES ('integrity-check', 1)"
    try:
        await archive.connection.execute(command)
        differing = await count_differing(archive.connection)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        report.problems.append(f"The keyword index is damaged ({error}).")
        return
    if not await _is_index_whole(archive):
        report.problems.append("The keyword index does not lead to all of its words.")
    if differing:
        told = f"The keyword index is not that of the passages ({differing} differ)."
        report.problems.append(f"{told} `afterthought rebuild` mends that.")


async def _is_index_whole(archive: SqliteReader) -> bool:
    config = await archive.connection.execute_fetchall("SELECT k, v FROM passage_words_config")
    query = "SELECT segid, term, pgno FROM passage_words_idx"
    entries = await archive.connection.execute_fetchall(query)
    query = "SELECT id, block FROM passage_words_data"
    records = await archive.connection.execute_fetchall(query)
    pairs = ((number, record) for number, record in records)
    return [*map(tuple, config)] == [("version", _INDEX_VERSION)] and is_found(
        ((segment, word, page) for segment, word, page in entries), pairs
    )


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


_PARTS: dict[str, Callable[[SqliteReader, Report], Coroutine[Any, Any, None]]] = {
    "The file archive.db": _check_file,
    "The journal": _check_chains,
    "The name of this install": _check_install,
    "What belongs to the events": _check_belongings,
    "The names of the sounds": _check_sounds,
    "The views": _check_views,
    "The keyword index": _check_index,
}
