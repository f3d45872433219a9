"""What an archive knows of and has not: contents of belongings, and sound."""

import json
from collections.abc import Iterable
from pathlib import Path

import aiosqlite

from pipeline.store.exchange_port import WantedSound
from pipeline.store.format.chain import superseded_sounds
from pipeline.store.format.drafts import read_sound
from pipeline.store.format.events import Event
from pipeline.store.format.pages import Held
from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.journal import events_of, is_forgotten

_AT_ONCE = ("press", "recording")
"""How a moment was kept whose sound goes before all other."""


async def want_belonging(connection: aiosqlite.Connection, event: Event, name: str) -> None:
    await connection.execute(
        "INSERT OR IGNORE INTO wanted_belonging VALUES (?, ?, ?)", (name, *event.place)
    )


async def want_what_lacks(connection: aiosqlite.Connection, subjects: Iterable[str]) -> None:
    """What counts again and was let go of: a later revision took its place, and counts no more."""
    for subject in dict.fromkeys(subjects):
        if await is_forgotten(connection, subject):
            continue
        events = await events_of(connection, subject)
        gone = superseded_sounds(events)
        for event in events:
            for entry in event.payload.get("belongings", []):
                name, kind = entry["id"], entry["kind"]
                if kind != "voice_print" and name not in gone and not await _has(connection, name):
                    await want_belonging(connection, event, name)


async def _has(connection: aiosqlite.Connection, name: str) -> bool:
    query = "SELECT 1 FROM belonging WHERE id = ?"
    return bool(list(await connection.execute_fetchall(query, (name,))))


async def want_no_more(connection: aiosqlite.Connection, names: Iterable[str]) -> None:
    """These were replaced, or belong to what was forgotten."""
    await connection.execute(
        "DELETE FROM wanted_belonging WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([*names]),),
    )


async def store_belonging(
    connection: aiosqlite.Connection, home: Path, event: Event, held: Held
) -> None:
    """Put what belongs to an event to its place. The caller has seen that it fits.

    A sound whose file is not here is wanted from now on.
    """
    kind = next(each["kind"] for each in event.payload["belongings"] if each["id"] == held.id)
    await connection.execute(
        "INSERT OR IGNORE INTO main.belonging (id, origin, seq, kind, subject, salt, content) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (held.id, *event.place, kind, event.subject, held.salt, held.content),
    )
    await want_no_more(connection, [held.id])
    if kind == "sound":
        await _want_sound(connection, home, event, held)


async def _want_sound(
    connection: aiosqlite.Connection, home: Path, event: Event, held: Held
) -> None:
    sound = read_sound(held.content)
    if sound is None or sound.bytes <= 0 or sound_path(home, sound.sha256).exists():
        return
    is_pressed = event.kind == "clip_revised" or event.payload.get("how") in _AT_ONCE
    rank = 0 if is_pressed else 1
    await connection.execute(
        "INSERT OR IGNORE INTO wanted_sound SELECT ?1, ?2, ?3, ?4 "
        "WHERE NOT EXISTS (SELECT 1 FROM sound_away WHERE sha256 = ?1)",
        (sound.sha256, sound.bytes, rank, event.lamport),
    )


async def wanted_belongings(connection: aiosqlite.Connection, most: int) -> list[str]:
    """By chance: some may be nowhere any more, and must not stand before the others for ever."""
    query = "SELECT id FROM wanted_belonging ORDER BY random() LIMIT ?"
    return [row[0] for row in await connection.execute_fetchall(query, (most,))]


async def wanted_sounds(connection: aiosqlite.Connection, most: int) -> list[WantedSound]:
    query = "SELECT sha256, bytes FROM wanted_sound ORDER BY rank, lamport DESC LIMIT ?"
    return [WantedSound(*row) for row in await connection.execute_fetchall(query, (most,))]


async def wanted_size(connection: aiosqlite.Connection, sha256: str) -> int | None:
    query = "SELECT bytes FROM wanted_sound WHERE sha256 = ?"
    rows = list(await connection.execute_fetchall(query, (sha256,)))
    return int(rows[0][0]) if rows else None


async def events_wanting(
    connection: aiosqlite.Connection, names: Iterable[str]
) -> dict[str, tuple[str, int]]:
    """Of these belongings, those that are wanted: the place of the event, by id."""
    query = (
        "SELECT id, origin, seq FROM wanted_belonging WHERE id IN (SELECT value FROM json_each(?))"
    )
    rows = await connection.execute_fetchall(query, (json.dumps([*names]),))
    return {row[0]: (row[1], row[2]) for row in rows}
