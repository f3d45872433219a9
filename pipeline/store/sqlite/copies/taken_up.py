"""A copy of the database that becomes an archive again."""

from pathlib import Path

from core.clock import SystemClock
from core.machine import machine_name
from pipeline.store.journal_record import write_record
from pipeline.store.sqlite.connection import open_writer, transaction
from pipeline.store.sqlite.doubt import journal_end
from pipeline.store.sqlite.origin import begin_restored


async def begin_anew(home: Path) -> None:
    """Have the archive of this folder believed as it is, and its next events in a new line.

    Its own line may have gone on elsewhere. Raises ArchiveUnusable: newer, damaged, disk full.
    """
    async with open_writer(home, as_it_is=True) as connection:
        async with transaction(connection):
            await begin_restored(connection, machine_name(), SystemClock().now_ms())
        write_record(home, await journal_end(connection))
