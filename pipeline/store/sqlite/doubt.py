"""Is this the journal that was last written here? Where it is not, nothing may act on its word."""

from dataclasses import dataclass
from pathlib import Path

import aiosqlite

from core.errors import ArchiveInDoubt
from pipeline.store.journal_record import JournalEnd, read_record
from pipeline.store.sound_files import sound_files
from pipeline.store.tombstones import read_tombstones

from .journal import event_at
from .sound_rows import is_named

_WHAT_TO_DO = (
    "Stop Afterthought and put the right archive.db back, without the -wal and -shm file of "
    "another; or go on with what is there: `afterthought rebuild --as-it-is`. "
    "Nothing was changed, and what you keep meanwhile waits."
)

_START_AGAIN = "Stop Afterthought and start it again; it says then what is to be done."


@dataclass(frozen=True, slots=True)
class Found:
    """What a database says, as far as it is compared."""

    has_events: bool = False
    last_seq: int = 0
    """Of the origin that the record names."""
    holds_record: bool = False
    """Whether the event that the record names is there, as it was."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies beside the database, where no record was ever written."""

    unnamed_sounds: int = 0
    """How many sounds there are, where the journal names none of them; else 0."""
    has_tombstones: bool = False


def why_in_doubt(record: JournalEnd | None, found: Found, beside: Beside) -> str:
    """What is wrong, to be said of archive.db; empty where all is well.

    What waits in the spool says nothing: capture keeps before the first journal is made.
    A journal that is longer than its record was killed before the record was written.
    """
    if record is None:
        return _against_what_lies_beside(found, beside)
    if record.seq == 0 or found.holds_record:
        return ""
    if not found.has_events:
        return f"is missing or empty, but {record.seq} events were written to it before"
    if found.last_seq == 0:
        return "is another archive than the one that was last written here"
    if found.last_seq < record.seq:
        return f"is older than what was last written here (event {found.last_seq} of {record.seq})"
    return "went another way than what was last written here"


def _against_what_lies_beside(found: Found, beside: Beside) -> str:
    if beside.unnamed_sounds:
        return f"does not know any sound that lies beside it, {beside.unnamed_sounds} in all"
    if beside.has_tombstones and not found.has_events:
        return "is new, but something was forgotten here before"
    return ""


async def doubt_of(archive: Path, connection: aiosqlite.Connection | None) -> ArchiveInDoubt | None:
    """Why this database is not to be believed; None where it is.

    Without a connection there is no database, or one of no bytes: SQLite would make it.
    """
    home = archive.parent
    record = read_record(home)
    found = Found() if connection is None else await _found(connection, record or JournalEnd())
    beside = await _beside(home, connection) if record is None else Beside()
    what = why_in_doubt(record, found, beside)
    return ArchiveInDoubt(f"{archive} {what}.", advice=_WHAT_TO_DO) if what else None


def is_nothing(archive: Path) -> bool:
    """True where there is no file yet, or one without a byte."""
    return not archive.exists() or (archive.is_file() and archive.stat().st_size == 0)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """The file that a connection was opened on, to notice that another took its place."""

    archive: Path
    device: int
    number: int

    @classmethod
    def of(cls, archive: Path) -> "OpenFile":
        state = archive.stat()
        return cls(archive, state.st_dev, state.st_ino)

    def must_be_there(self) -> None:
        """Raises ArchiveInDoubt where what would be written now is lost with the file."""
        if not is_nothing(self.archive) and OpenFile.of(self.archive) == self:
            return
        sentence = f"{self.archive} was moved, emptied or replaced while it was in use."
        raise ArchiveInDoubt(sentence, advice=_START_AGAIN)


async def journal_end(connection: aiosqlite.Connection) -> JournalEnd:
    """The last event of our own origin."""
    query = (
        "SELECT origin, seq, hash FROM event WHERE origin = (SELECT origin FROM install) "
        "ORDER BY seq DESC LIMIT 1"
    )
    rows = list(await connection.execute_fetchall(query))
    if not rows or not isinstance(rows[0][2], bytes):  # a damaged row may hold anything
        return JournalEnd()
    return JournalEnd(rows[0][0], rows[0][1], rows[0][2].hex())


async def must_hold(
    connection: aiosqlite.Connection, recorded: JournalEnd | None, home: Path
) -> None:
    """Raises ArchiveInDoubt where an open journal lost what it had: somebody wrote over it."""
    if recorded is None or recorded.seq == 0 or await _holds(connection, recorded):
        return
    sentence = f"The archive in {home} was set back or exchanged while it was in use."
    raise ArchiveInDoubt(sentence, advice=_START_AGAIN)


async def _found(connection: aiosqlite.Connection, record: JournalEnd) -> Found:
    if not await _has_journal(connection):
        return Found()
    query = (
        "SELECT EXISTS (SELECT 1 FROM event), "
        "(SELECT coalesce(max(seq), 0) FROM event WHERE origin = ?)"
    )
    ((has_events, last_seq),) = await connection.execute_fetchall(query, (record.origin,))
    return Found(bool(has_events), int(last_seq), await _holds(connection, record))


async def _holds(connection: aiosqlite.Connection, end: JournalEnd) -> bool:
    """True where this event is there. One that is damaged, or its index, is no other journal."""
    event = await event_at(connection, str(end.origin), end.seq)
    if event is not None and end.hash in (event.hash.hex(), event.computed_hash().hex()):
        return True
    query = "SELECT 1 FROM event NOT INDEXED WHERE hash = ? LIMIT 1"
    return bool(list(await connection.execute_fetchall(query, (bytes.fromhex(end.hash),))))


async def _beside(home: Path, connection: aiosqlite.Connection | None) -> Beside:
    sounds = sound_files(home)
    if connection is not None and await _has_journal(connection):
        for sha256 in sounds:
            if await is_named(connection, sha256):
                sounds = []
                break
    return Beside(len(sounds), bool(read_tombstones(home)))


async def _has_journal(connection: aiosqlite.Connection) -> bool:
    query = "SELECT count(*) FROM sqlite_master WHERE name IN ('event', 'belonging', 'moment')"
    ((tables,),) = await connection.execute_fetchall(query)
    return bool(tables == 3)  # noqa: PLR2004 - those three
