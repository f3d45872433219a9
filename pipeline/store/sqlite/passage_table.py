"""Reading the passage table: whole once, then only where the archive has changed.

The caller holds a read transaction, so that everything is of one instant.
"""

import json
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import aiosqlite

from pipeline.store.passage_columns.moments import (
    MomentColumns,
    moment_columns,
    places_about,
    read_anew,
    times_of,
)
from pipeline.store.passage_columns.passages import PassageColumns, passage_columns
from pipeline.store.passage_port import PassageTable

from .changes import Mark, changed_since, latest_mark
from .reader import IN_TIME

_SINGLE = "(how IN ('typed', 'file') OR (how = 'imported' AND speaker IS NULL))"
_AS_IT_CAME_IN = "(boot IS NOT NULL OR at_ms IS NULL)"
"""Its time is that of this machine's clock, and not one that was given or that a file brought."""

_MOMENT = (
    "SELECT id, at_ms, ifnull(duration_ms, 0), speaker, length(text), "
    f"{_SINGLE}, {_SINGLE} AND {_AS_IT_CAME_IN}, about FROM moment"
)
_CAN_BE_FOUND = "state = 'visible' AND text != ''"
_AMONG = "IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A table, what it is made of, and how far in the log of changes it has come.

    Without `meaning`, its vectors were left on the disk.
    """

    moments: MomentColumns
    passages: PassageColumns
    mark: Mark
    table: PassageTable
    meaning: bool


async def read_whole(connection: aiosqlite.Connection, *, meaning: bool) -> Snapshot:
    """The table of everything; without `meaning`, vectors are left on the disk."""
    mark = await latest_mark(connection)
    query = f"{_MOMENT} WHERE {_CAN_BE_FOUND} {IN_TIME}"
    moments = moment_columns(await connection.execute_fetchall(query))
    place_of = {moment: place for place, moment in enumerate(moments.ids)}
    query = f"{_passage(meaning=meaning)} ORDER BY rowid"
    passages = passage_columns(await connection.execute_fetchall(query), place_of)
    return _snapshot(moments, passages, mark, meaning=meaning)


async def read_changes(connection: aiosqlite.Connection, old: Snapshot) -> Snapshot | None:
    """The table as it is now, read only where it changed; None where it must be read whole."""
    mark = await latest_mark(connection)
    changed = await changed_since(connection, old.mark)
    if changed is None:
        return None
    times = times_of(old.moments, changed) | await _times_now(connection, changed)
    anew = read_anew(old.moments, times, await _moments_at(connection, times), changed)
    query = f"{_passage(meaning=old.meaning)} WHERE moment {_AMONG} ORDER BY rowid"
    rows = list(await connection.execute_fetchall(query, (_listed(changed),)))
    # A new row's rowid is higher than all that are there, so the rows stay in their order.
    if not {row[3] for row in rows if row[2]} <= old.passages.vectors.keys():
        return None  # the first of another embedder
    passages = old.passages.moved(anew.places).followed_by(rows, anew.changed)
    if passages.widths != old.passages.widths:
        return None  # other vectors count now, some of which were read as zeros
    return _snapshot(anew.moments, passages, mark, meaning=old.meaning)


def _snapshot(
    moments: MomentColumns, passages: PassageColumns, mark: Mark, *, meaning: bool
) -> Snapshot:
    table = PassageTable(
        rowids=passages.rowids,
        moment_of=passages.moment_of,
        vectors=passages.vectors,
        moments=moments.ids,
        at_ms=moments.at_ms,
        lasts_ms=moments.lasts_ms,
        speakers=moments.speakers,
        characters=moments.characters,
        single=moments.single,
        entered=moments.entered,
        about=places_about(moments),
    )
    return Snapshot(moments, passages, mark, table, meaning)


async def _times_now(connection: aiosqlite.Connection, moments: AbstractSet[str]) -> set[int]:
    """The times at which these stand in the archive."""
    query = f"SELECT at_ms FROM moment WHERE id {_AMONG} AND at_ms IS NOT NULL"
    rows = await connection.execute_fetchall(query, (_listed(moments),))
    return {row[0] for row in rows}


async def _moments_at(connection: aiosqlite.Connection, times: AbstractSet[int]) -> MomentColumns:
    """What can be found at these times, and all that has no time.

    Those are always read: a single change may move all of them, for the first keep of a boot
    says where the boot stands.
    """
    values = (_listed(times),)
    timed = f"{_MOMENT} WHERE at_ms {_AMONG} AND {_CAN_BE_FOUND} {IN_TIME}"
    timeless = f"{_MOMENT} WHERE at_ms IS NULL AND {_CAN_BE_FOUND} {IN_TIME}"
    rows = [
        *await connection.execute_fetchall(timed, values),
        *await connection.execute_fetchall(timeless),
    ]
    return moment_columns(rows)


def _passage(*, meaning: bool) -> str:
    return f"SELECT rowid, moment, {'vector, embedder' if meaning else 'NULL, NULL'} FROM passage"


def _listed(values: AbstractSet[str] | AbstractSet[int]) -> str:
    return json.dumps(list(values))
