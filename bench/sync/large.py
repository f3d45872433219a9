"""Archives of many typed moments, written row by row: what an append costs is not measured."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import astuple
from itertools import islice
from pathlib import Path

from core.clock import Recorded
from core.machine import machine_name
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.format.events import Event, Place, place_event
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.exchange.copy import SqliteCopy
from pipeline.store.sqlite.keyword_index import as_indexed
from pipeline.sync.identity import open_identity

_AT_ONCE = 10_000
_FIRST_MS, _APART_MS = 1_500_000_000_000, 60_000
_ROW = ", ".join("?" * 11)


def make_pair(folder: Path, moments: int) -> None:
    """Homes `pendant` and `laptop` with one archive of so many moments; left if they are there."""
    if (folder / "laptop" / "archive.db").exists():
        return
    pendant, laptop = folder / "pendant", folder / "laptop"
    for home in (pendant, laptop):
        home.mkdir(parents=True, exist_ok=True)
    asyncio.run(note(pendant, "the first"))
    _fill(pendant / "archive.db", moments - 1)
    asyncio.run(_sign(pendant))
    shutil.copyfile(pendant / "archive.db", laptop / "archive.db")
    with sqlite3.connect(laptop / "archive.db") as connection:
        connection.execute("DELETE FROM install")
    connection.close()


async def note(home: Path, text: str) -> str:
    """Append one typed moment, as a command does; its id."""
    moment = drafts.new_moment_id()
    recorded = Recorded(_FIRST_MS, 60, source="given")
    kept = Kept(moment, "typed", recorded, transcript=Transcript(text))
    async with open_archive(home) as archive:
        await archive.append(drafts.moment_kept(kept, author="wearer"))
    return moment


async def _sign(home: Path) -> None:
    identity = open_identity(home, machine_name())
    async with open_archive(home) as archive:
        await SqliteCopy(archive, identity).sign_lines()
        await archive.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(archive: Path, moments: int) -> None:
    connection = sqlite3.connect(archive)
    connection.execute("PRAGMA synchronous = OFF")
    query = "SELECT origin, seq + 1, lamport + 1, hash FROM event ORDER BY seq DESC LIMIT 1"
    drawn = _drawn(Place(*connection.execute(query).fetchone()), moments)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(moment)")]
    like = dict(zip(columns, connection.execute("SELECT * FROM moment").fetchone(), strict=True))
    while some := list(islice(drawn, _AT_ONCE)):
        with connection:
            _insert(connection, some, like)
    connection.close()


def _drawn(place: Place, moments: int) -> Iterator[tuple[Event, tuple[object, ...], str]]:
    for number in range(moments):
        text = f"note {number} about part {number * 7919 % 10_007} of the house"
        kept = Kept(
            drafts.new_moment_id(),
            "typed",
            Recorded(_FIRST_MS + number * _APART_MS, 60, source="given"),
            transcript=Transcript(text),
        )
        draft = drafts.moment_kept(kept, author="wearer")
        event = place_event(draft, place, kept.recorded.at_ms)
        (words,) = draft.belongings
        yield (
            event,
            (words.id, *event.place, words.kind, event.subject, words.salt, words.content),
            text,
        )
        place = Place(event.origin, event.seq + 1, event.lamport + 1, event.hash)


def _insert(
    connection: sqlite3.Connection,
    some: list[tuple[Event, tuple[object, ...], str]],
    like: dict[str, object],
) -> None:
    insert = f"INSERT INTO event VALUES ({_ROW})"  # noqa: S608 - marks alone
    connection.executemany(insert, [astuple(event) for event, _, _ in some])
    connection.executemany(
        "INSERT INTO belonging (id, origin, seq, kind, subject, salt, content) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [belonging for _, belonging, _ in some],
    )
    rows = [
        like
        | {
            "id": event.subject,
            "at_ms": event.at_ms,
            "kept_lamport": event.lamport,
            "kept_seq": event.seq,
            "text": text,
        }
        for event, _, text in some
    ]
    names = ", ".join(like)
    marks = ", ".join(f":{name}" for name in like)
    insert = f"INSERT INTO moment ({names}) VALUES ({marks})"  # noqa: S608 - the table's columns
    connection.executemany(insert, rows)
    for event, _, text in some:
        passage = connection.execute(
            "INSERT INTO passage (moment, position, speaker, date_words, text) "
            "VALUES (?, 0, '', '', ?)",
            (event.subject, text),
        ).lastrowid
        connection.execute(
            "INSERT INTO passage_words (rowid, speaker, date_words, text) VALUES (?, ?, ?, ?)",
            as_indexed((passage or 0, "", "", text)),
        )
