"""Whether a sound is named is one look into an index, whatever else the archive holds."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from pipeline.store.sqlite import sound_rows
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.migrations import SOUND_HASH

KeepSound = Callable[[bytes], Awaitable[Path]]


async def test_a_sound_is_named_as_long_as_a_belonging_names_it_or_a_row(
    archive: SqliteArchive, keep_sound: KeepSound
) -> None:
    path = await keep_sound(b"sound")
    assert await sound_rows.is_named(archive.connection, path.stem)
    assert not await sound_rows.is_named(archive.connection, "ab" * 32)

    await archive.connection.execute("DELETE FROM belonging")
    assert await sound_rows.is_named(archive.connection, path.stem)
    await archive.connection.execute("DELETE FROM moment")

    assert not await sound_rows.is_named(archive.connection, path.stem)


async def test_only_the_index_of_sounds_is_searched(archive: SqliteArchive) -> None:
    query = f"EXPLAIN QUERY PLAN SELECT 1 FROM belonging WHERE kind = 'sound' AND {SOUND_HASH} = ?"

    plan = list(await archive.connection.execute_fetchall(query, ("ab" * 32,)))

    assert "SEARCH belonging USING INDEX belonging_by_sound" in plan[0][3]


async def test_a_sound_that_was_altered_stops_nothing(
    archive: SqliteArchive, keep_sound: KeepSound
) -> None:
    await keep_sound(b"sound")

    await archive.connection.execute("UPDATE belonging SET content = CAST('no json' AS BLOB)")

    assert not await sound_rows.is_named(archive.connection, "ab" * 32)
